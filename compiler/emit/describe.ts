import { lengthForm } from './length-form.js';
import { orderText } from './order-text.js';
import { checksumName } from '../model/checksum-name.js';
import { partNames } from './part-names.js';
import { constantOf, declaredText, sourceText } from './source-text.js';
import { checksumsOf, checksumsOver } from '../model/covers.js';
import { headerLengths } from '../model/header-lengths.js';
import { extendedName } from '../model/derive.js';
import type { Expression } from '../model/expression.js';
import { orderIn } from '../model/expressions-of.js';
import { intName } from '../model/integers.js';
import { layoutOf, type Layout, type Place } from '../model/layout.js';
import { idParts } from '../model/id-parts.js';
import { isPartial, usesOf } from '../model/partial-length.js';
import { fixedSize, intSize, memberSize, typeSize } from '../model/size.js';
import { walk } from '../model/walk.js';
import type {
  BitFieldModel,
  Derivation,
  ExtentModel,
  Field,
  FieldType,
  Guard,
  Length,
  MatchForm,
  MemberModel,
  Protocol,
} from '../model/model.js';

/** What explain shows of a protocol, as plain data. */
export interface Description {
  readonly protocol: string;
  readonly schema: string;
  readonly limits: { readonly frame: number; readonly headers: number; readonly headerBytes: number };
  readonly frame: { readonly name: string; readonly smallest: number; readonly rows: readonly Row[] };
  readonly derived: readonly { readonly field: string; readonly from: string }[];
  readonly id: {
    readonly field: string;
    readonly type: string;
    readonly patchClass: 'A' | 'B' | 'C';
    readonly why: string;
  } | null;
  /** The ways a first frame can begin. */
  readonly match: readonly MatchForm[];
  readonly roles: readonly { readonly role: string; readonly from: string }[];
  /** What a reply knows of its request. */
  readonly remembered: readonly string[];
  /** What servers send, where that looks unlike what clients send. */
  readonly replies: Description | null;
}

/** One member of the frame: where it stands, how many bytes it takes, and in which arm. */
export interface Row {
  readonly offset: string;
  readonly bytes: string;
  readonly name: string;
  readonly type: string;
  readonly arm: string;
}

/** Describes a checked protocol. */
export function describe(protocol: Protocol): Description {
  const layout = layoutOf(protocol.frame);
  const { roles, limits } = protocol;
  const rows: Row[] = [];
  for (const member of walk(protocol.frame.body)) {
    const name = nameOf(member);
    if (name === null) continue;
    const place = placeOf(member, layout);
    const anchor =
      typeof place === 'string'
        ? place
        : place.anchor === null
          ? null
          : `${place.anchor.name}${place.offset === 0 ? '' : ` + ${place.offset}`}`;
    const { min, max } = memberSize(member);
    const bytes =
      min === max ? String(min) : max === Infinity || max > limits.frame ? `${min}..` : `${min}..${max}`;
    rows.push({
      offset: anchor ?? String((place as Place).offset),
      bytes,
      name,
      type: typeOf(member),
      arm: member.guards.map(armName).join(', '),
    });
  }
  const fields = [...walk(protocol.frame.body)].filter((m): m is Field => m.member === 'field');
  const lengths = [...walk(protocol.frame.body)].flatMap((m): readonly Length[] =>
    m.member === 'bits' ? m.fields : m.member === 'field' ? [m] : [],
  );
  const over = idParts(roles.id).flatMap((part) => checksumsOver(part, protocol.frame));
  const changed = [...new Set(over)];
  return {
    protocol: protocol.name,
    schema: protocol.schemaPath,
    limits: { frame: limits.frame, headers: limits.headers, headerBytes: limits.headerBytes },
    frame: {
      name: protocol.frame.name,
      smallest: protocol.frame.body.members.reduce((sum, m) => sum + memberSize(m).min, 0),
      rows,
    },
    derived: [
      ...lengths.filter((f) => f.derivation !== null).map((f) => ({ field: f.name, from: lengthText(f) })),
      ...fields.flatMap((f) =>
        f.computed === undefined ? [] : [{ field: f.name, from: textOf(f.computed) }],
      ),
      ...headerLengths(protocol.frame.body).map(({ field, size }) => ({
        field: textOf(size.of),
        from: `bytes of ${field.name}`,
      })),
      ...checksumsOf(protocol.frame).map(({ name, checksum }) => ({
        field: name,
        from: `${checksumName(checksum!)} over ${nameOf(checksum!.from) ?? ''}..${nameOf(checksum!.to) ?? ''}`,
      })),
    ],
    id:
      roles.id === null
        ? null
        : {
            field: roles.id.name,
            type: typeOf(roles.id),
            patchClass: varies(roles.id) ? 'C' : changed.length > 0 ? 'B' : 'A',
            why: varies(roles.id)
              ? 'written in place where it takes as many bytes, else spliced in with the lengths around it'
              : changed.length > 0
                ? `written in place; ${changedText(changed)}`
                : 'written in place, nothing else changes',
          },
    match: protocol.match,
    roles: roleTexts(protocol),
    remembered: protocol.side === 'server' ? protocol.facts.map(({ field }) => field.name) : [],
    replies: protocol.reply === null ? null : describe(protocol.reply),
  };
}

