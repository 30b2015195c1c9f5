import type { Span } from '../source/source-file.js';
import { codeInfo } from './codes.js';
import type { Diagnostic } from './diagnostic.js';

/**
 * SARIF 2.1.0, as code-scanning services of CI systems read it; ends with a line break.
 *
 * @param version of the compiler
 */
export function renderSarif(diagnostics: readonly Diagnostic[], version: string): string {
  const ids = [...new Set(diagnostics.map((one) => one.code))].sort();
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'proto-frame',
            semanticVersion: version,
            rules: ids.map((id) => {
              const info = codeInfo(id);
              return {
                id,
                shortDescription: { text: info?.title ?? id },
                fullDescription: { text: info?.explanation ?? id },
              };
            }),
          },
        },
        // Columns are counted in UTF-16 units, as SourceFile does.
        columnKind: 'utf16CodeUnits',
        results: diagnostics.map((one) => ({
          ruleId: one.code,
          ruleIndex: ids.indexOf(one.code),
          level: one.severity,
          message: { text: one.hint === null ? one.message : `${one.message}\nhelp: ${one.hint}` },
          locations: [{ physicalLocation: location(one.span) }],
          ...(one.labels.length === 0
            ? {}
            : {
                relatedLocations: one.labels.map((label, id) => ({
                  id,
                  message: { text: label.text },
                  physicalLocation: location(label.span),
                })),
              }),
        })),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function location(span: Span): object {
  const start = span.file.position(span.start);
  const end = span.file.position(span.end);
  return {
    artifactLocation: { uri: encodeURI(span.file.path) },
    region: {
      startLine: start.line,
      startColumn: start.column,
      endLine: end.line,
      endColumn: end.column,
    },
  };
}
