import { partNames } from '../part-names.js';
import { layoutOf, memberOf } from '../../model/layout.js';
import type { BitFieldModel, Enum, Field, MatchByte, Protocol, SynthModel } from '../../model/model.js';
import type { Expression } from '../../model/expression.js';
import { walk } from '../../model/walk.js';
import { placeText } from '../place-text.js';
import { sourceText } from '../source-text.js';
import { bytesText, code, prose, table } from './markdown.js';

/** Which first bytes tell the protocol. */
export function matchSection({ match, frame }: Protocol): string {
  if (match.length === 0)
    return 'No byte is known beforehand: the protocol is chosen by port, never by its first bytes.';
  const layout = layoutOf(frame);
  const at = (offset: number): string => {
    let name = '';
    for (const member of walk(frame.body)) {
      const place = layout.places.get(member);
      // Entries of a record have no place of their own.
      if (place === undefined || place.anchor !== null || place.offset > offset) continue;
      if (member.member === 'field') name = member.name;
      else if (member.member === 'bits') name = member.fields.map((f) => f.name).join(', ');
    }
    return name;
  };
  const rows = (bytes: readonly MatchByte[]): string[][] =>
    bytes.map((byte) => [String(byte.offset), allowedText(byte), code(at(byte.offset))]);
  const [only, ...others] = match;
  if (others.length === 0) return table(['byte', 'may be', 'of'], rows(only!.bytes));
  return table(
    ['form', 'byte', 'may be', 'of'],
    match.flatMap(({ name, bytes }) => rows(bytes).map((row) => [name ?? '', ...row])),
  );
}

/** `0x01`, `0x41 ("A") to 0x5a ("Z")`. */
export function allowedText({ allowed }: MatchByte): string {
  const one = (n: number): string => {
    const hex = `0x${n.toString(16).padStart(2, '0')}`;
    return n > 0x20 && n < 0x7f && n !== 0x60 ? `${hex} (${code(String.fromCharCode(n))})` : hex;
  };
  return allowed.map(({ low, high }) => (low === high ? one(low) : `${one(low)} to ${one(high)}`)).join(', ');
}

export function enumSection(one: Enum): string {
  const kind = one.flags
    ? 'Flags: any of them may be set.'
    : one.open
      ? 'Open: other values are let through as they are.'
      : 'Closed: a frame with another value is refused.';
  const hex = (value: bigint): string => (value > 9n ? ` (0x${value.toString(16)})` : '');
  return [
    ...(one.doc === '' ? [] : [prose(one.doc)]),
    kind,
    table(
      ['value', 'name', 'meaning'],
      one.members.map((m) => [`${m.value}${one.flags ? hex(m.value) : ''}`, code(m.name), prose(m.doc)]),
    ),
  ].join('\n\n');
}

const ROLES: readonly (readonly [role: keyof Protocol['roles'], meaning: string])[] = [
  ['kind', 'request, oneway, response, push or control'],
  ['id', 'joins a reply to its request; replaced on the way and restored'],
  ['heartbeat', 'answered by the proxy, never routed'],
  ['goaway', 'the sender wants no new requests on this connection'],
  ['timeout', 'how long the caller waits, in milliseconds; 0 unset, negative for ever'],
  ['status', 'how a request ended'],
  ['headers', 'what routes look at and filters change'],
  ['body', 'carried as it is'],
  ['service', 'what routes match'],
  ['method', 'what routes match'],
  ['group', 'of the service; what routes match'],
  ['version', 'of the service; what routes match'],
  ['expects', 'how many replies a request gets; 0 none'],
  ['exclusive', 'from here on the caller needs an upstream connection of its own'],
];

