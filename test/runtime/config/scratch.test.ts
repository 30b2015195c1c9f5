import { it } from 'vitest';
import { readFileSync } from 'node:fs';
import { parseConfig, checkConfig } from '../../../runtime/config/load-config.js';
import { fileJsonSchema } from '../../../runtime/config/file-schema.js';
it('x', () => {
  try { checkConfig(parseConfig('/tmp/a.yaml', readFileSync('/tmp/a.yaml','utf8')), {protocols:['bolt','bolt2'], filters: new Map()}); } catch (e) { console.log((e as Error).message, (e as Error).stack?.slice(-300)); }
  console.log(JSON.stringify(fileJsonSchema(),null,1).slice(0,3000));
});
