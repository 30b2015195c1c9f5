import { Status } from '@proto-frame/api';
import { mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { AccessLog, type AccessLogEntry } from '../../../runtime/observe/access-log.js';
import { IsoTime } from '../../../runtime/observe/iso-time.js';
import { HijackReason } from '../../../runtime/observe/hijack-reason.js';
import { JSON_LINES } from '../../../runtime/observe/json-lines.js';
import { LogLines } from '../../../runtime/observe/log-lines.js';

const folder = mkdtempSync(join(tmpdir(), 'access-log-'));
afterEach(() => rmSync(join(folder, 'access.log'), { force: true }));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

const ENTRY: AccessLogEntry = {
  start: Date.UTC(2026, 0, 2, 3, 4, 5, 6),
  duration: 1.23456,
  listener: 'egress',
  protocol: 'bolt',
  downstream: '127.0.0.1:50000',
  downstreamName: null,
  service: 'com.demo.Echo:1.0',
  method: 'echo',
  route: 'echo',
  cluster: 'echo',
  host: '127.0.0.1:12200',
  status: Status.OK,
  wireStatus: 0,
  hijack: null,
  oneway: false,
  attempts: 1,
  requestBytes: 412,
  responseBytes: 90,
  traceId: null,
  headers: null,
  metadata: null,
};

function formatEntry(entry: AccessLogEntry): string {
  const lines = new LogLines();
  JSON_LINES.write(entry, lines, new IsoTime());
  lines.end();
  return lines.whole().toString();
}

test('a line says what happened', () => {
  expect(JSON.parse(formatEntry(ENTRY))).toEqual({
    time: '2026-01-02T03:04:05.006Z',
    listener: 'egress',
    protocol: 'bolt',
    downstream: '127.0.0.1:50000',
    service: 'com.demo.Echo:1.0',
    method: 'echo',
    route: 'echo',
    cluster: 'echo',
    host: '127.0.0.1:12200',
    status: 'OK',
    wire_status: 0,
    duration_ms: 1.235,
    request_bytes: 412,
    response_bytes: 90,
  });
});

test('times are those of Date, whatever the order', () => {
  const time = new IsoTime();
  for (const ms of [0, 5, 999, 1_000, 1_767_322_445_006, 1_767_322_445_099, 1_767_322_445_100, 12_345]) {
    for (const at of [ms, ms + 0.75]) {
      const lines = new LogLines();
      time.write(at, lines);
      expect(lines.whole().toString()).toBe(new Date(ms).toISOString());
    }
  }
});

test('attempts are said where there was more than one', () => {
  expect(JSON.parse(formatEntry({ ...ENTRY, attempts: 2 }))).toMatchObject({ attempts: 2 });
});

test('what is unknown is left out', () => {
  const line = formatEntry({
    ...ENTRY,
    service: undefined,
    method: undefined,
    route: null,
    cluster: null,
    host: null,
    status: null,
    wireStatus: null,
    oneway: true,
    hijack: HijackReason.noRoute,
  });
  const keys = 'time listener protocol downstream oneway hijack duration_ms request_bytes response_bytes';
  expect(Object.keys(JSON.parse(line) as object)).toEqual(keys.split(' '));
  expect(line).toContain('"hijack":"no_route"');
});

const range = (from: number, to: number): string =>
  String.fromCharCode(...Array.from({ length: to - from + 1 }, (_, i) => from + i));
const PRINTABLE = /^[\u0020-\u007e\u00a0-\u2027\u202a-\ud7ff\ue000-\u{10ffff}]*\n$/u;

test.each([
  ['line feeds and carriage returns', 'a\nb\r\n{"status":"OK"}'],
  ['escape sequences', '\u001b[31mred\u001b]0;title\u0007'],
  ['all of C0', range(0, 0x1f)],
  ['DEL and all of C1', range(0x7f, 0x9f)],
  ['line and paragraph separators', 'a\u2028b\u2029c'],
  ['quotes and backslashes', '"\\" \\u0022'],
  ['lone surrogates', 'a\ud800b\udc00'],
  ['text beyond the basic plane', 'ü 语 😀'],
])('%s stay in one line and come back as they were', (_, text) => {
  const line = formatEntry({ ...ENTRY, service: text, method: text });
  expect(line).toMatch(PRINTABLE);
  expect(JSON.parse(line)).toMatchObject({ service: text, method: text });
});

test('a value of 1 MiB is cut', () => {
  const line = formatEntry({ ...ENTRY, service: 'x'.repeat(1024 * 1024) });
  expect(line.length).toBeLessThan(1_000);
  expect((JSON.parse(line) as { service: string }).service).toBe(`${'x'.repeat(256)}…`);
});

test('lines reach the file in order', async () => {
  const path = join(folder, 'access.log');
  const log = new AccessLog(path, 1024 * 1024);
  for (let i = 0; i < 1_000; i++) log.write({ ...ENTRY, requestBytes: i });
  await log.close();
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as { request_bytes: number }).request_bytes)).toEqual(
    Array.from({ length: 1_000 }, (_, i) => i),
  );
  expect([log.written, log.dropped]).toEqual([1_000, 0]);
});

