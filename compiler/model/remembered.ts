import type { Report } from '../diagnostics/diagnostic.js';
import type { Span } from '../source/source-file.js';
import type { Expr, Setting } from '../syntax/ast.js';
import { bareField } from './bare-field.js';
import { camelCase } from './camel-case.js';
import type { Expression } from './expression.js';
import type { Fact, Field } from './model.js';
import type { Names } from './names.js';
import { suggestHint } from './suggest-hint.js';

/** What can be asked of: no more than the answer is kept. */
const MEMORABLE: readonly string[] = ['int', 'text', 'bytes'];

/**
 * What the server's frames may know of the request that they answer: its fields named in `remember(…)`. What is kept
 * of a request until its replies have come are the facts that these ask for: the value of a field, or what an
 * expression over the request gives that reads texts or bytes or calls a function, worked out once.
 */
export class Remembered {
  readonly facts: Fact[] = [];
  private readonly used = new Set<string>();

  /**
   * @param request the names of the request's frame
   * @param fields those of them that are remembered
   */
  constructor(
    readonly request: Names,
    private readonly fields: ReadonlyMap<string, Span>,
  ) {}

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

  /**
   * A value of the request as the reply reads it.
   *
   * @param name what it is called, if nothing else is; null: nobody has said
   */
  fact(value: Expression, name: string | null): Fact {
    const text = askedText(value);
    const known = this.facts.find((one) => askedText(one.value) === text);
    if (known !== undefined) return known;
    const taken = (one: string): boolean =>
      this.facts.some((other) => camelCase(other.name) === camelCase(one));
    let free = name ?? 'fact1';
    for (let i = 2; taken(free); i++) free = `${name ?? 'fact'}${i}`;
    const { span } = value;
    const fact = { name: free, span, value, field: factField(free, value) };
    this.facts.push(fact);
    return fact;
  }
}

/** The text of an expression over the request, in one form. */
function askedText({ span }: Expression): string {
  return span.file.text.slice(span.start, span.end).replace(/\s+/g, ' ');
}

/** What a reply reads as a field that stands in no block: of the type that it has in the request. */
function factField(name: string, value: Expression): Field {
  const field = value.op === 'field' ? value.fields[0]! : null;
  const own = field?.member === 'field' ? field.type : null;
  const { type } = value;
  const span = field === null ? value.span : field.span;
  const common = { name, path: askedText(value), span, isParam: true, ofRequest: true } as const;
  const extent = { kind: 'rest', max: null } as const;
  const form = { kind: 'fixed' } as const;
  switch (type.kind) {
    case 'int': {
      const int = own?.kind === 'int' ? own.int : { bits: 54, signed: true, little: false };
      const { low, high } = type;
      return bareField({
        ...common,
        type: { kind: 'int', int, form, enum: type.enum, bool: false },
        range: { low, high },
      });
    }
    case 'text':
      return bareField({
        ...common,
        type: { kind: 'text', encoding: 'utf8', extent, nullable: value.optional },
      });
    case 'bytes':
      return bareField({ ...common, type: { kind: 'bytes', extent, nullable: value.optional } });
    default: {
      const int = { bits: 8, signed: false, little: false };
      return bareField({ ...common, type: { kind: 'int', int, form, enum: null, bool: true } });
    }
  }
}

/** Whether an expression reads `req.`, at any depth. */
export function readsRequest(expr: Expr): boolean {
  return some(expr, (e) => e.kind === 'member' && e.object.kind === 'name' && e.object.name === 'req');
}

/** Whether nothing of an expression is a field of the reply itself. */
export function isOfRequest(expr: Expr, own: Names | null): boolean {
  return !some(expr, (e) => {
    if (e.kind === 'struct' || e.kind === 'listLiteral') return true;
    return e.kind === 'name' && own !== null && own.declares(e.name);
  });
}

/** Whether an expression over the request is arithmetic and comparisons of its numbers, which a reply does itself. */
export function isOfNumbers(expr: Expr, { request }: Remembered): boolean {
  return !some(expr, (e) => {
    if (e.kind === 'text' || e.kind === 'call' || e.kind === 'index') return true;
    const isAsked = e.kind === 'member' && e.object.kind === 'name' && e.object.name === 'req';
    const meaning = isAsked ? request.get(e.name.text) : undefined;
    const field = meaning?.kind === 'field' ? meaning.fields[0]! : null;
    return field?.member === 'field' && field.type.kind !== 'int';
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
