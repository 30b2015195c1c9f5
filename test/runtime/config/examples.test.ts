import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkConfig, parseConfig } from '../../../runtime/config/load-config.js';
import { ROOT } from '../../support/root.js';
import { vocabulary } from './vocabulary.js';

/** Every configuration that a reader may copy: the yaml blocks of READMEs, and the demo's file. */
function examples(): [where: string, text: string][] {
  const readmes = ['README.md', 'runtime/README.md'].flatMap((file) => {
    const blocks = readFileSync(join(ROOT, file), 'utf8').matchAll(/^```yaml\n(.*?)^```$/gms);
    return [...blocks]
      .map(([, text], i): [string, string] => [`${file}, block ${i + 1}`, text!])
      .filter(([, text]) => text.includes('listeners:'));
  });
  const demo = readdirSync(join(ROOT, 'test/demo'))
    .filter((file) => file.endsWith('.yaml'))
    .map((file): [string, string] => [file, readFileSync(join(ROOT, 'test/demo', file), 'utf8')]);
  return [...readmes, ...demo];
}

test('there are examples', () => {
  expect(examples().length).toBeGreaterThanOrEqual(2);
});

test.each(examples())('%s is a valid configuration', (where, text) => {
  expect(checkConfig(parseConfig(where, text), vocabulary).listeners.length).toBeGreaterThan(0);
});
