import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ROOT } from '../../support/root.js';
import { folderWith, protoFrame, schema } from '../cli/cli.js';

const GOLDEN = `${ROOT}test/golden/diff/`;
const cases = readdirSync(GOLDEN).sort();

describe('each case says what was accepted (UPDATE_GOLDEN=1 accepts anew; read what it wrote)', () => {
  test.each(cases)('%s', async (name) => {
    const { code, out, err } = await protoFrame(GOLDEN + name, [
      'diff',
      'old.proto-frame',
      'new.proto-frame',
    ]);
    expect(err).toBe('');
    expect(code).toBe(out.includes('error PF190') ? 1 : 0);
    const path = `${GOLDEN}${name}/changes.txt`;
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path, out);
    expect(existsSync(path), `${path} is missing; run with UPDATE_GOLDEN=1 and read it`).toBe(true);
    expect(out).toBe(readFileSync(path, 'utf8'));
  });
});

test('--format json has the kind and both places', async () => {
  const cwd = await folderWith({
    'old/a.proto-frame': schema('a', 1),
    'new/a.proto-frame': schema('a', 1).replace('id     : u32;', 'id     : u64;'),
  });
  const { code, out } = await protoFrame(cwd, ['diff', 'old', 'new/a.proto-frame', '--format', 'json']);
  expect(code).toBe(1);
  expect(JSON.parse(out)).toEqual({
    breaking: 1,
    changes: [
      {
        code: 'PF190',
        kind: 'width-changed',
        severity: 'breaking',
        protocol: 'a',
        message: '`id` had 32 bits, has 64',
        old: { file: 'old/a.proto-frame', line: 16, column: 5 },
        new: { file: 'new/a.proto-frame', line: 16, column: 5 },
      },
    ],
  });
});

test('folders are compared protocol by protocol', async () => {
  const cwd = await folderWith({
    'old/a.proto-frame': schema('a', 1),
    'old/b.proto-frame': schema('b', 2),
    'new/b.proto-frame': schema('b', 2),
    'new/c.proto-frame': schema('c', 3),
  });
  const { code, out } = await protoFrame(cwd, ['diff', 'old', 'new', '--format', 'json']);
  expect(code).toBe(1);
  const { changes } = JSON.parse(out) as { changes: { kind: string; protocol: string }[] };
  expect(changes.map(({ kind, protocol }) => [kind, protocol])).toEqual([
    ['protocol-removed', 'a'],
    ['protocol-added', 'c'],
  ]);
});

test('what is inherited counts as if it were written there', async () => {
  const heir = `use "./a.proto-frame";\nprotocol b extends a { limits { frame = 32KiB; } }\n`;
  const cwd = await folderWith({
    'old/a.proto-frame': schema('a', 1),
    'old/b.proto-frame': heir,
    'new/a.proto-frame': schema('a', 1).replace(
      'status : Status default ok;\n    id     : u32;',
      'id : u32; status : Status default ok;',
    ),
    'new/b.proto-frame': heir.replace('32KiB', '16KiB'),
  });
  const { code, out } = await protoFrame(cwd, ['diff', 'old/b.proto-frame', 'new/b.proto-frame']);
  expect(code).toBe(1);
  expect(out).toContain('field-moved');
  expect(out).toContain('old old/b.proto-frame:2:');
  expect(out).toContain('2 breaking changes');
});

test.each([
  ['a schema with errors', 'bad.proto-frame', "bad.proto-frame has errors and can't be compared"],
  ['a file that is not there', 'gone.proto-frame', 'there is no file gone.proto-frame'],
])('%s: exit 2', async (_, name, message) => {
  const cwd = await folderWith({
    'a.proto-frame': schema('a', 1),
    'bad.proto-frame': schema('a', 1).replace('u32;', 'u33;'),
  });
  const { code, out, err } = await protoFrame(cwd, ['diff', 'a.proto-frame', name]);
  expect([code, out]).toEqual([2, '']);
  expect(err).toContain(message);
});

