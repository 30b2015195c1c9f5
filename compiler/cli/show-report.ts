import type { Diagnostic, Report } from '../diagnostics/diagnostic.js';
import { renderText, summary } from '../diagnostics/render-text.js';
import type { Terminal } from './terminal.js';

/** Findings in the order of files and lines, whatever pass made them. */
export function sorted(report: Report): Diagnostic[] {
  const files = [...new Set(report.diagnostics.map((one) => one.span.file))];
  return [...report.diagnostics].sort(
    (a, b) => files.indexOf(a.span.file) - files.indexOf(b.span.file) || a.span.start - b.span.start,
  );
}

/** Writes all findings and their number for a person; nothing if there are none. */
export function showReport(report: Report, terminal: Terminal): void {
  const diagnostics = sorted(report);
  const total = summary(diagnostics);
  if (total === null) return;
  for (const one of diagnostics) terminal.err(`${renderText(one, { colour: terminal.colour })}\n`);
  terminal.err(`${total}\n`);
}
