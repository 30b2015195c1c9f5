import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { corpus } from '../../support/corpus.js';
import { ROOT } from '../../support/root.js';
import { HexReader, parseHex } from '../../../compiler/cli/parse-hex.js';
import { folderWith, protoFrame } from './cli.js';
import { pcap, tcp } from '../../support/capture.js';

const BOLT = `${ROOT}schemas/bolt.proto-frame`;
const HEARTBEAT = '0101000001000000050100000bb80000000000000000';
const ACK = '0100000001000000050100000000000000000000';

const decode = (cwd: string, ...args: string[]) => protoFrame(cwd, ['decode', '--schema', BOLT, ...args]);
const encode = (cwd: string, ...args: string[]) => protoFrame(cwd, ['encode', '--schema', BOLT, ...args]);

describe('decode', () => {
  test('shows each field where it lies and what the frame means', async () => {
    const { code, out } = await decode(ROOT, '--hex', HEARTBEAT);
    expect(code).toBe(0);
    expect(out).toContain('#1  offset 0  22 bytes  request id 5, heartbeat, timeout 3000 ms\n');
    expect(out).toMatch(/^ +2 {2}0000 +cmd +0 {2}heartbeat$/m);
    expect(out).toMatch(/^ +5 {2}00000005 +request_id +5$/m);
  });

  test('takes several frames, and shows one of them on demand', async () => {
    const { code, out } = await decode(ROOT, '--format', 'brief', '--hex', `${HEARTBEAT} ${ACK}`);
    expect(code).toBe(0);
    expect(out.split('\n')).toEqual([
      '#1  offset 0  22 bytes  request id 5, heartbeat, timeout 3000 ms',
      '#2  offset 22  20 bytes  response id 5, heartbeat, status OK (success)',
      '',
    ]);
    expect(
      (await decode(ROOT, '--format', 'brief', '--frame', '2', '--hex', `${HEARTBEAT} ${ACK}`)).out,
    ).toMatch(/^#2 [^\n]*\n$/);
    const missing = await decode(ROOT, '--frame', '3', '--hex', `${HEARTBEAT} ${ACK}`);
    expect([missing.code, missing.out, missing.err]).toEqual([1, '', 'there are only 2 frames\n']);
  });

  test('says where bytes are no frame, and by which line of the schema', async () => {
    const { code, out, err } = await decode(
      ROOT,
      '--format',
      'brief',
      '--hex',
      `${HEARTBEAT}0107${'00'.repeat(20)}`,
    );
    expect(code).toBe(1);
    expect(out).toContain('#1 ');
    expect(err).toMatch(
      /^no frame at offset 22: Bolt\.type at byte 1 7 is no CmdType \(.*bolt\.proto-frame:\d+:\d+\)\n$/,
    );
  });

  test('says when the bytes end inside a frame', async () => {
    const { code, err } = await decode(ROOT, '--hex', HEARTBEAT.slice(0, 20));
    expect([code, err]).toEqual([1, '10 bytes at offset 0 are the start of a frame only\n']);
  });

  test('reads files, raw in chunks or as hex', async () => {
    const frames = corpus('bolt', 'valid');
    const folder = await folderWith({
      'frames.bin': Buffer.concat(
        Array.from({ length: 40 }, () => frames.map((f) => Buffer.from(f.bytes))).flat(),
      ),
      'one.hex': `# a heartbeat\n${HEARTBEAT}\n`,
    });
    const raw = await decode(folder, '--format', 'brief', '--file', 'frames.bin');
    expect(raw.code).toBe(0);
    expect(raw.out.trimEnd().split('\n')).toHaveLength(40 * frames.length);
    expect((await decode(folder, '--format', 'brief', '--file', 'one.hex')).out).toContain('heartbeat');
    const none = await decode(folder, '--file', 'none.bin');
    expect([none.code, none.err]).toEqual([2, 'proto-frame: there is no file none.bin\n']);
  });

  test('shows progress on a large file at a terminal, and nothing else there', async () => {
    const large = corpus('bolt', 'valid').find((f) => f.name.endsWith('edge-64kib-content'))!;
    const folder = await folderWith({
      'large.bin': Buffer.concat(Array.from({ length: 260 }, () => Buffer.from(large.bytes))),
    });
    const args = ['decode', '--schema', BOLT, '--format', 'brief', '--file', 'large.bin'];
    const quiet = await protoFrame(folder, args);
    expect([quiet.code, quiet.err]).toEqual([0, '']);
    const shown = await protoFrame(folder, args, { interactive: true });
    expect(shown.out).toBe(quiet.out);
    expect(shown.err).toMatch(/^(?:\r\x1b\[K\d{1,2}%)+\r\x1b\[K$/);
  });

  test('takes hex digits in any pieces', () => {
    const text = '# begins with 0x01\n0x01 02:03 0x0a0b # ff\n0c 0xd0\r\n10';
    const whole = Buffer.from(parseHex(text, 'text'));
    expect(whole.toString('hex')).toBe('0102030a0b0cd010');
    for (let at = 0; at <= text.length; at++) {
      const reader = new HexReader('text');
      const parts = [reader.push(text.slice(0, at)), reader.push(text.slice(at)), reader.end()];
      expect(Buffer.concat(parts)).toEqual(whole);
    }
  });

  test.each([
    [['--hex', '0g'], '--hex: `g` is no hex digit'],
    [['--hex', '011'], 'an odd number of hex digits'],
    [[], 'name one of --hex, --file and --pcap'],
    [['--hex', '01', '--port', '9'], '--port goes with --pcap'],
    [['--hex', '01', '--frame', '0'], '`0` is no number from 1 on'],
    [['--hex', '01', '--protocol', 'blot'], 'has no protocol blot; it has bolt'],
  ])('refuses %j', async (args, message) => {
    const { code, err } = await decode(ROOT, ...args);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });
});

describe('a capture', () => {
  const request = Buffer.from(HEARTBEAT, 'hex');
  const reply = Buffer.from(ACK, 'hex');
  // Out of order, sent twice, and a frame in two segments, as networks do it.
  const packets = [
    tcp(50000, 12200, 100, 2, Buffer.alloc(0)),
    tcp(12200, 50000, 900, 18, Buffer.alloc(0)),
    tcp(50000, 12200, 111, 24, request.subarray(10)),
    tcp(50000, 12200, 101, 24, request.subarray(0, 10)),
    tcp(50000, 12200, 101, 24, request.subarray(0, 10)),
    tcp(12200, 50000, 901, 24, reply),
    tcp(50001, 80, 1, 24, Buffer.from('GET / HTTP/1.1\r\n\r\n')),
  ];
  const lines = [
    '#1  127.0.0.1:50000 > 127.0.0.1:12200 +0  22 bytes  request id 5, heartbeat, timeout 3000 ms',
    '#2  127.0.0.1:12200 > 127.0.0.1:50000 +0  20 bytes  response id 5, heartbeat, status OK (success)',
    '',
  ];

  test.each([
    ['pcap', pcap(packets, false)],
    ['pcap of the other byte order', pcap(packets, true)],
    ['pcapng', pcapng(packets)],
  ])('in %s: streams are put in order, others passed over', async (_name, bytes) => {
    const folder = await folderWith({ 'traffic.cap': bytes });
    const { code, out, err } = await decode(folder, '--format', 'brief', '--pcap', 'traffic.cap');
    expect([code, out.split('\n'), err]).toEqual([0, lines, '']);
    expect(
      (await decode(folder, '--format', 'brief', '--pcap', 'traffic.cap', '--port', '12200')).out.split('\n'),
    ).toEqual(lines);
    const web = await decode(folder, '--format', 'brief', '--pcap', 'traffic.cap', '--port', '80');
    expect(web.code).toBe(1);
    expect(web.err).toContain('127.0.0.1:50001 > 127.0.0.1:80: no frame at offset 0');
  });

  test('that is none is refused', async () => {
    const folder = await folderWith({ 'no.pcap': 'hello, world, this is no capture' });
    const { code, err } = await decode(folder, '--pcap', 'no.pcap');
    expect([code, err]).toEqual([
      2,
      'proto-frame: no.pcap: the file is neither pcap nor pcapng: it starts with 68656c6c\n',
    ]);
  });
});

describe('encode', () => {
  test('fills in constants, defaults and lengths', async () => {
    const { code, out } = await encode(
      ROOT,
      '--json',
      '{"type":"request","cmd":"heartbeat","request_id":5,"timeout":3000}',
    );
    expect([code, out]).toEqual([0, `${HEARTBEAT}\n`]);
  });

  test('takes what decode printed, whole files of it', async () => {
    const frames = Buffer.concat(corpus('bolt', 'valid').map((f) => Buffer.from(f.bytes)));
    const folder = await folderWith({ 'in.bin': frames });
    const json = await decode(folder, '--format', 'json', '--file', 'in.bin');
    expect(json.code).toBe(0);
    const again = await folderWith({ 'frames.jsonl': json.out });
    expect((await encode(again, '--file', 'frames.jsonl', '--out', 'out.bin')).code).toBe(0);
    expect((await readFile(join(again, 'out.bin'))).equals(frames)).toBe(true);
  });

  test('leaves a file as it was if a line can not be encoded', async () => {
    const good = '{"type":"request","cmd":"heartbeat","request_id":5}\n';
    const folder = await folderWith({ 'in.jsonl': `${good}\n${good}{}\n`, 'out.bin': 'as it was' });
    const { code, err } = await encode(folder, '--file', 'in.jsonl', '--out', 'out.bin');
    expect([code, err]).toEqual([1, 'in.jsonl:4: type: is missing\n']);
    expect(await readFile(join(folder, 'out.bin'), 'utf8')).toBe('as it was');
    expect((await readdir(folder)).sort()).toEqual(['in.jsonl', 'out.bin']);
  });

  test.each([
    ['{"type":"request","cmd":1}', 'request_id: is missing'],
    [
      '{"type":"request","cmd":1,"reqest_id":1}',
      'reqest_id: there is no such field; did you mean `request_id`?',
    ],
    ['{"type":"ask","cmd":1,"request_id":1}', 'type: has to be a number or one of response, request, oneway'],
    [
      '{"type":"request","cmd":1,"request_id":4294967296}',
      'request_id: 4294967296 does not fit: it holds 0 to 4294967295',
    ],
    [
      '{"type":"request","cmd":1,"request_id":1,"class_len":3}',
      'class_len: is filled in by the encoder; leave it out',
    ],
    ['{"type":"request","cmd":1,"request_id":1,"content":"xyz"}', 'content: has to be bytes as hex digits'],
    ['{"type":', 'Unexpected end of JSON input'],
    ['[1]', 'frame: has to be an object of fields'],
  ])('refuses %s', async (json, message) => {
    const { code, err } = await encode(ROOT, '--json', json);
    expect(code).toBe(1);
    expect(err).toContain(`--json: ${message}`);
  });
});

function pcapng(packets: readonly Buffer[]): Buffer {
  const block = (type: number, body: Buffer): Buffer => {
    const padded = Buffer.concat([body, Buffer.alloc((4 - (body.length % 4)) % 4)]);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(padded.length + 12);
    const head = Buffer.alloc(4);
    head.writeUInt32LE(type);
    return Buffer.concat([head, length, padded, length]);
  };
  const packet = (p: Buffer): Buffer => {
    const head = Buffer.alloc(20);
    head.writeUInt32LE(p.length, 12);
    head.writeUInt32LE(p.length, 16);
    return Buffer.concat([head, p]);
  };
  return Buffer.concat([
    block(0x0a0d0d0a, Buffer.from('4d3c2b1a01000000ffffffffffffffff', 'hex')),
    block(1, Buffer.from('0100000000000400', 'hex')),
    ...packets.map((p) => block(6, packet(p))),
  ]);
}
