import { expect, test } from 'vitest';
import type { XProtocol } from '@proto-frame/api';
import { meaningOf } from '../../../compiler/interpret/meaning.js';
import { readFrame } from '../../../compiler/interpret/read-frame.js';
import { compileSchema, loadCodec } from './load-codec.js';

const SCHEMA = `protocol lines {
  pool pingpong;
  correlate fifo;
  frame Line { line : text latin1 until "\\r\\n" max 60; }
  semantics {
    kind = match (starts_with(line, "+") or ends_with(line, "!")) { true => response, false => request };
    heartbeat when contains(line, "PING");
    goaway when has(word(line, 2));
    service = word(line, 0);
    method = word(line, 1) ?? "none";
  }
  synth hijack none;
}`;

/** A line, and what a proxy reads of it. */
const CASES: readonly [
  line: string,
  kind: string,
  facts: { heartbeat?: true; goaway?: true; service?: string; method?: string },
][] = [
  ['put 1', 'request', { service: 'put', method: '1' }],
  ['  put   1  ', 'request', { service: 'put', method: '1' }],
  ['put 1 2', 'request', { service: 'put', method: '1', goaway: true }],
  ['', 'request', { method: 'none' }],
  ['   ', 'request', { method: 'none' }],
  ['+PONG', 'response', { service: '+PONG', method: 'none' }],
  ['done!', 'response', { service: 'done!', method: 'none' }],
  ['xPINGx', 'request', { heartbeat: true, service: 'xPINGx', method: 'none' }],
];

test('texts are taken apart by the generated code as by the interpreter', async () => {
  const protocol = compileSchema('lines.proto-frame', SCHEMA);
  const { exports } = await loadCodec('lines.proto-frame', SCHEMA);
  const codec = exports['lines'] as XProtocol;
  for (const [line, kind, facts] of CASES) {
    const bytes = Uint8Array.from(Buffer.from(`${line}\r\n`, 'latin1'));
    const at = [bytes, 0, bytes.length] as const;
    codec.check(...at);
    const { heartbeat, goaway, service, method } = facts;
    expect(codec.isHeartbeat(...at), line).toBe(heartbeat ?? false);
    expect(codec.isGoaway(...at), line).toBe(goaway ?? false);
    expect([codec.serviceOf(...at), codec.methodOf(...at)], line).toEqual([service, method]);
    const read = readFrame(protocol, bytes, 0, bytes.length);
    if (read.kind !== 'frame') throw new Error(line);
    expect(meaningOf(protocol, read.tree), line).toEqual({ kind, ...facts });
  }
});
