import { execFile } from 'node:child_process';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { folderWith, protoFrame, schema } from './cli.js';

const two = { 'schemas/a.proto-frame': schema('a', 1), 'schemas/b.proto-frame': schema('b', 2) };

test('one module for each protocol; the second run writes nothing', async () => {
  const cwd = await folderWith(two);
  const first = await protoFrame(cwd, ['compile', 'schemas', '--out', 'generated']);
  expect(first).toMatchObject({ code: 0, err: '' });
  expect(first.out).toMatch(/^2 schemas compiled to generated\/ in \d+\.\d s \(2 written\)\n$/);
  expect(await readdir(join(cwd, 'generated'))).toEqual(['a.ts', 'b.ts']);
  expect(await readFile(join(cwd, 'generated/a.ts'), 'utf8')).toContain("from '@proto-frame/api'");

  const before = await stat(join(cwd, 'generated/a.ts'));
  const second = await protoFrame(cwd, ['compile', 'schemas', '--out', 'generated']);
  expect(second.out).toContain('(nothing changed)');
  expect((await stat(join(cwd, 'generated/a.ts'))).mtimeMs).toBe(before.mtimeMs);
});

test('only what has changed is written', async () => {
  const cwd = await folderWith(two);
  await protoFrame(cwd, ['compile', 'schemas', '--out', 'generated']);
  const before = await stat(join(cwd, 'generated/b.ts'));
  await writeFile(join(cwd, 'schemas/a.proto-frame'), schema('a', 3));
  expect((await protoFrame(cwd, ['compile', 'schemas', '--out', 'generated'])).out).toContain('(1 written)');
  expect((await stat(join(cwd, 'generated/b.ts'))).mtimeMs).toBe(before.mtimeMs);
});

test('--check writes nothing and names what is missing or not current', async () => {
  const cwd = await folderWith(two);
  const check = ['compile', 'schemas', '--out', 'generated', '--check'];
  const missing = await protoFrame(cwd, check);
  expect(missing).toMatchObject({ code: 1, out: '' });
  expect(missing.err).toContain('generated/a.ts is missing\ngenerated/b.ts is missing\n');
  expect(await readdir(cwd)).toEqual(['schemas']);

  await protoFrame(cwd, ['compile', 'schemas', '--out', 'generated']);
  expect(await protoFrame(cwd, check)).toMatchObject({ code: 0, err: '' });

  await writeFile(join(cwd, 'generated/b.ts'), '// edited by hand\n');
  const stale = await protoFrame(cwd, check);
  expect(stale.code).toBe(1);
  expect(stale.err).toContain('generated/b.ts is not current\n');
  expect(stale.err).not.toContain('a.ts');
  expect(await readFile(join(cwd, 'generated/b.ts'), 'utf8')).toBe('// edited by hand\n');
});

test('with an error anywhere nothing is written', async () => {
  const cwd = await folderWith({ ...two, 'schemas/c.proto-frame': schema('c', 3).replace('u32;', 'u33;') });
  const { code, out, err } = await protoFrame(cwd, ['compile', 'schemas', '--out', 'generated']);
  expect([code, out]).toEqual([1, '']);
  expect(err).toContain('schemas/c.proto-frame:16:');
  expect(await readdir(cwd)).toEqual(['schemas']);
});

test('--emit js gives modules that Node reads without a TypeScript step', async () => {
  const cwd = await folderWith({ 'a.proto-frame': schema('a', 1), 'package.json': '{ "type": "module" }' });
  await protoFrame(cwd, ['compile', 'a.proto-frame', '--out', 'out', '--emit', 'ts,js']);
  expect(await readdir(join(cwd, 'out'))).toEqual(['a.js', 'a.ts']);
  await promisify(execFile)(process.execPath, ['--check', join(cwd, 'out/a.js')]);
  await protoFrame(cwd, ['compile', 'a.proto-frame', '--out', 'only', '--emit', 'js']);
  expect(await readdir(join(cwd, 'only'))).toEqual(['a.js']);
});

test('progress is shown to a person only', async () => {
  const files = Object.fromEntries([1, 2, 3].map((n) => [`schemas/p${n}.proto-frame`, schema(`p${n}`, n)]));
  const cwd = await folderWith(files);
  const { err } = await protoFrame(cwd, ['compile', 'schemas', '--out', 'generated'], { interactive: true });
  expect(err).toContain('[3/3] p3');
  expect(err.endsWith('\r\x1b[K')).toBe(true);
});

test('--watch compiles again on a change, also of a used file, and lives through errors', async () => {
  const cwd = await folderWith({
    'a.proto-frame': `use "./parts/shared.proto-frame";\n${schema('a', 1)}`,
    'parts/shared.proto-frame': 'const X = 1;\n',
  });
  const stop = new AbortController();
  let said = '';
  const say = (text: string): void => void (said += text);
  const ended = protoFrame(cwd, ['compile', 'a.proto-frame', '--out', 'generated', '--watch'], {
    signal: stop.signal,
    out: say,
    err: say,
  });
  /** Waits until something has been said after the last time. */
  const until = async (part: string): Promise<void> => {
    await expect
      .poll(() => said, { timeout: 15_000, interval: 20 })
      .toMatch(new RegExp(`${part}[^]*watching`));
    said = '';
  };
  try {
    await until('1 schema compiled to generated/');
    await writeFile(join(cwd, 'a.proto-frame'), schema('a', 9));
    await until('\\(1 written\\)');
    expect(await readFile(join(cwd, 'generated/a.ts'), 'utf8')).toContain('9');

    await writeFile(join(cwd, 'a.proto-frame'), `use "./parts/shared.proto-frame";\n${schema('a', 1)}`);
    await until('\\(1 written\\)');
    await writeFile(join(cwd, 'parts/shared.proto-frame'), 'const X = ;\n');
    await until('parts/shared.proto-frame:1:11: error PF001');
    await writeFile(join(cwd, 'parts/shared.proto-frame'), 'const X = 2;\n');
    await until('compiled');
  } finally {
    stop.abort();
  }
  expect((await ended).code).toBe(0);
});
