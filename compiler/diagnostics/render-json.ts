import type { Span } from '../source/source-file.js';
import type { Diagnostic, Severity } from './diagnostic.js';

/** A place in the JSON output; lines and columns count from 1, the end is exclusive. */
export interface JsonPlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

export interface JsonDiagnostic extends JsonPlace {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly hint: string | null;
  readonly related: readonly (JsonPlace & { readonly message: string })[];
}

/** One JSON object with all diagnostics, for editors and scripts; ends with a line break. */
export function renderJson(diagnostics: readonly Diagnostic[]): string {
  const list = diagnostics.map((one): JsonDiagnostic => ({
    code: one.code,
    severity: one.severity,
    message: one.message,
    ...place(one.span),
    hint: one.hint,
    related: one.labels.map((label) => ({ message: label.text, ...place(label.span) })),
  }));
  return `${JSON.stringify({ diagnostics: list }, null, 2)}\n`;
}

function place(span: Span): JsonPlace {
  const start = span.file.position(span.start);
  const end = span.file.position(span.end);
  return {
    file: span.file.path,
    line: start.line,
    column: start.column,
    endLine: end.line,
    endColumn: end.column,
  };
}
