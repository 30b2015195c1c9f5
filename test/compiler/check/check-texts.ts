import { analyse, parse, Report, SourceFile, type Protocol } from '../../../compiler/index.js';

/**
 * Runs the compiler's front half over texts, as `proto-frame check` does over files.
 *
 * @param texts by path; `use "./x"` finds them by that path
 * @param roots the paths checked; default all
 */
export function checkTexts(
  texts: Readonly<Record<string, string>>,
  roots: readonly string[] = Object.keys(texts),
): { report: Report; protocols: Protocol[] } {
  const report = new Report();
  const files = new Map(
    Object.entries(texts).map(([path, text]) => [path, parse(new SourceFile(path, text), report)]),
  );
  const read = roots.flatMap((path) => files.get(path) ?? []);
  const protocols = analyse(
    read,
    (from, path) => {
      const file = files.get(path.replace(/^\.\//, ''));
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
