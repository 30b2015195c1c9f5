import { suggestHint } from './suggest-hint.js';
import type { Report } from '../diagnostics/diagnostic.js';
import type { Span } from '../source/source-file.js';
import type { Expr, Semantics, ProtocolDecl } from '../syntax/ast.js';
import { delimiterAfter } from './delimiter-after.js';
import { orderIn } from './expressions-of.js';
import { bareField } from './bare-field.js';
import { spanOfFrame } from './build-span.js';
import { buildExpression, kindOf, type Context } from './build-expression.js';
import type { Expression } from './expression.js';
import { composedId, idFunction, textId } from './build-id.js';
import { codedAround, isInnerOptional, plainField } from './inner-fields.js';
import { keyedBy } from './maps-as-lists.js';
import type { BitFieldModel, EntryType, Field, FieldType, IdForm, Roles, WindowModel } from './model.js';
import { namedBy } from './named-by.js';
import { exclusive } from './names.js';

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
  'group',
  'version',
  'expects',
  'exclusive',
];
const UNBUILT = ['chunk', 'end', 'trace'];

const WANTED: Readonly<Record<Expression['type']['kind'], string>> = {
  int: 'a number',
  bool: 'a boolean',
  text: 'a text',
  bytes: 'bytes',
  null: 'null',
  frameKind: '`request`, `oneway`, `response`, `push` or `control`',
};

/** The roles, the fields that are the id in other arms than `roles.id`, and the form of ids that are text. */
export interface BuiltRoles {
  readonly roles: Roles;
  readonly idInOtherArms: readonly Field[];
  readonly idForm: IdForm | null;
}

/**
 * The roles of the frame; null after a report that leaves nothing to go on with.
 *
 * @param damaged whether what is missing may be in text that could not be read
 */
export function buildRoles(
  semantics: Semantics | undefined,
  protocol: ProtocolDecl,
  whole: Context,
  damaged: boolean,
): BuiltRoles | null {
  const { report } = whole;
  const cx: Context = { ...whole, span: (call) => spanOfFrame(call, whole) };
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
      const isCondition = name === 'heartbeat' || name === 'goaway' || name === 'exclusive';
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
        hint: `it has to be ${kinds.map((kind) => WANTED[kind]).join(' or ')}${textInstead(built, kinds)}`,
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
  const { ids, idForm } = idRole(given.get('id'), cx, report);
  const [id = null, ...idInOtherArms] = ids;
  const headers = writtenRole(
    'headers',
    given.get('headers'),
    cx,
    (f) => f.type.kind === 'map' || isExternMap(f) || holds(f, 'map') || isCodedMap(f),
  ).filter((part) => part.member === 'field');
  const body = writtenRole(
    'body',
    given.get('body'),
    cx,
    (f) => (f.type.kind === 'bytes' && !f.type.nullable) || holds(f, 'bytes') || f.type.kind === 'coded',
  );
  const roles: Roles = {
    kind,
    id,
    heartbeat: expression('heartbeat', ['bool']),
    goaway: expression('goaway', ['bool']),
    // A header holds timeout and status as digits.
    timeout: expression('timeout', ['int', 'text']),
    status: expression('status', ['int', 'text']),
    headers: alike(headers, report) ? headers : [],
    body,
    service: named(expression('service', ['text', 'int'])),
    method: named(expression('method', ['text', 'int'])),
    group: named(expression('group', ['text', 'int'])),
    version: named(expression('version', ['text', 'int'])),
    expects: expression('expects', ['int']),
    exclusive: expression('exclusive', ['bool']),
  };
  return { roles, idInOtherArms, idForm };
}

/** What makes a text of bytes in a struct. */
function textInstead(built: Expression, kinds: readonly Expression['type']['kind'][]): string {
  const isInner = built.op === 'field' && built.fields.some((f) => f !== plainField(f));
  return isInner && built.type.kind === 'bytes' && kinds.includes('text')
    ? '; write `text latin1` where the struct says `bytes`'
    : '';
}

