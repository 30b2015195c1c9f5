import { suggestHint } from './suggest-hint.js';
import type { Report } from '../diagnostics/diagnostic.js';
import type { Span } from '../source/source-file.js';
import type { Expr, Semantics, ProtocolDecl } from '../syntax/ast.js';
import { buildExpression, kindOf, type Context } from './build-expression.js';
import type { Expression } from './expression.js';
import type { Field, Roles } from './model.js';

const KNOWN = [
  'kind',
  'id',
  'heartbeat',
  'goaway',
  'timeout',
  'status',
  'headers',
  'body',
  'service',
  'method',
];
const UNBUILT = ['expects', 'exclusive', 'chunk', 'end', 'group', 'version', 'trace'];

const WANTED: Readonly<Record<Expression['type']['kind'], string>> = {
  int: 'a number',
  bool: 'a boolean',
  text: 'a text',
  bytes: 'bytes',
  null: 'null',
  frameKind: '`request`, `oneway`, `response`, `push` or `control`',
};

/**
 * The roles of the frame; null after a report that leaves nothing to go on with.
 *
 * @param damaged whether what is missing may be in text that could not be read
 */
export function buildRoles(
  semantics: Semantics | undefined,
  protocol: ProtocolDecl,
  cx: Context,
  damaged: boolean,
): Roles | null {
  const { report } = cx;
  if (semantics === undefined) {
    if (damaged) return null;
    report.error('PF120', protocol.name.span, `\`${protocol.name.text}\` does not say what its frames mean`, {
      hint: 'add semantics { kind = …; id = …; }',
    });
    return null;
  }
  const given = new Map<string, Expr>();
  const seen = new Map<string, Span>();
  for (const role of semantics.roles) {
    const name = role.name.text;
    if (UNBUILT.includes(name))
      report.error('PF199', role.name.span, `the role \`${name}\` is not built yet`);
    else if (!KNOWN.includes(name))
      report.error('PF124', role.name.span, `there is no role \`${name}\``, suggestHint(name, KNOWN));
    else if (seen.has(name))
      report.error('PF114', role.name.span, `the role \`${name}\` is given twice`, {
        labels: [{ span: seen.get(name)!, text: 'first here' }],
      });
    else {
      seen.set(name, role.name.span);
      const isCondition = name === 'heartbeat' || name === 'goaway';
      if (isCondition !== (role.form === 'when')) {
        report.error(
          'PF124',
          role.name.span,
          isCondition ? `\`${name}\` is a condition` : `\`${name}\` is a value`,
          {
            hint: isCondition ? `write \`${name} when …;\`` : `write \`${name} = …;\``,
          },
        );
      } else given.set(name, role.value);
    }
  }
  const expression = (
    name: string,
    kinds: readonly Expression['type']['kind'][],
    context: Context = cx,
  ): Expression | null => {
    const expr = given.get(name);
    if (expr === undefined) return null;
    const built = buildExpression(expr, context);
    if (built !== null && !kinds.includes(built.type.kind)) {
      report.error('PF124', built.span, `the role \`${name}\` can't be ${kindOf(built)}`, {
        hint: `it has to be ${kinds.map((kind) => WANTED[kind]).join(' or ')}`,
      });
      return null;
    }
    return built;
  };
  if (!seen.has('kind') && !damaged) {
    report.error(
      'PF120',
      startOf(semantics.span, 'semantics'),
      'the role `kind` is missing: requests and responses can not be told apart',
      { hint: 'add `kind = match (…) { … => request, … => response };`' },
    );
  }
  const kind = expression('kind', ['frameKind'], { ...cx, frameKinds: true }) ?? unknownKind(semantics.span);
  return {
    kind,
    id: fieldRole('id', given, cx, report, (f) => f.type.kind === 'int' && !f.type.bool),
    heartbeat: expression('heartbeat', ['bool']),
    goaway: expression('goaway', ['bool']),
    timeout: expression('timeout', ['int']),
    status: expression('status', ['int']),
    headers: fieldRole('headers', given, cx, report, (f) => f.type.kind === 'map'),
    body: fieldRole('body', given, cx, report, (f) => f.type.kind === 'bytes' && !f.type.nullable),
    service: expression('service', ['text']),
    method: expression('method', ['text']),
    expects: null,
    exclusive: null,
  };
}

function fieldRole(
  name: 'id' | 'headers' | 'body',
  given: ReadonlyMap<string, Expr>,
  cx: Context,
  report: Report,
  fits: (field: Field) => boolean,
): Field | null {
  const expr = given.get(name);
  if (expr === undefined) return null;
  const built = buildExpression(expr, cx);
  if (built === null) return null;
  const wanted = { id: 'an integer field', headers: 'a map field', body: 'a bytes field' }[name];
  const field = built.op === 'field' ? built.fields[0]! : undefined;
  if (field?.member !== 'field' || built.op !== 'field' || !fits(field)) {
    report.error(
      'PF124',
      built.span,
      `the role \`${name}\` has to be ${wanted}, because it is written as well as read`,
    );
    return null;
  }
  if (built.fields.length > 1) {
    report.error('PF199', built.span, `\`${name}\` in several arms is not built yet`);
    return null;
  }
  return field;
}

/** The first word of a block, for a message about the whole block. */
function startOf(block: Span, word: string): Span {
  return block.file.span(block.start, block.start + word.length);
}

/** Stands for a kind in error while rules look at the rest: it is no kind in particular. */
function unknownKind(span: Span): Expression {
  return { op: 'match', on: [], arms: [], span, type: { kind: 'frameKind' }, optional: false };
}
