import { Status } from '@proto-frame/api';
import { describe, expect, it, test } from 'vitest';
import type { AccessLogEntry } from '../../../runtime/observe/access-log.js';
import { HijackReason } from '../../../runtime/observe/hijack-reason.js';
import { IsoTime } from '../../../runtime/observe/iso-time.js';
import { compileLogFormat } from '../../../runtime/observe/log-format.js';
import { LogLines } from '../../../runtime/observe/log-lines.js';

const ENTRY: AccessLogEntry = {
  start: Date.UTC(2026, 0, 2, 3, 4, 5, 6),
  duration: 1.23456,
  listener: 'egress',
  protocol: 'bolt',
  downstream: '127.0.0.1:5000',
  downstreamName: null,
  service: 'com.demo.Echo:1.0',
  method: 'echo',
  route: 'all/0',
  cluster: 'echo',
  host: '127.0.0.1:12200',
  status: Status.TIMEOUT,
  wireStatus: 7,
  hijack: HijackReason.timeout,
  oneway: false,
  attempts: 3,
  requestBytes: 120,
  responseBytes: 80,
  traceId: '0af7651916cd43dd8448eb211c80319c',
  headers: ['alice', undefined, null],
  metadata: new Map([['group', 'blue']]),
};

const format = (template: string, changes: Partial<AccessLogEntry> = {}): string => {
  const lines = new LogLines();
  compileLogFormat(template).write({ ...ENTRY, ...changes }, lines, new IsoTime());
  lines.end();
  return lines.whole().toString();
};

test('every operator', () => {
  const template =
    '[%START_TIME%] %LISTENER% %PROTOCOL% %SERVICE% %METHOD% %ROUTE_NAME% %UPSTREAM_CLUSTER% %UPSTREAM_HOST% ' +
    '%DOWNSTREAM_REMOTE_ADDRESS% %STATUS% %RESPONSE_CODE% %RESPONSE_FLAGS% %ONEWAY% %UPSTREAM_REQUEST_ATTEMPT_COUNT% %BYTES_RECEIVED% ' +
    '%BYTES_SENT% %DURATION% %TRACE_ID% %REQ(user)% %REQ(x)% %REQ(null)% %DYNAMIC_METADATA(group)% ' +
    '%DYNAMIC_METADATA(zone)% 100%%';
  expect(format(template)).toBe(
    '[2026-01-02T03:04:05.006Z] egress bolt com.demo.Echo:1.0 echo all/0 echo 127.0.0.1:12200 ' +
      '127.0.0.1:5000 TIMEOUT 7 timeout false 3 120 80 1.235 0af7651916cd43dd8448eb211c80319c alice - - blue - 100%\n',
  );
});

test('what is not there is a dash', () => {
  const nothing = {
    service: undefined,
    route: null,
    status: null,
    wireStatus: null,
    hijack: null,
    traceId: null,
  };
  expect(format('%SERVICE% %ROUTE_NAME% %STATUS% %RESPONSE_CODE% %RESPONSE_FLAGS% %TRACE_ID%', nothing)).toBe(
    '- - - - - -\n',
  );
});

describe('a value stays in its place', () => {
  it.each([
    ['%SERVICE% end', 'a b', 'a\\u0020b end\n'],
    ['"%SERVICE%" end', 'a b', '"a b" end\n'],
    ['"%SERVICE%" end', 'a" forged "', '"a\\" forged \\"" end\n'],
    ['%SERVICE%', 'a\nforged line', 'a\\u000aforged\\u0020line\n'],
    ['"%SERVICE%"', 'a\r\n\u2028\u0085\u001b[31m', '"a\\u000d\\u000a\\u2028\\u0085\\u001b[31m"\n'],
    ['%SERVICE%', '\ud800', '\\ud800\n'],
    ['%SERVICE%', 'a\u00a0b\u3000c', 'a\\u00a0b\\u3000c\n'],
    ['%SERVICE%', '😀', '😀\n'],
    ['%SERVICE%', '%METHOD%', '%METHOD%\n'],
    ['"x" %SERVICE% "%METHOD%"', 'a b', '"x" a\\u0020b "echo"\n'],
  ])('%j with %j', (template, service, line) => {
    expect(format(template, { service })).toBe(line);
  });

  it('is one line whatever comes', () => {
    let seed = 11;
    for (let i = 0; i < 2_000; i++) {
      const text = Array.from({ length: 8 }, () => {
        seed = (seed * 48_271) % 2_147_483_647;
        return String.fromCharCode(seed % 3 === 0 ? seed % 0x30 : seed % 0x1_0000);
      }).join('');
      const line = format('%SERVICE%|"%METHOD%"', { service: text, method: text });
      // eslint-disable-next-line no-control-regex
      expect(line.slice(0, -1)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
      expect(line.split('|')[0]).not.toMatch(/\s/);
    }
  });

  it('is cut', () => {
    expect(format('%SERVICE%', { service: 'x'.repeat(10_000) })).toHaveLength(258);
  });
});

test('it says which headers it needs, each once', () => {
  expect(compileLogFormat('%REQ(a)% %REQ(b)% %REQ(a)%').headers).toEqual(['a', 'b']);
});

test.each([
  ['%SERVIC%', 'there is no operator %SERVIC%'],
  ['%toString%', 'there is no operator'],
  ['%REQ%', 'there is no operator %REQ%'],
  ['%SERVICE(x)%', 'there is no operator'],
  ['100% sure', 'the operator at character 4 has no closing %'],
  ['a\nb', 'a line break would end the line early'],
  ['%%a'.repeat(200), 'over 256'],
])('%j is refused', (template, message) => {
  expect(() => compileLogFormat(template)).toThrow(message);
});
