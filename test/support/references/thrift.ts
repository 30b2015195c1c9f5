import { FrameKind } from '@proto-frame/api';
import type { WireReference } from './wire-reference.js';

// Apache Thrift's framed messages in the plainest way, after doc/specs/thrift-binary-protocol.md,
// thrift-compact-protocol.md and thrift-rpc.md: a message is taken apart whole and put together again.

/** A message, whatever its form. */
interface Message {
  form: 'strict' | 'old' | 'compact';
  /** The byte of the strict form that nothing uses. */
  unused: number;
  type: number;
  name: Buffer;
  seqid: number;
  fields: Buffer;
}

/** A varint of at most 32 bits, and the bytes behind it. */
function takeVarint(b: Buffer): [value: number, rest: Buffer] {
  let value = 0n;
  for (let i = 0; i < b.length; i++) {
    value |= BigInt(b[i]! & 0x7f) << BigInt(7 * i);
    if (b[i]! < 0x80) return [Number(value), b.subarray(i + 1)];
  }
  throw new Error('a varint without an end');
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = BigInt(value);
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return Buffer.from([...bytes, Number(rest)]);
}

/** What stands in a message, without its frame. */
export function parseMessage(b: Buffer): Message {
  if (b[0] === 0x82) {
    const [seqid, named] = takeVarint(b.subarray(2));
    const [length, rest] = takeVarint(named);
    const [name, fields] = [rest.subarray(0, length), rest.subarray(length)];
    return { form: 'compact', unused: 0, type: b[1]! >> 5, name, seqid, fields };
  }
  const strict = b[0] === 0x80;
  const start = strict ? 8 : 4;
  const end = start + b.readUInt32BE(start - 4);
  const name = b.subarray(start, end);
  if (strict)
    return {
      form: 'strict',
      unused: b[2]!,
      type: b[3]!,
      name,
      seqid: b.readInt32BE(end),
      fields: b.subarray(end + 4),
    };
  return {
    form: 'old',
    unused: 0,
    type: b[end]!,
    name,
    seqid: b.readInt32BE(end + 1),
    fields: b.subarray(end + 5),
  };
}

export function buildMessage({ form, unused, type, name, seqid, fields }: Message): Buffer {
  const number = (value: number): Buffer => {
    const b = Buffer.alloc(4);
    b.writeInt32BE(value | 0);
    return b;
  };
  switch (form) {
    case 'compact':
      return Buffer.concat([
        Buffer.from([0x82, (type << 5) | 1]),
        varint(seqid),
        varint(name.length),
        name,
        fields,
      ]);
    case 'strict':
      return Buffer.concat([
        Buffer.from([0x80, 1, unused, type]),
        number(name.length),
        name,
        number(seqid),
        fields,
      ]);
    case 'old':
      return Buffer.concat([number(name.length), name, Buffer.from([type]), number(seqid), fields]);
  }
}

export function framed(message: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(message.length);
  return Buffer.concat([length, message]);
}

export const KINDS = [
  FrameKind.response,
  FrameKind.request,
  FrameKind.response,
  FrameKind.response,
  FrameKind.oneway,
];

/** The fields of a struct whose values are texts, 32-bit numbers or 64-bit ones, as far as it can be read. */
function fieldsOf({ form, fields }: Message): { id: number; value: number | string | null }[] {
  const found: { id: number; value: number | string | null }[] = [];
  try {
    let b = fields;
    let id = 0;
    while (b.length > 0 && b[0] !== 0) {
      let type: number;
      if (form === 'compact') {
        type = b[0]! & 15;
        const delta = b[0]! >> 4;
        b = b.subarray(1);
        if (delta > 0) id += delta;
        else {
          const [zigzag, rest] = takeVarint(b);
          id = (zigzag >> 1) ^ -(zigzag & 1);
          b = rest;
        }
        if (type !== 5 && type !== 8) return [...found, { id, value: null }];
        const [number, rest] = takeVarint(b);
        if (type === 8 && rest.length < number) return [...found, { id, value: null }];
        found.push({
          id,
          value: type === 5 ? (number >> 1) ^ -(number & 1) : rest.toString('utf8', 0, number),
        });
        b = type === 5 ? rest : rest.subarray(number);
      } else {
        [type, id] = [b[0]!, b.readInt16BE(1)];
        if (type !== 8 && type !== 11) return [...found, { id, value: null }];
        const number = b.readInt32BE(3);
        if (type === 11 && b.length < 7 + number) return [...found, { id, value: null }];
        found.push({ id, value: type === 8 ? number : b.toString('utf8', 7, 7 + number) });
        b = b.subarray(type === 8 ? 7 : 7 + number);
      }
    }
  } catch {
    // The rest is no struct.
  }
  return found;
}

