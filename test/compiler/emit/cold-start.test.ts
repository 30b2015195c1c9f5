import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ROOT } from '../../support/root.js';

test.each(['doc', 'diff', 'init'])('%s is loaded when it runs, so that check starts without it', (name) => {
  const imports = (file: string): string[] =>
    [
      ...readFileSync(`${ROOT}compiler/cli/${file}`, 'utf8').matchAll(
        /^import (?!type)[^;]*?from '([^']+)';/gm,
      ),
    ].map(([, from]) => from!);
  expect(imports('run.ts')).toContain('./commands/check.js');
  expect(imports('run.ts')).not.toContain(`./commands/${name}.js`);
  expect(imports(`commands/${name}.ts`).filter((from) => from.includes('/emit/'))).toEqual([]);
});