/** The fields that are the id, each in its own arm, and the form of those that are text. */
function idRole(
  expr: Expr | undefined,
  cx: Context,
  report: Report,
): { ids: readonly Field[]; idForm: IdForm | null } {
  const none = { ids: [], idForm: null };
  if (expr === undefined) return none;
  const call = idFunction(expr);
  const name = call?.callee.kind === 'name' ? call.callee.name : null;
  if (call !== null && name === 'concat') {
    const id = composedId(call, cx);
    return id === null ? none : { ids: [id], idForm: null };
  }
  const { built, form } = call === null ? { built: buildExpression(expr, cx), form: null } : textId(call, cx);
  if (built === null) return none;
  if (built.op === 'header' && isHead(built.maps[0]!)) return { ids: [idInHead(built)], idForm: null };
  const coded = built.op === 'field' ? built.fields.map(codedAround).find((of) => of !== null) : undefined;
  if (coded !== undefined) {
    report.error('PF122', built.span, 'an id that other bytes stand for can not be replaced', {
      labels: [{ span: coded!.span, text: 'it is in what this window stands for' }],
      hint: 'an id outside of the window is written in place',
    });
    return none;
  }
  const ids = fieldsOf('id', built, report, (f) => isIdText(f) || isIdNumber(f));
  const texts = ids.filter(isIdText);
  if (texts.length === 0) return { ids, idForm: null };
  if (texts.length === ids.length) return { ids, idForm: form ?? 'decimal' };
  report.error('PF120', built.span, 'the id is a text in one arm and a number in another', {
    hint: 'it is one of both in all arms',
  });
  return none;
}

function isIdText({ type }: Field): boolean {
  return type.kind === 'text';
}

function isIdNumber(field: Field): boolean {
  const { type } = field;
  if (type.kind === 'int') return !type.bool;
  return (holds(field, 'int') && field.default === null) || holds(field, 'int64');
}

/** A text as it is; a number by its name. */
function named(of: Expression | null): Expression | null {
  if (of === null || of.type.kind === 'text') return of;
  // Each side has the names of its own enum.
  if (of.op === 'binary' && of.operator === '??' && namedBy(of) === null)
    return { ...of, left: named(of.left)!, right: named(of.right)!, type: { kind: 'text' } };
  return { op: 'named', of, span: of.span, optional: of.optional, type: { kind: 'text' } };
}

/** The parts of a frame that headers or body are: `a ?? b` names one for each of several arms. None after a report. */
function writtenRole(
  name: 'headers' | 'body',
  expr: Expr | undefined,
  cx: Context,
  fits: (field: Field) => boolean,
): readonly (Field | WindowModel)[] {
  if (expr === undefined) return [];
  const { report } = cx;
  const parts: (Field | WindowModel)[] = [];
  for (const one of choices(expr)) {
    const window = name === 'body' ? windowRole(one, cx) : null;
    const built = window === null ? buildExpression(one, cx) : null;
    if (window === null && built === null) return [];
    const inner = built?.op === 'field' ? built.fields : [];
    if (inner.some((f) => !isWritable(name, f, one.span, report))) return [];
    const named: readonly (Field | WindowModel)[] =
      window !== null ? [window] : fieldsOf(name, built!, report, fits);
    for (const part of named) {
      const other = parts.find((before) => !exclusive(before.guards, part.guards));
      if (other === undefined || named.includes(other)) continue;
      const isSame = other === part;
      report.error(
        'PF124',
        one.span,
        isSame
          ? `\`${part.name}\` is named twice`
          : `a frame can have both \`${other.name}\` and \`${part.name}\`, and one only is its ${name}`,
        isSame
          ? {}
          : {
              labels: [{ span: other.span, text: 'named before' }],
              hint: 'the sides of `??` stand in different arms of one variant or `if`',
            },
      );
      return [];
    }
    parts.push(...named);
  }
  return parts;
}

/** Refuses what a coded window holds and a proxy can not write: a body, and headers that not every such window has. */
function isWritable(
  name: 'headers' | 'body',
  field: Field | BitFieldModel,
  span: Span,
  report: Report,
): boolean {
  const coded = codedAround(field);
  if (coded === null) return true;
  const labels = [{ span: coded.span, text: 'it is in what this window stands for' }];
  if (name === 'body')
    report.error('PF124', span, `\`${field.name}\` can't be the body: its bytes are not those of the frame`, {
      labels,
      hint: `the body is read where it lies; write \`body = ${coded.name};\` for the bytes as they came`,
    });
  else if (isInnerOptional(field) || inArms(field))
    report.error(
      'PF199',
      span,
      `\`${field.name}\` is in arms of a window with a codec, where headers are not built yet`,
      {
        labels,
        hint: 'put the map before or behind the arms: one without entries is no headers',
      },
    );
  else return true;
  return false;
}

/** Whether a field in a struct is another one in other arms of it. */
function inArms(field: Field | BitFieldModel): boolean {
  return field.member === 'field' && field.type.kind === 'inner' && field.type.fields.length > 1;
}

/** `a`, `b` and `c` of `a ?? b ?? c`. */
function choices(expr: Expr): readonly Expr[] {
  return expr.kind === 'binary' && expr.operator === '??'
    ? [...choices(expr.left), ...choices(expr.right)]
    : [expr];
}