test('one entry can be used again: it is read at once', async () => {
  const path = join(folder, 'access.log');
  const log = new AccessLog(path, 1024 * 1024);
  const entry = { ...ENTRY, method: 'first' };
  log.write(entry);
  entry.method = 'second';
  log.write(entry);
  await log.close();
  const methods = readFileSync(path, 'utf8').match(/"method":"\w+"/g);
  expect(methods).toEqual(['"method":"first"', '"method":"second"']);
});

test('the buffer is bounded and what does not fit is counted', async () => {
  const path = join(folder, 'access.log');
  const log = new AccessLog(path, 4_096);
  const size = formatEntry(ENTRY).length;
  // In one turn nothing can be written, as if the disk hung.
  for (let i = 0; i < 1_000; i++) log.write(ENTRY);
  const kept = Math.ceil(4_096 / size);
  expect(log.dropped).toBe(1_000 - kept);
  await log.close();
  expect([log.written, log.dropped]).toEqual([kept, 1_000 - kept]);
  expect(readFileSync(path, 'utf8').trimEnd().split('\n')).toHaveLength(kept);
});

test('a file that can not be opened costs lines, not the process', async () => {
  const log = new AccessLog(join(folder, 'no', 'such', 'folder', 'access.log'), 1024 * 1024);
  log.write(ENTRY);
  log.write(ENTRY);
  await log.close();
  expect([log.written, log.dropped]).toEqual([0, 2]);
});

test('after a rotation lines go to the new file', async () => {
  const path = join(folder, 'access.log');
  const rotated = join(folder, 'access.log.1');
  const log = new AccessLog(path, 1024 * 1024);
  log.write({ ...ENTRY, method: 'before' });
  await expect.poll(() => log.written).toBe(1);
  renameSync(path, rotated);
  log.reopen();
  log.write({ ...ENTRY, method: 'after' });
  await log.close();
  expect(readFileSync(rotated, 'utf8')).toContain('before');
  expect(readFileSync(path, 'utf8')).toContain('after');
  expect(readFileSync(path, 'utf8')).not.toContain('before');
});

test('lines that come while one write is under way are not lost', async () => {
  const path = join(folder, 'access.log');
  const log = new AccessLog(path, 16 * 1024 * 1024);
  for (let turn = 0; turn < 50; turn++) {
    for (let i = 0; i < 300; i++) log.write(ENTRY);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await log.close();
  expect(readFileSync(path, 'utf8').trimEnd().split('\n')).toHaveLength(15_000);
  expect([log.written, log.dropped]).toEqual([15_000, 0]);
});