test.each(['bolt', 'bolt2', 'x-example'])('%s does not differ from itself', async (name) => {
  const file = `schemas/${name}.proto-frame`;
  const { code, out } = await protoFrame(ROOT, ['diff', file, file]);
  expect([code, out]).toEqual([0, 'no breaking changes, no warnings, no compatible changes\n']);
});

describe('any two schemas can be compared', () => {
  const files = [
    ...['bolt', 'bolt2', 'x-example'].map((name) => `schemas/${name}.proto-frame`),
    ...['every-construct', 'name-clash'].map((name) => `test/golden/codegen/${name}/input.proto-frame`),
    'test/golden/diff/nothing/old.proto-frame',
  ];
  const pairs = files.flatMap((a) => files.map((b): [string, string] => [a, b]));
  test.each(pairs)('%s with %s', async (a, b) => {
    const { code, out, err } = await protoFrame(ROOT, ['diff', a, b, '--format', 'json']);
    expect(err).toBe('');
    const { breaking, changes } = JSON.parse(out) as { breaking: number; changes: unknown[] };
    expect(code).toBe(a === b ? 0 : 1);
    expect(a === b ? changes : [], 'nothing differs from itself').toEqual([]);
    expect(breaking > 0).toBe(a !== b);
    expect(new Set(changes.map((one) => JSON.stringify(one))).size, 'nothing is said twice').toBe(
      changes.length,
    );
  });
});

test('every kind of change that breaks the wire has a case', () => {
  const said = cases.map((name) => readFileSync(`${GOLDEN}${name}/changes.txt`, 'utf8')).join('\n');
  const kinds = new Set([...said.matchAll(/error PF190 ([a-z-]+):/g)].map(([, kind]) => kind));
  expect([...kinds]).toEqual(
    expect.arrayContaining([
      'field-moved',
      'field-added',
      'field-removed',
      'width-changed',
      'type-changed',
      'byte-order-changed',
      'sign-changed',
      'constant-changed',
      'enum-value-renumbered',
      'enum-value-reused',
      'enum-value-removed',
      'enum-value-added',
      'arm-patterns-changed',
      'limit-lowered',
      'match-changed',
      'role-removed',
      'role-changed',
      'status-changed',
      'range-changed',
      'extent-changed',
      'assertion-changed',
      'bits-changed',
    ]),
  );
});

test('the bundled schemas differ in nothing from themselves', async () => {
  const { code, out } = await protoFrame(ROOT, ['diff', 'schemas', 'schemas', '--format', 'json']);
  expect(JSON.parse(out)).toEqual({ breaking: 0, changes: [] });
  expect(code).toBe(0);
});

test('what stands under a tag has to be what it was', async () => {
  const record = (entries: string): string => `protocol a {
    limits { frame = 1MiB; }
    extern type struct => record from "./format.ts";
    frame F { length : u16; within (length) { record struct { ${entries} } } }
    semantics { kind = match (what) { 0 => request, _ => response }; id = id; }
    synth hijack none;
  }`;
  const format =
    "import type { ExternRecord } from '@proto-frame/api';\nexport const struct: ExternRecord = null!;\n";
  const cwd = await folderWith({
    'old.proto-frame': record(
      '1 what : int default 0; 2 id : int; 3 name : text; 4 gone : map; 5 moved : int;',
    ),
    'new.proto-frame': record(
      '1 what : int default 0; 2 id : int; 3 name : bytes; 6 moved : int; 7 fresh : int;',
    ),
    'format.ts': format,
  });
  const { out } = await protoFrame(cwd, ['diff', 'old.proto-frame', 'new.proto-frame', '--format', 'json']);
  const { changes } = JSON.parse(out) as { changes: { kind: string; severity: string; message: string }[] };
  expect(changes.map(({ kind, severity, message }) => `${severity} ${kind}: ${message}`).sort()).toEqual([
    'breaking field-moved: `moved` stood under tag 5, stands under tag 6',
    'breaking type-changed: tag 3 held text, holds bytes',
    'compatible field-added: tag 7 is read as `fresh`',
    'warning field-removed: tag 4, `gone`, is passed on unread now',
  ]);
});
