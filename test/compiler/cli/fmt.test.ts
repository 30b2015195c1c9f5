import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { folderWith, protoFrame, schema } from './cli.js';

const untidy = schema('a', 1).replace(/^ +/gm, '').replace('u8 =', 'u8=').replaceAll('\n', '\r\n');

test('fmt rewrites what is not canonical and leaves the rest', async () => {
  const cwd = await folderWith({ 'a.proto-frame': untidy, 'b.proto-frame': schema('b', 2) });
  expect(await protoFrame(cwd, ['fmt', '.'])).toEqual({ code: 0, out: 'formatted a.proto-frame\n', err: '' });
  expect(await readFile(join(cwd, 'a.proto-frame'), 'utf8')).toBe(schema('a', 1));
  expect(await protoFrame(cwd, ['fmt', '.'])).toMatchObject({
    code: 0,
    out: '2 schemas in canonical form\n',
  });
});

test('fmt --check names what is not canonical, exits 1 and writes nothing', async () => {
  const cwd = await folderWith({ 'a.proto-frame': untidy, 'b.proto-frame': schema('b', 2) });
  const { code, out } = await protoFrame(cwd, ['fmt', '--check', 'a.proto-frame', 'b.proto-frame']);
  expect([code, out]).toEqual([1, 'not formatted: a.proto-frame\n']);
  expect(await readFile(join(cwd, 'a.proto-frame'), 'utf8')).toBe(untidy);
  expect((await protoFrame(cwd, ['fmt', '--check', 'b.proto-frame'])).code).toBe(0);
});

test('a file with syntax errors is left as it is, the others are formatted', async () => {
  const broken = `${untidy}struct {`;
  const cwd = await folderWith({ 'a.proto-frame': broken, 'b.proto-frame': untidy });
  const { code, out, err } = await protoFrame(cwd, ['fmt', 'a.proto-frame', 'b.proto-frame']);
  expect([code, out]).toEqual([1, 'formatted b.proto-frame\n']);
  expect(err).toContain('a.proto-frame:');
  expect(await readFile(join(cwd, 'a.proto-frame'), 'utf8')).toBe(broken);
});

test('what only the checks would refuse can be formatted', async () => {
  const cwd = await folderWith({ 'a.proto-frame': 'struct S{a:Nowhere;}' });
  expect((await protoFrame(cwd, ['fmt', 'a.proto-frame'])).code).toBe(0);
  expect(await readFile(join(cwd, 'a.proto-frame'), 'utf8')).toBe('struct S { a : Nowhere; }\n');
});
