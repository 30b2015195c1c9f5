import { posix } from 'node:path';
import { analyse, parse, Report, SourceFile, type Protocol } from '../../../compiler/index.js';
import type { BesideFile } from '../../../compiler/source/beside.js';

/** The TypeScript files beside schemas, by the schema's path and what it calls them. */
export type BesideTexts = ReadonlyMap<string, ReadonlyMap<string, BesideFile>>;

/**
 * Runs the compiler's front half over texts, as `proto-frame check` does over files.
 *
 * @param texts by path; `use "./x"` finds them relative to the one that says so
 * @param roots the paths checked; default all
 */
export function checkTexts(
  texts: Readonly<Record<string, string>>,
  roots: readonly string[] = Object.keys(texts),
  beside: BesideTexts = new Map(),
): { report: Report; protocols: Protocol[] } {
  const report = new Report();
  const files = new Map(
    Object.entries(texts).map(([path, text]) => {
      const file = parse(new SourceFile(path, text), report);
      for (const [name, extern] of beside.get(path) ?? []) file?.source.beside.set(name, extern);
      return [path, file];
    }),
  );
  const read = roots.flatMap((path) => files.get(path) ?? []);
  const protocols = analyse(
    read,
    (from, path) => {
      const file = files.get(posix.join(posix.dirname(from.path), path));
      if (file === undefined) {
        const at = from.text.indexOf(`"${path}"`);
        report.error('PF005', from.span(at, at + path.length + 2), `there is no file \`${path}\``);
      }
      return file ?? undefined;
    },
    report,
  );
  return { report, protocols };
}
