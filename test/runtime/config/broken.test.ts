import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ConfigError } from '../../../runtime/config/config-error.js';
import { checkConfig, parseConfig } from '../../../runtime/config/load-config.js';
import { vocabulary } from './vocabulary.js';

const cases = join(import.meta.dirname, '../../golden/config');

/** What a person sees. `vitest -u` accepts a new text. */
test.each(readdirSync(cases))('%s', async (name) => {
  const text = readFileSync(join(cases, name, 'input.yaml'), 'utf8');
  let message = 'no error';
  try {
    checkConfig(parseConfig('input.yaml', text), vocabulary);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    message = error.message;
  }
  await expect(`${message}\n`).toMatchFileSnapshot(join(cases, name, 'errors.txt'));
});
