import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bundledCodecs, loadCodecs } from '../../../runtime/server/load-codecs.js';
import { writeCodecModule } from './codec-module.js';

const folder = mkdtempSync(join(tmpdir(), 'codecs-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

function file(name: string, source: string): string {
  const path = join(folder, name);
  writeFileSync(path, source);
  return path;
}

test('every protocol that a module exports is taken, once', async () => {
  const path = writeCodecModule(
    folder,
    'mine',
    (source) => `${source}\nexport default handWrittenBolt;\nexport const version = 1;`,
  );
  const protocols = await loadCodecs([path]);
  expect(protocols.map(({ name }) => name)).toEqual(['mine']);
  expect(await loadCodecs([path, path])).toHaveLength(1);
});

test('a codec for another contract is refused by name', async () => {
  const path = writeCodecModule(folder, 'old', (source) =>
    source.replace('contract: CONTRACT_VERSION', 'contract: 0'),
  );
  await expect(loadCodecs([path])).rejects.toThrow(
    `codec ${path}: protocol old was generated for contract 0, this runtime speaks 1: compile its schema again`,
  );
});

test('two codecs of one name are refused with both paths', async () => {
  const first = writeCodecModule(folder, 'twice');
  const second = file('second.mjs', `export * from './twice.mjs?again';`);
  await expect(loadCodecs([first, second])).rejects.toThrow(
    `codec ${second}: protocol twice comes from ${first} already`,
  );
});

test.each([
  ['a module without a protocol', 'export const name = "x";', 'exports no protocol'],
  ['a half protocol', 'export const p = { name: "x", contract: 1, traits: {} };', 'exports no protocol'],
  ['a syntax error', 'export const = 1;', 'Unexpected token'],
  ['a module that throws', 'throw new Error("broken codec");', 'broken codec'],
])('%s: the message names the file', async (name, source, message) => {
  const path = file(`${name.replaceAll(' ', '-')}.mjs`, source);
  await expect(loadCodecs([path])).rejects.toThrow(message);
  await expect(loadCodecs([path])).rejects.toThrow(path);
});

test('a file that is not there', async () => {
  await expect(loadCodecs([join(folder, 'nowhere.mjs')])).rejects.toThrow('nowhere.mjs');
});

test('bundled codecs come in a fixed order', () => {
  const paths = bundledCodecs();
  expect(paths).toEqual([...paths].sort());
  for (const path of paths) expect(path).toMatch(/\/runtime\/codecs\/[\w-]+\.js$/);
});