/** "the checksum `crc` changes by the difference". */
function changedText(checksums: readonly Field[]): string {
  const names = checksums.map((one) => `\`${one.name}\``).join(' and ');
  const isSometimes = checksums.some((one) => one.guards.length > 0);
  const what = checksums.length === 1 ? `the checksum ${names} changes` : `the checksums ${names} change`;
  const present = checksums.length === 1 ? ' where it is present' : ' where they are present';
  return `${what} by the difference${isSometimes ? present : ''}`;
}

/** Whether another id may take another number of bytes. */
function varies({ type }: Field): boolean {
  if (type.kind === 'entry' || type.kind === 'inHead') return true;
  if (type.kind === 'text') return fixedSize(typeSize(type)) === null;
  return type.kind === 'int' && fixedSize(intSize(type.int, type.form)) === null;
}

/** Where a member stands; an entry of a record by its tag. */
function placeOf(member: MemberModel, layout: Layout): Place | string {
  if (member.member === 'field' && member.type.kind === 'entry') return `tag ${member.type.path.join('.')}`;
  return layout.places.get(member)!;
}

function nameOf(member: MemberModel): string | null {
  switch (member.member) {
    case 'field':
      return member.isPeek === true ? null : member.name;
    case 'bits':
      return member.fields.map((f) => f.name).join(' ');
    case 'within':
      return `within ${member.name ?? ''}`.trim();
    case 'pad':
      return 'pad';
    default:
      return null;
  }
}

function typeOf(member: MemberModel): string {
  if (member.member === 'bits') return intName(member.int) + inOrder(member.order);
  if (member.member === 'within') return `size ${textOf(member.size)}`;
  if (member.member === 'pad') return `${member.mode} ${member.value}`;
  if (member.member === 'field' && member.isPad === true)
    return sourceText(member).replace(/^pad /, '').replace(/;$/, '');
  if (member.member === 'field' && member.said !== undefined) return declaredText(member);
  if (member.member !== 'field') return '';
  const { type, constant } = member;
  return constant === null ? typeName(type) : `${typeName(type)} = ${constantOf(member, constant)}`;
}

function typeName(type: FieldType): string {
  switch (type.kind) {
    case 'int':
      return (type.enum?.name ?? (type.bool ? 'bool' : formName(type))) + inOrder(type.order);
    case 'struct':
      return type.struct.name + inOrder(orderIn(type));
    case 'list':
      return `list of ${typeName(type.element)}${untilText(type.extent)}`;
    case 'map':
      return `map of ${type.pair.name}${inOrder(orderIn(type))}${untilText(type.extent)}`;
    case 'float':
      return `f${type.bits}${inOrder(type.order)}`;
    case 'extern':
    case 'record':
      return type.extern.name;
    case 'entry':
      return type.of.kind;
    case 'inHead':
      return type.key;
    case 'inner':
      return nameOfInner(type.fields[0]!);
    case 'coded': {
      const { extent } = type;
      const reach = extent.kind === 'size' ? `size ${textOf(extent.value)}` : 'rest';
      return `${type.codec.name} of ${type.struct.name}${inOrder(orderIn(type))}, ${reach}`;
    }
    case 'composed':
      return type.parts.map((part) => typeName(part.type)).join(' and ');
    case 'bytes':
    case 'text': {
      const base = type.kind === 'text' ? `text ${type.encoding}` : 'bytes';
      if (type.extent.kind === 'prefix')
        return `${base}, ${intName(type.extent.int)}${inOrder(type.extent.order)} length before it${type.nullable ? ', nullable' : ''}`;
      if (type.extent.kind === 'varying')
        return `${base}, ${lengthForm(type.extent.length)} length before it${type.nullable ? ', nullable' : ''}`;
      if (type.extent.kind === 'until') return `${base}${untilText(type.extent)}`;
      return type.extent.kind === 'rest' ? `${base} rest` : `${base} size ${textOf(type.extent.value)}`;
    }
  }
}

