import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'vitest';
import { Report } from '../../../compiler/diagnostics/diagnostic.js';
import { SourceFile } from '../../../compiler/source/source-file.js';
import { parse } from '../../../compiler/syntax/parse.js';
import { print } from '../../../compiler/syntax/print.js';
test('x', () => {
  for (const n of readdirSync('test/compiler/samples')) {
    const f = parse(new SourceFile(n, readFileSync('test/compiler/samples/' + n, 'utf8')), new Report())!;
    console.log(print(f));
  }
});