/** The status of a message: 0, 1 for a declared exception, 100 and the type of a TApplicationException. */
export function statusOf(message: Message): number {
  const fields = fieldsOf(message);
  if (message.type === 2) return fields[0] === undefined || fields[0].id === 0 ? 0 : 1;
  if (message.type !== 3) return 0;
  const type = fields.find(({ id, value }) => id === 2 && typeof value === 'number');
  return 100 + Number(type?.value ?? 0);
}

/** Service and method of a message's name. */
export function namesOf({ name }: Message): { service: string; method: string } {
  const text = name.toString('latin1');
  const at = text.indexOf(':');
  return at < 0
    ? { service: 'thrift', method: text }
    : { service: text.slice(0, at), method: text.slice(at + 1) };
}

function reference(form: 'strict' | 'compact'): WireReference {
  return {
    hasHeaders: false,
    facts(bytes) {
      const message = parseMessage(Buffer.from(bytes).subarray(4));
      return {
        kind: KINDS[message.type]!,
        heartbeat: false,
        goaway: false,
        id: message.seqid,
        timeout: 0,
        wireStatus: statusOf(message),
        entries: [],
        ...namesOf(message),
        bodyStart: bytes.length - message.fields.length,
        body: message.fields,
      };
    },
    rebuild(bytes, { id, body }) {
      const message = parseMessage(Buffer.from(bytes).subarray(4));
      return framed(
        buildMessage({
          ...message,
          seqid: Number(id ?? message.seqid),
          fields: Buffer.from(body ?? message.fields),
        }),
      );
    },
    length: (b) => (b.length < 4 ? 0 : 4 + b.readUInt32BE(0)),
    // Where a struct would stand: nobody on the way decodes it.
    request: (id, text) =>
      framed(
        buildMessage({
          form,
          unused: 0,
          type: 1,
          name: Buffer.from('Echo:say'),
          seqid: Number(id),
          fields: Buffer.from(text),
        }),
      ),
    reply(request, text) {
      const { name, ...call } = parseMessage(Buffer.from(request).subarray(4));
      const method = name.toString('latin1').split(':').at(-1)!;
      return framed(
        buildMessage({ ...call, type: 2, name: Buffer.from(method, 'latin1'), fields: Buffer.from(text) }),
      );
    },
  };
}

export const thriftReference = reference('strict');
export const thriftCompactReference = reference('compact');

/** A frame of THeader: what stands before the message, as it is, and the message. */
function unwrap(bytes: Uint8Array): { head: Buffer; message: Message } {
  const b = Buffer.from(bytes).subarray(4);
  const end = 10 + 4 * b.readUInt16BE(8);
  return { head: b.subarray(0, end), message: parseMessage(b.subarray(end)) };
}

/** Messages of the compact protocol in THeader, whose own sequence id never changes. */
export const thriftHeaderReference: WireReference = {
  ...thriftReference,
  facts(bytes) {
    const { message } = unwrap(bytes);
    const facts = thriftReference.facts(framed(buildMessage(message)));
    return { ...facts, bodyStart: bytes.length - message.fields.length };
  },
  rebuild(bytes, { id, body }) {
    const { head, message } = unwrap(bytes);
    const changed = {
      ...message,
      seqid: Number(id ?? message.seqid),
      fields: Buffer.from(body ?? message.fields),
    };
    return framed(Buffer.concat([head, buildMessage(changed)]));
  },
  request(id, text) {
    const head = Buffer.from('0fff00000000002a000102000000', 'hex');
    return framed(Buffer.concat([head, thriftCompactReference.request(id, text).subarray(4)]));
  },
  reply(request, text) {
    const { head, message } = unwrap(request);
    const reply = thriftCompactReference.reply(framed(buildMessage(message)), text);
    return framed(Buffer.concat([head, reply.subarray(4)]));
  },
};