/** `u16`, `varint(leb128)`, `dec until "\r\n"` */
function formName({ form, int }: FieldType & { kind: 'int' }): string {
  if (form.kind === 'fixed') return intName(int);
  if (form.kind === 'varint') return `varint(${form.encoding})`;
  const base = form.base === 10 ? 'dec' : 'hex';
  return form.extent.kind === 'size'
    ? `${base} size ${form.extent.digits}`
    : `${base} until ${JSON.stringify(form.extent.delimiter)}`;
}

/** ` (little-endian if order == 0x6c)` */
function inOrder(order: Expression | undefined): string {
  return order === undefined ? '' : ` (${orderText(order)})`;
}

function untilText(extent: ExtentModel): string {
  return extent.kind === 'until' ? ` until ${JSON.stringify(extent.delimiter)}` : '';
}

function nameOfInner(field: Field | BitFieldModel): string {
  return field.member === 'bitField' ? `${field.width} bits` : typeName(field.type);
}

function armName(guard: Guard): string {
  if (guard.node.member === 'if')
    return `${guard.arm === 0 ? 'if' : 'unless'} ${textOf(guard.node.condition)}`;
  const arm = guard.node.arms[guard.arm]!;
  return arm.name ?? `arm ${guard.arm + 1}`;
}

/** What the encoder computes a length of in each arm that uses it, and what it is elsewhere. */
export function lengthText(length: Length): string {
  const formulas = usesOf(length).map(formula);
  const fallback = length.member === 'field' ? length.default : null;
  const elsewhere = fallback?.kind === 'int' ? String(fallback.value) : 'as given';
  return [...formulas, ...(isPartial(length) ? [elsewhere] : [])].join(', or ');
}

/** What the encoder computes a derived field of: `bytes of content - 4`. */
function formula(derivation: Derivation): string {
  const units = derivation.of.member === 'field' && derivation.of.type.kind === 'list' ? 'elements' : 'bytes';
  const terms = derivation.terms
    .map((t) => ` - ${t.coefficient === 1n ? '' : `${t.coefficient} * `}${t.field.name}`)
    .join('');
  const constant =
    derivation.constant === 0n
      ? ''
      : derivation.constant > 0n
        ? ` - ${derivation.constant}`
        : ` + ${-derivation.constant}`;
  const sum = `${units} of ${extendedName(derivation.of).replaceAll('`', '')}${terms}${constant}`;
  return derivation.factor === 1n ? sum : `(${sum}) / ${derivation.factor}`;
}

function roleTexts(protocol: Protocol): { role: string; from: string }[] {
  const { roles } = protocol;
  const entries: [
    string,
    { span: { file: { text: string }; start: number; end: number } } | null,
    string | null,
  ][] = [
    ['kind', roles.kind, null],
    ['id', roles.id, roles.id === null ? null : idRoleText(roles.id.name, protocol.idForm)],
    ['heartbeat', roles.heartbeat, null],
    ['goaway', roles.goaway, null],
    ['timeout', roles.timeout, null],
    ['status', roles.status, null],
    ['headers', roles.headers[0] ?? null, partNames(roles.headers)],
    ['body', roles.body[0] ?? null, partNames(roles.body)],
    ['service', roles.service, null],
    ['method', roles.method, null],
    ['group', roles.group, null],
    ['version', roles.version, null],
    ['expects', roles.expects, null],
    ['exclusive', roles.exclusive, null],
  ];
  return entries.flatMap(([role, node, name]) =>
    node === null ? [] : [{ role, from: name ?? textOf(node) }],
  );
}

/** `uuid(token)`: what is the id, and how it is written where it is a text. */
export function idRoleText(name: string, form: Protocol['idForm']): string {
  return form === null || form === 'decimal' ? name : `${form}(${name})`;
}

function textOf(node: { span: { file: { text: string }; start: number; end: number } }): string {
  return node.span.file.text.slice(node.span.start, node.span.end).replace(/\s+/g, ' ');
}