/** Whether headers in several arms are read and written by the same functions. */
function alike(headers: readonly Field[], report: Report): boolean {
  const [first, ...others] = headers;
  const other = others.find((map) => !sameFormat(first!.type, map.type));
  const head = headers.length > 1 && isHead(first!) ? first! : undefined;
  const unlike = other ?? head;
  if (unlike === undefined) return true;
  report.error('PF199', unlike.span, 'headers of another format in another arm are not built yet', {
    labels: [{ span: first!.span, text: 'the other headers' }],
    hint: 'maps of one struct with one `max`, one delimiter and one byte order, or of one extern, can be headers in several arms',
  });
  return false;
}

function sameFormat(a: FieldType, b: FieldType): boolean {
  if (a.kind === 'map' && b.kind === 'map')
    return (
      a.pair === b.pair &&
      a.maxCount === b.maxCount &&
      delimiterAfter(a.extent) === delimiterAfter(b.extent) &&
      sameOrder(orderIn(a), orderIn(b))
    );
  if (a.kind === 'extern' && b.kind === 'extern') return a.extern === b.extern && a.maxCount === b.maxCount;
  return (a.kind === 'entry' && b.kind === 'entry') || (a.kind === 'inner' && b.kind === 'inner');
}

/** Whether lengths stand in the same order, where one is chosen or told. */
function sameOrder(a: Expression | undefined, b: Expression | undefined): boolean {
  return a === b || (a?.op === 'bool' && b?.op === 'bool' && a.value === b.value);
}

/** The fields that an expression names for a role; none after a report. */
function fieldsOf(
  name: 'id' | 'headers' | 'body',
  built: Expression,
  report: Report,
  fits: (field: Field) => boolean,
): readonly Field[] {
  const wanted = { id: 'an integer or text field', headers: 'a map field', body: 'a bytes field' }[name];
  const fields = built.op === 'field' ? built.fields : [];
  if (fields.length === 0 || !fields.every((f): f is Field => f.member === 'field' && fits(f))) {
    // What a field in error would have been can't be judged.
    if (fields.some((f) => report.hasErrorIn(f.span))) return [];
    const hint = fields.length === 0 ? undefined : hintOf(name, fields);
    report.error(
      'PF124',
      built.span,
      `the role \`${name}\` has to be ${wanted}, because it is written as well as read`,
      hint === undefined ? {} : { hint },
    );
    return [];
  }
  return fields as readonly Field[];
}

/** What fields can be instead, of which a role can be none. */
function hintOf(
  name: 'id' | 'headers' | 'body',
  fields: readonly (Field | BitFieldModel)[],
): string | undefined {
  const are = (kind: string): boolean => fields.every((f) => f.member === 'field' && f.type.kind === kind);
  if (name === 'body' && are('text')) return 'write `bytes` where it says `text`';
  if (name === 'id' && are('bytes'))
    return 'a `u64` of these bytes is enough: the proxy puts its own ids there, and the other bytes pass as they are';
  return undefined;
}

function isHead(field: Field): boolean {
  return field.type.kind === 'extern' && field.type.extern.isHead;
}

/** The id that stands under a key of a head. */
function idInHead({ maps, key, span }: Expression & { op: 'header' }): Field {
  const map = maps[0]!;
  return bareField({
    name: key,
    path: `${map.path}["${key}"]`,
    span,
    type: { kind: 'inHead', head: map, key },
    guards: map.guards,
  });
}

/** Whether the field is a map in what a coded window stands for. */
function isCodedMap(field: Field): boolean {
  const plain = plainField(field);
  return codedAround(field) !== null && plain.member === 'field' && keyedBy(plain.type) !== null;
}

function isExternMap(field: Field): boolean {
  return field.type.kind === 'extern' && field.type.extern.value === 'map';
}

/** Whether the field is an entry of a record that holds values of this sort. */
function holds(field: Field, kind: EntryType['kind']): boolean {
  return field.type.kind === 'entry' && field.type.of.kind === kind;
}

/** The window that an expression names, or null if it is something else. */
function windowRole(expr: Expr | undefined, cx: Context): WindowModel | null {
  if (expr?.kind !== 'name') return null;
  const meaning = cx.names?.get(expr.name);
  return meaning?.kind === 'window' ? meaning.window : null;
}

/** The first word of a block, for a message about the whole block. */
function startOf(block: Span, word: string): Span {
  return block.file.span(block.start, block.start + word.length);
}

/** Stands for a kind in error while rules look at the rest: it is no kind in particular. */
function unknownKind(span: Span): Expression {
  return { op: 'match', on: [], arms: [], span, type: { kind: 'frameKind' }, optional: false };
}