/** What a proxy reads, and where. */
export function rolesSection(protocol: Protocol): string {
  const { roles, frame } = protocol;
  const layout = layoutOf(frame);
  const where = (fields: readonly (Field | BitFieldModel)[]): string =>
    [...new Set(fields.flatMap((f) => layout.places.get(memberOf(f)) ?? []))].map(placeText).join(' or ');
  return table(
    ['role', 'read from', 'at', 'meaning'],
    ROLES.flatMap(([name, meaning]) => {
      const role = roles[name];
      if (role === null) return [];
      if (!('op' in role)) {
        const parts = 'member' in role ? [role] : role;
        if (parts.length === 0) return [];
        const fields = parts.filter((part) => part.member === 'field');
        return [[name, code(partNames(parts)), where(fields), meaning]];
      }
      return [[name, code(sourceText(role)), where(fieldsIn(role)), meaning]];
    }),
  );
}

function fieldsIn(e: Expression): readonly (Field | BitFieldModel)[] {
  switch (e.op) {
    case 'field':
      return e.fields;
    case 'flag':
      return fieldsIn(e.of);
    case 'header':
      return e.maps;
    case 'unary':
      return fieldsIn(e.operand);
    case 'binary':
      return [...fieldsIn(e.left), ...fieldsIn(e.right)];
    case 'match':
      return [...e.on, ...e.arms.map((arm) => arm.value)].flatMap(fieldsIn);
    default:
      return [];
  }
}

/** The status map in both directions. */
export function statusSection({ status }: Protocol): string {
  if (status === null) return 'The protocol has no status: every reply counts as OK.';
  const wire = (value: bigint): string => {
    const name = status.enum?.members.find((m) => m.value === value)?.name;
    return name === undefined ? String(value) : `${code(name)} (${value})`;
  };
  const fallback = status.encodeDefault;
  return [
    'As it is read:',
    table(
      ['on the wire', 'means'],
      [
        ...status.decode.map((one) => [wire(one.wire), one.canonical]),
        ['anything else', status.decodeDefault],
      ],
    ),
    'As the proxy writes it:',
    table(
      ['a reply with', 'is written as'],
      [
        ...status.encode.map((one) => [one.canonical, wire(one.wire)]),
        ...(fallback === null ? [] : [['anything else', wire(fallback)]]),
      ],
    ),
  ].join('\n\n');
}

const SYNTHS: Readonly<Record<string, string>> = {
  heartbeat: 'sent to see whether a silent peer is alive',
  heartbeat_ack: 'the answer to a heartbeat',
  goaway: 'asks the peer for no new requests, before the connection is closed',
  hijack: 'the reply when the proxy answers itself: no route, no host, a timeout',
};

/** The frames that the proxy makes. */
export function synthSection(synth: SynthModel): string {
  const params = synth.params.map((p) => `${code(p.name)} (${PARAMETERS[p.role]})`).join(', ');
  const usual = SYNTHS[synth.name];
  return [
    `${usual === undefined ? '' : `${usual[0]!.toUpperCase()}${usual.slice(1)}. `}Made of ${params === '' ? 'nothing' : params}.`,
    ...(synth.doc === '' ? [] : [prose(synth.doc)]),
    table(
      ['field', 'is set to'],
      synth.fields.map((f) => [code(f.field.name), code(sourceText(f.value))]),
    ),
  ].join('\n\n');
}

const PARAMETERS: Readonly<Record<SynthModel['params'][number]['role'], string>> = {
  id: 'the request id',
  request: 'the request it answers',
  status: 'the canonical status',
  reason: 'a text that says why',
};

export function limitsSection({ limits }: Protocol): string {
  return table(
    ['limit', 'value', 'beyond it'],
    [
      ['frame', bytesText(limits.frame), 'the connection is closed as soon as the length is known'],
      ['headers', String(limits.headers), 'the frame is refused'],
      ['header bytes', bytesText(limits.headerBytes), 'the frame is refused'],
      ['probe', bytesText(limits.probe), 'bytes are not looked at to recognise the protocol'],
      ...(limits.inFlight === null
        ? []
        : [['in flight', String(limits.inFlight), 'what the ids of one connection must suffice for']]),
    ],
  );
}
