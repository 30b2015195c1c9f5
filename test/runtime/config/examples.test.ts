import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkConfig, parseConfig } from '../../../runtime/config/load-config.js';
import { ROOT } from '../../support/root.js';
import { vocabulary } from './vocabulary.js';

/** Every configuration that a reader may copy: the yaml blocks of READMEs, the demo's file, test/examples. */
function examples(): [where: string, text: string][] {
  const readmes = ['README.md', 'runtime/README.md'].flatMap((file) => {
    const blocks = readFileSync(join(ROOT, file), 'utf8').matchAll(/^```yaml\n(.*?)^```$/gms);
    return [...blocks]
      .map(([, text], i): [string, string] => [`${file}, block ${i + 1}`, text!])
      .filter(([, text]) => text.includes('listeners:'));
  });
  const files = ['test/demo', 'test/examples'].flatMap((folder) =>
    readdirSync(join(ROOT, folder))
      .filter((file) => file.endsWith('.yaml'))
      .map((file): [string, string] => [`${folder}/${file}`, readFileSync(join(ROOT, folder, file), 'utf8')]),
  );
  return [...readmes, ...files];
}

test('there are examples', () => {
  expect(examples().length).toBeGreaterThanOrEqual(2);
});

test.each(examples())('%s is a valid configuration', (where, text) => {
  expect(checkConfig(parseConfig(where, text), vocabulary).listeners.length).toBeGreaterThan(0);
});
