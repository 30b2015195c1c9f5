import { readFileSync, writeFileSync } from 'node:fs';
import { SourceFile, Report, parse, analyse } from '@proto-frame/compiler';
import { generate } from '../compiler/codegen/generate.js';
import { test } from 'vitest';
test('x', async () => {
  const files = new Map();
  const report = new Report();
  for (const n of ['bolt', 'bolt2', 'x-example']) {
    const f = 'schemas/' + n + '.proto-frame';
    files.set(n, parse(new SourceFile(f, readFileSync(f, 'utf8')), report));
  }
  const ps = analyse(
    [...files.values()],
    (from, path) => files.get(path.replace('./', '').replace('.proto-frame', '')),
    report,
  );
  for (const d of report.diagnostics) {
    const p = d.span.file.position(d.span.start);
    console.log(d.span.file.path + ':' + p.line + ':' + p.column, d.severity, d.code, d.message, d.hint);
  }
  for (const p of ps) {
    const t = performance.now();
    writeFileSync('generated/' + p.fileName, await generate(p));
    console.log(p.name, performance.now() - t);
  }
});
