import type { Report } from '../diagnostics/diagnostic.js';
import type { Span } from '../source/source-file.js';
import type { Expr, Setting } from '../syntax/ast.js';
import type { Expression } from './expression.js';
import type { Fact } from './model.js';
import type { Names } from './names.js';
import { suggestHint } from './suggest-hint.js';

/** Facts of one request: each doubles the forms that its replies may have. */
const MOST_FACTS = 4;

/** What can be asked of: no more than the answer is kept. */
const MEMORABLE: readonly string[] = ['int', 'text', 'bytes'];

/**
 * What the server's frames may know of the request that they answer: its fields named in `remember(…)`, and the
 * conditions over these that they ask. Such a condition is a fact of the request, known when it is sent; all that
 * is kept of a request until its replies have come is which form they have.
 */
export class Remembered {
  readonly facts: { -readonly [Key in keyof Fact]: Fact[Key] }[] = [];
  private readonly texts: string[] = [];
  private readonly used = new Set<string>();

  /**
   * @param request the names of the request's frame
   * @param fields those of them that are remembered
   */
  constructor(
    readonly request: Names,
    private readonly fields: ReadonlyMap<string, Span>,
    /** What each fact is, for one form of the replies; null where all forms are looked at together. */
    readonly given: readonly boolean[] | null = null,
  ) {}

  /** The same for one form of the replies. */
  form(given: readonly boolean[]): Remembered {
    return new Remembered(this.request, this.fields, given);
  }

  /** Whether a field may be read by `req.`. */
  knows(field: string): boolean {
    this.used.add(field);
    return this.fields.has(field);
  }

  /** The names that may follow `req.`. */
  get known(): string[] {
    return [...this.fields.keys()];
  }

  /** Remembered fields that no reply asks for. */
  get unused(): [string, Span][] {
    return [...this.fields].filter(([field]) => !this.used.has(field));
  }

  /** A condition over the request as a value of the reply; null after a report. */
  fact(condition: Expression, report: Report): Expression | null {
    const { span } = condition;
    const text = span.file.text.slice(span.start, span.end).replace(/\s+/g, ' ');
    let index = this.texts.indexOf(text);
    if (index < 0) {
      index = this.texts.push(text) - 1;
      this.facts.push({ name: `fact${index + 1}`, span, condition });
    }
    if (index >= MOST_FACTS) {
      report.error(
        'PF161',
        span,
        `replies depend on more than ${MOST_FACTS} conditions over their requests`,
        {
          hint: 'each doubles the forms of a reply; join some by `and` and `or`',
        },
      );
      return null;
    }
    const common = { span, optional: false, type: { kind: 'bool' } } as const;
    if (this.given !== null) return { op: 'bool', value: this.given[index]!, ...common };
    return { op: 'fact', index, ...common };
  }
}

/** Whether an expression reads `req.`, at any depth. */
export function readsRequest(expr: Expr): boolean {
  return some(expr, (e) => e.kind === 'member' && e.object.kind === 'name' && e.object.name === 'req');
}

/** Whether nothing of an expression is a field of the reply itself. */
export function isOfRequest(expr: Expr, own: Names | null): boolean {
  return !some(expr, (e) => {
    if (e.kind === 'index' || e.kind === 'struct' || e.kind === 'listLiteral') return true;
    return e.kind === 'name' && own !== null && own.declares(e.name);
  });
}

function some(expr: Expr, holds: (e: Expr) => boolean): boolean {
  if (holds(expr)) return true;
  switch (expr.kind) {
    case 'member':
      return some(expr.object, holds);
    case 'index':
      return some(expr.object, holds) || some(expr.index, holds);
    case 'call':
      return some(expr.callee, holds) || expr.args.some((arg) => some(arg, holds));
    case 'unary':
      return some(expr.operand, holds);
    case 'binary':
      return some(expr.left, holds) || some(expr.right, holds);
    case 'match':
      return expr.on.some((e) => some(e, holds)) || expr.arms.some((arm) => some(arm.value, holds));
    default:
      return false;
  }
}

/** `correlate id, spliced;` */
export function isSpliced(setting: Setting | undefined): boolean {
  const [first, ...others] = setting?.values ?? [];
  return isName(first, 'id') && others.some((value) => isName(value, 'spliced'));
}

function isName(value: Setting['values'][number] | undefined, name: string): boolean {
  return value?.kind === 'name' && value.name === name;
}

/**
 * The fields named in `correlate id, remember(…);`, with their places.
 *
 * @param names of the request's frame; null where both sides have one frame
 */
export function rememberedFields(
  setting: Setting | undefined,
  names: Names | null,
  report: Report,
): Map<string, Span> {
  const fields = new Map<string, Span>();
  const [, ...others] = setting?.values ?? [];
  const [call, extra] = isSpliced(setting) ? others.filter((value) => !isName(value, 'spliced')) : others;
  if (call === undefined) return fields;
  if (call.kind !== 'call' || call.callee.kind !== 'name' || call.callee.name !== 'remember') {
    report.error('PF109', call.span, 'after the first value of `correlate` only `remember(…)` may follow', {
      hint: 'write `correlate id, remember(field);`',
    });
    return fields;
  }
  if (extra !== undefined)
    report.error('PF109', extra.span, 'nothing follows `remember(…)`', {
      hint: 'name all fields in one: `remember(a, b)`',
    });
  if (names === null) {
    report.error('PF161', call.span, 'where both sides send one frame a reply knows nothing of its request', {
      hint: 'write `frame … from client { … }` and `frame … from server { … }`',
    });
    return fields;
  }
  for (const arg of call.args) {
    if (arg.kind !== 'name') {
      report.error('PF109', arg.span, 'what is remembered is named: a field of the request');
      continue;
    }
    const meaning = names.get(arg.name);
    if (meaning?.kind === 'broken') continue;
    if (meaning?.kind !== 'field') {
      report.error(
        'PF100',
        arg.span,
        `the request has no field \`${arg.name}\``,
        suggestHint(
          arg.name,
          [...names.fields()].map(([name]) => name),
        ),
      );
      continue;
    }
    const [field] = meaning.fields;
    if (field!.member === 'field' && !MEMORABLE.includes(field!.type.kind))
      report.error(
        'PF109',
        arg.span,
        `numbers, booleans, texts and bytes can be remembered, not a ${field!.type.kind}`,
      );
    else if (field!.guards.length > 0 || meaning.fields.length > 1)
      report.error('PF112', arg.span, `\`${arg.name}\` is not in every request, so it can't be remembered`, {
        labels: [{ span: meaning.span, text: 'it stands in one arm only' }],
      });
    else if (fields.has(arg.name))
      report.error('PF114', arg.span, `\`${arg.name}\` is remembered twice`, {
        labels: [{ span: fields.get(arg.name)!, text: 'first here' }],
      });
    else fields.set(arg.name, arg.span);
  }
  return fields;
}
