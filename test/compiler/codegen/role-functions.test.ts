import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { XProtocol } from '@proto-frame/api';
import { modulesOf } from '../../../compiler/cli/generate-all.js';
import { generate } from '../../../compiler/codegen/generate.js';
import { meaningOf } from '../../../compiler/interpret/meaning.js';
import { readFrame } from '../../../compiler/interpret/read-frame.js';
import { compileSchema, loadCodec, runModule } from './load-codec.js';

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
    group = before_last(line, "::");
    version = after_last(line, "::");
  }
  synth hijack none;
}`;

/** A line, and what a proxy reads of it. */
const CASES: readonly [
  line: string,
  kind: string,
  facts: {
    heartbeat?: true;
    goaway?: true;
    service?: string;
    method?: string;
    group?: string;
    version?: string;
  },
][] = [
  ['put 1', 'request', { service: 'put', method: '1' }],
  ['  put   1  ', 'request', { service: 'put', method: '1' }],
  ['put 1 2', 'request', { service: 'put', method: '1', goaway: true }],
  ['', 'request', { method: 'none' }],
  ['   ', 'request', { method: 'none' }],
  ['+PONG', 'response', { service: '+PONG', method: 'none' }],
  ['done!', 'response', { service: 'done!', method: 'none' }],
  ['a::b::c', 'request', { service: 'a::b::c', method: 'none', group: 'a::b', version: 'c' }],
  ['a:::', 'request', { service: 'a:::', method: 'none', group: 'a:', version: '' }],
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
    const { heartbeat, goaway, service, method, group, version } = facts;
    expect(codec.isHeartbeat(...at), line).toBe(heartbeat ?? false);
    expect(codec.isGoaway(...at), line).toBe(goaway ?? false);
    expect([codec.serviceOf(...at), codec.methodOf(...at)], line).toEqual([service, method]);
    expect([codec.groupOf(...at), codec.versionOf(...at)], line).toEqual([group, version]);
    const read = readFrame(protocol, bytes, 0, bytes.length);
    if (read.kind !== 'frame') throw new Error(line);
    expect(meaningOf(protocol, read.tree), line).toEqual({ kind, ...facts });
  }
});

const TAGGED = `protocol tagged {
  limits { frame = 64KiB; }
  struct Tag { key : pstr(u8); value : pstr(i8) nullable; }
  struct Meta { n : u8; tags : map of Tag size n; assert tags["bad"] != "yes"; }
  frame Tagged {
    answer : bool(u8);
    id     : u32;
    size   : u8;
    header : map of Tag size size;
    meta   : Meta;
    if (answer) { more : u8; facts : map of Tag size more; } else { less : u8; facts : map of Tag size less; }
    assert not has(header["refused"]) else "refused";
  }
  semantics {
    kind = match (answer) { true => response, false => request };
    id = id;
    service = header["service"] ?? meta.tags["service"] ?? facts["service"];
    method = facts["method"] ?? header["method"] ?? "none";
    goaway when has(meta.tags["bye"]);
  }
  synth hijack none;
}`;

type Tags = readonly { readonly key: string; readonly value: string | null }[];

const tag = (key: string, value: string | null): Tags[number] => ({ key, value });

/** The header, the tags of `meta` and the facts, and what a proxy reads of them; of one key the first counts. */
const TAGS: readonly [
  header: Tags,
  tags: Tags,
  facts: Tags,
  read: { service?: string; method: string; goaway?: true },
][] = [
  [[], [], [], { method: 'none' }],
  [[tag('service', 'a'), tag('service', 'b')], [tag('service', 'c')], [], { service: 'a', method: 'none' }],
  [
    [tag('service', null)],
    [tag('service', 'c'), tag('bye', '')],
    [],
    { service: 'c', method: 'none', goaway: true },
  ],
  [
    [tag('method', 'x')],
    [tag('bye', null)],
    [tag('method', 'y'), tag('service', 'd')],
    { service: 'd', method: 'y' },
  ],
];

test('maps that are not the headers are looked up', async () => {
  const protocol = compileSchema('tagged.proto-frame', TAGGED);
  const { exports } = await loadCodec('tagged.proto-frame', TAGGED);
  const codec = exports['tagged'] as XProtocol<Record<string, unknown>>;
  for (const answer of [true, false]) {
    for (const [header, tags, facts, read] of TAGS) {
      const bytes = codec.encode({ answer, id: 7, header, meta: { tags }, facts });
      const at = [bytes, 0, bytes.length] as const;
      codec.check(...at);
      expect([codec.serviceOf(...at), codec.methodOf(...at)]).toEqual([read.service, read.method]);
      expect(codec.isGoaway(...at)).toBe(read.goaway ?? false);
      const frame = readFrame(protocol, bytes, 0, bytes.length);
      if (frame.kind !== 'frame') throw new Error(JSON.stringify(frame));
      expect(meaningOf(protocol, frame.tree)).toEqual({
        kind: answer ? 'response' : 'request',
        id: '7',
        ...read,
      });
    }
  }
  const refused = { answer: true, id: 7, header: [tag('refused', '')], meta: { tags: [] }, facts: [] };
  expect(() => codec.encode(refused)).toThrow('refused');
  const bad = { answer: true, id: 7, header: [], meta: { tags: [tag('bad', 'yes')] }, facts: [] };
  expect(() => codec.encode(bad)).toThrow('assertion failed');
  const bytes = codec.encode({ ...refused, header: [tag('refusee', '')] });
  bytes[13] = 0x64;
  expect(() => codec.check(bytes, 0, bytes.length)).toThrow('refused');
  expect(readFrame(protocol, bytes, 0, bytes.length)).toMatchObject({ kind: 'bad', message: 'refused' });
});

const ASKED = `protocol asked {
  correlate id, remember(method, token, when);
  limits { frame = 64KiB; }
  frame Call from client { magic : u8 = 7; id : u32; method : pstr(u8); token : bytes size 2; when : u64; }
  frame Reply from server {
    id  : u32;
    len : u16;
    within (len) {
      if (req.method == "list" or starts_with(req.method, "get")) { count : u8; }
      if (req.token == "ab") { token : bytes size 2; }
      if (req.when > 5) { late : bool(u8); }
      body : bytes rest;
    }
  }
  semantics Call { kind = request; id = id; method = method; }
  semantics Reply { kind = response; id = id; body = body; }
  synth hijack none;
}`;

test('replies are read by what their requests say in texts, bytes and numbers of 64 bits', async () => {
  const protocol = compileSchema('asked.proto-frame', ASKED);
  const loaded = new Map<string, Record<string, unknown>>();
  for (const side of modulesOf(protocol).toReversed())
    loaded.set(side.fileName, runModule(await generate(side, false), loaded));
  const codec = loaded.get(protocol.fileName)!['asked'] as XProtocol<Record<string, unknown>>;
  const body = Buffer.from('00000007' + '0006' + '616263646566', 'hex');
  for (const method of ['list', 'getAll', 'put', 'lis'])
    for (const token of ['ab', 'aB'])
      for (const when of [5n, 6n, 2n ** 63n]) {
        const bytes = codec.encode({ id: 7, method, token: Buffer.from(token), when });
        const facts = codec.factsOf!(bytes, 0, bytes.length);
        const before = (method === 'list' || method === 'getAll' ? 1 : 0) + (token === 'ab' ? 2 : 0);
        expect(codec.replies.bodyStart(body, 0, 12, facts), `${method} ${token} ${when}`).toBe(
          6 + before + (when > 5n ? 1 : 0),
        );
      }
});

test('lengths, constants and what is computed are read of structs, by the generated code as by the interpreter', async () => {
  const shape = new URL('../../golden/shapes/structs-read-from-outside/', import.meta.url);
  const text = readFileSync(new URL('input.proto-frame', shape), 'utf8');
  const protocol = compileSchema('structs.proto-frame', text);
  const { exports } = await loadCodec('structs.proto-frame', text);
  const codec = exports['structsReadFromOutside'] as XProtocol;
  const [ask, answer] = readFileSync(new URL('frames.hex', shape), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => new Uint8Array(Buffer.from(line.replaceAll(' ', ''), 'hex')));
  const cases = [
    [ask!, { kind: 'request', id: '1', timeout: 0, service: '2', method: '14' }],
    [answer!, { kind: 'response', id: '2', timeout: 26, service: '0', method: '5' }],
  ] as const;
  for (const [bytes, { timeout, service, method, ...facts }] of cases) {
    const at = [bytes, 0, bytes.length] as const;
    expect([codec.timeoutOf(...at), codec.serviceOf(...at), codec.methodOf(...at)]).toEqual([
      timeout,
      service,
      method,
    ]);
    const read = readFrame(protocol, bytes, 0, bytes.length);
    if (read.kind !== 'frame') throw new Error(read.kind);
    expect(meaningOf(protocol, read.tree)).toMatchObject({ ...facts, service, method });
  }
  expect(codec.wireStatusOf(answer!, 0, answer!.length)).toBe(1);
});

test('elements are found in lists, by the generated code as by the interpreter', async () => {
  const shape = new URL('../../golden/shapes/found-in-lists/', import.meta.url);
  const text = readFileSync(new URL('input.proto-frame', shape), 'utf8');
  const protocol = compileSchema('found.proto-frame', text);
  const { exports } = await loadCodec('found.proto-frame', text);
  const codec = exports['foundInLists'] as XProtocol;
  const frames = readFileSync(new URL('frames.hex', shape), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => new Uint8Array(Buffer.from(line, 'hex')));
  const said = frames.map((bytes) => {
    const at = [bytes, 0, bytes.length] as const;
    const names = {
      service: codec.serviceOf(...at),
      method: codec.methodOf(...at),
      group: codec.groupOf(...at),
      version: codec.versionOf(...at),
    };
    const read = readFrame(protocol, bytes, 0, bytes.length);
    if (read.kind !== 'frame') throw new Error(read.kind);
    const { service, method, group, version, heartbeat = false } = meaningOf(protocol, read.tree);
    expect({ service, method, group, version }).toEqual(names);
    expect(codec.isHeartbeat(...at)).toBe(heartbeat);
    const numbers = [codec.timeoutOf(...at), codec.wireStatusOf(...at), codec.expects(...at)];
    return [...Object.values(names), heartbeat, ...numbers];
  });
  expect(said).toEqual([
    // Bytes of pairs say that no reply comes; of two tags with the mark, and two services, the first counts.
    ['nas-1', 'read', '7', 'user', false, 1500, 5, 0],
    [undefined, 'other', undefined, 'user', false, 0, 0, 1],
    ['', 'write', '2', undefined, false, 250, 2, 0],
    ['n', 'bc', '3', undefined, false, 0, 1, 1],
    [undefined, undefined, undefined, undefined, true, 0, 0, 1],
  ]);
});
