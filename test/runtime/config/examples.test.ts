import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkConfig, parseConfig } from '../../../runtime/config/load-config.js';
import { ROOT } from '../../support/root.js';
import { vocabulary } from './vocabulary.js';

const FOLDER = 'test/examples';

const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
/** With all protocols that have a schema here. */
const known = {
  ...vocabulary,
  protocols: readdirSync(join(ROOT, 'schemas'))
    .filter((file) => file.endsWith('.proto-frame'))
    .map((file) => file.slice(0, -'.proto-frame'.length)),
};
const names = readdirSync(join(ROOT, FOLDER)).filter((file) => file.endsWith('.yaml'));

/** Every configuration that a reader may copy: the yaml blocks of READMEs, the demo's file, test/examples. */
function examples(): [where: string, text: string][] {
  const readmes = ['README.md', 'runtime/README.md'].flatMap((file) =>
    [...read(file).matchAll(/^```yaml\n(.*?)^```$/gms)]
      .map(([, text], i): [string, string] => [`${file}, block ${i + 1}`, text!])
      .filter(([, text]) => text.includes('listeners:')),
  );
  const files = ['test/demo/bolt-sidecar.yaml', ...names.map((name) => `${FOLDER}/${name}`)];
  return [...readmes, ...files.map((file): [string, string] => [file, read(file)])];
}

test.each(examples())('%s is a valid configuration', (where, text) => {
  expect(checkConfig(parseConfig(where, text), known).listeners.length).toBeGreaterThan(0);
});

test.each(examples())('%s with a key that there is not is refused at its line', (where, text) => {
  const lines = text.trimEnd().split('\n');
  const parsed = parseConfig(where, [...lines, 'drain_timeouts: 30s'].join('\n'));
  expect(() => checkConfig(parsed, known)).toThrow(
    `${where}:${lines.length + 1}:1: unknown key \`drain_timeouts\``,
  );
});

test.each(names)('the index and %s tell of each other', (name) => {
  expect(read(`${FOLDER}/README.md`)).toContain(`[${name}](${name})`);
  expect(read(`${FOLDER}/${name}`)).toMatch(/^# \S/);
});
