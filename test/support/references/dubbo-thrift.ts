import { buildMessage, framed, KINDS, parseMessage, statusOf } from './thrift.js';
import type { WireReference } from './wire-reference.js';

// Dubbo's Thrift in the plainest way, after reference/mosn.md 2.4: the message is that of Thrift's reference.

/** What stands in a frame: offsets are those of the frame. */
function parse(bytes: Uint8Array): { service: Buffer; id: bigint; message: Buffer } {
  const b = Buffer.from(bytes);
  const header = 4 + b.readUInt16BE(10);
  return {
    service: b.subarray(17, header - 8),
    id: b.readBigUInt64BE(header - 8),
    message: b.subarray(header),
  };
}

function build({ service, id, message }: ReturnType<typeof parse>): Buffer {
  const header = Buffer.alloc(13 + service.length + 8);
  header.writeUInt16BE(0xdabc, 0);
  header.writeUInt32BE(header.length + message.length, 2);
  header.writeUInt16BE(header.length, 6);
  header[8] = 1;
  header.writeUInt32BE(service.length, 9);
  service.copy(header, 13);
  header.writeBigUInt64BE(id, 13 + service.length);
  return framed(Buffer.concat([header, message]));
}

export const dubboThriftReference: WireReference = {
  hasHeaders: false,
  facts(bytes) {
    const { service, id, message } = parse(bytes);
    const parsed = parseMessage(message);
    return {
      kind: KINDS[parsed.type]!,
      heartbeat: false,
      goaway: false,
      id: id <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(id) : id,
      timeout: 0,
      wireStatus: statusOf(parsed),
      entries: [],
      service: service.toString('latin1'),
      method: parsed.name.toString('latin1'),
      bodyStart: bytes.length - parsed.fields.length,
      body: parsed.fields,
    };
  },
  rebuild(bytes, { id, body }) {
    const frame = parse(bytes);
    const message = parseMessage(frame.message);
    return build({
      service: frame.service,
      id: BigInt(id ?? frame.id),
      message: buildMessage({ ...message, fields: Buffer.from(body ?? message.fields) }),
    });
  },
  length: (b) => (b.length < 4 ? 0 : 4 + b.readUInt32BE(0)),
  request(id, text) {
    const message = buildMessage({
      form: 'strict',
      unused: 0,
      type: 1,
      name: Buffer.from('say'),
      seqid: 0,
      fields: Buffer.from(text),
    });
    return build({ service: Buffer.from('com.demo.Echo'), id: BigInt(id), message });
  },
  reply(request, text) {
    const frame = parse(request);
    const call = parseMessage(frame.message);
    return build({
      ...frame,
      message: buildMessage({ ...call, type: 2, fields: Buffer.from(text) }),
    });
  },
};
