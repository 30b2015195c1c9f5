import { FrameKind } from '@proto-frame/api';
import type { WireReference } from './wire-reference.js';

// memcached binary in the plainest way, after doc/protocol-binary.txt: offsets as the text's figures have them.

const HEAD = 24;

/** By opcode; quiet ones have the names of the others. */
const METHODS = [
  ['get', 'set', 'add', 'replace', 'delete', 'increment', 'decrement', 'quit', 'flush', 'get'],
  ['noop', 'version', 'get', 'get', 'append', 'prepend', 'stat', 'set', 'add', 'replace', 'delete'],
  ['increment', 'decrement', 'quit', 'flush', 'append', 'prepend', 'other', 'touch', 'gat', 'gat'],
  ['other', 'sasl', 'sasl', 'sasl', 'gat', 'gat'],
].flat();

export const memcachedReference: WireReference = {
  hasHeaders: false,
  facts(bytes) {
    const b = Buffer.from(bytes);
    const isRequest = b[0] === 0x80;
    const bodyStart = HEAD + b[4]! + b.readUInt16BE(2);
    return {
      kind: isRequest ? FrameKind.request : FrameKind.response,
      heartbeat: b[1] === 0x0a,
      goaway: false,
      id: b.readUInt32BE(12),
      timeout: 0,
      wireStatus: isRequest ? 0 : b.readUInt16BE(6),
      entries: [],
      service: 'memcached',
      method: METHODS[b[1]!] ?? 'other',
      bodyStart,
      body: b.subarray(bodyStart),
    };
  },
  rebuild(bytes, { id, body }) {
    const b = Buffer.from(bytes);
    const bodyStart = HEAD + b[4]! + b.readUInt16BE(2);
    const made = Buffer.concat([b.subarray(0, bodyStart), body ?? b.subarray(bodyStart)]);
    made.writeUInt32BE(made.length - HEAD, 8);
    if (id !== undefined) made.writeUInt32BE(Number(id), 12);
    return made;
  },
  length: (b) => (b.length < HEAD ? 0 : HEAD + b.readUInt32BE(8)),
  /** Append `text` to the key `k`. */
  request(id, text) {
    const b = Buffer.alloc(HEAD);
    b.set([0x80, 0x0e, 0, 1]);
    return memcachedReference.rebuild(Buffer.concat([b, Buffer.from('k')]), { id, body: Buffer.from(text) });
  },
  reply(request, text) {
    const b = Buffer.from(request.subarray(0, HEAD));
    b[0] = 0x81;
    b.fill(0, 2, 8);
    return memcachedReference.rebuild(b, { body: Buffer.from(text) });
  },
};
