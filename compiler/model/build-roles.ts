import { suggestHint } from './suggest-hint.js';
import type { Report } from '../diagnostics/diagnostic.js';
import type { Expr, Semantics, ProtocolDecl } from '../syntax/ast.js';
import { buildExpression, describe, type Context } from './build-expression.js';
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

/** The roles of the frame; null after a report that leaves nothing to go on with. */
export function buildRoles(
  semantics: Semantics | undefined,
  protocol: ProtocolDecl,
  cx: Context,
): Roles | null {
  const { report } = cx;
  if (semantics === undefined) {
    report.error('PF120', protocol.name.span, `\`${protocol.name.text}\` does not say what its frames mean`, {
      hint: 'add semantics { kind = …; id = …; }',
    });
    return null;
  }
  const given = new Map<string, Expr>();
  for (const role of semantics.roles) {
    const name = role.name.text;
    if (UNBUILT.includes(name))
      report.error('PF199', role.name.span, `the role \`${name}\` is not built yet`);
    else if (!KNOWN.includes(name))
      report.error('PF124', role.name.span, `there is no role \`${name}\``, suggestHint(name, KNOWN));
    else if (given.has(name)) report.error('PF114', role.name.span, `the role \`${name}\` is given twice`);
    else {
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
      }
      given.set(name, role.value);
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
      report.error('PF124', built.span, `\`${name}\` can't be ${describe(built.type)}`);
      return null;
    }
    return built;
  };
  const kindExpr = given.get('kind');
  if (kindExpr === undefined) {
    report.error(
      'PF120',
      semantics.span,
      "the role `kind` is missing: requests and responses can't be told apart",
      {
        hint: 'add kind = match (…) { … => request, … => response };',
      },
    );
    return null;
  }
  const kind = expression('kind', ['frameKind'], { ...cx, frameKinds: true });
  if (kind === null) return null;
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
      `\`${name}\` has to be ${wanted}, because it is written as well as read`,
    );
    return null;
  }
  if (built.fields.length > 1) {
    report.error('PF199', built.span, `\`${name}\` in several arms is not built yet`);
    return null;
  }
  return field;
}
