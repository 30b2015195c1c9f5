import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readExterns } from '../../../compiler/cli/read-externs.js';
import { parse, Report, SourceFile } from '../../../compiler/index.js';
import type { BesideFile } from '../../../compiler/source/beside.js';
import type { BesideTexts } from './check-texts.js';

const folder = fileURLToPath(new URL('../../../schemas/', import.meta.url));

/** The schemas of the repository with what lies beside them, by their paths in schemas/. */
export async function bundledSchemas(): Promise<{ texts: Record<string, string>; beside: BesideTexts }> {
  const texts: Record<string, string> = {};
  const beside = new Map<string, ReadonlyMap<string, BesideFile>>();
  for (const under of ['', 'std/']) {
    for (const name of readdirSync(folder + under).filter((f) => f.endsWith('.proto-frame'))) {
      const path = under + name;
      texts[path] = readFileSync(folder + path, 'utf8');
      const file = parse(new SourceFile(path, texts[path]), new Report());
      if (file === null) throw new Error(`${path} has no end`);
      const report = new Report();
      await readExterns(file, folder + under, folder, report);
      if (report.hasErrors) throw new Error(report.diagnostics.map((one) => one.message).join('\n'));
      beside.set(path, file.source.beside);
    }
  }
  return { texts, beside };
}
