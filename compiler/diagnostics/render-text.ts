import type { Span } from '../source/source-file.js';
import type { Diagnostic, Severity } from './diagnostic.js';

export interface RenderOptions {
  /** ANSI colours, for a terminal. Default false. */
  readonly colour?: boolean;
}

/** Longer lines are cut around the place they are shown for. */
const WIDEST = 120;

/**
 * A diagnostic for a person, ending with a line break:
 *
 *     bolt.proto-frame:12:5: error PF101: `length` can't be derived
 *       12 |     length : u16;
 *          |     ^^^^^^
 *       20 |     data : bytes size length * length;
 *          |                       ~~~~~~~~~~~~~~~ not linear
 *       help: write …
 */
export function renderText(diagnostic: Diagnostic, options: RenderOptions = {}): string {
  const paint = options.colour === true ? coloured : plain;
  const { span, severity } = diagnostic;
  const places = [span, ...diagnostic.labels.map((label) => label.span)];
  const digits = Math.max(...places.map((place) => String(lineOf(place)).length));
  const margin = digits + 2;

  const out = [
    `${paint('bold', where(span))} ${paint(severity, `${severity} ${diagnostic.code}:`)} ` +
      paint('bold', diagnostic.message),
    ...excerpt(span, margin, '^', '', severity, paint),
  ];
  let shown = lineOf(span);
  for (const label of diagnostic.labels) {
    const elsewhere = label.span.file !== span.file;
    if (elsewhere) out.push(`${' '.repeat(margin)} ${paint('dim', '-->')} ${where(label.span)}`);
    else if (Math.abs(lineOf(label.span) - shown) > 1) out.push(paint('dim', `${' '.repeat(margin)}...`));
    out.push(...excerpt(label.span, margin, '~', label.text, 'note', paint));
    shown = lineOf(label.span);
  }
  if (diagnostic.hint !== null) out.push(`  ${paint('help', 'help:')} ${diagnostic.hint}`);
  return `${out.join('\n')}\n`;
}

/** `2 errors, 1 warning`; null if there is nothing to say. */
export function summary(diagnostics: readonly Diagnostic[]): string | null {
  const count = (severity: Severity): string | null => {
    const n = diagnostics.filter((one) => one.severity === severity).length;
    return n === 0 ? null : `${n} ${severity}${n === 1 ? '' : 's'}`;
  };
  const parts = [count('error'), count('warning')].filter((part) => part !== null);
  return parts.length === 0 ? null : parts.join(', ');
}

function lineOf(span: Span): number {
  return span.file.position(span.start).line;
}

function where(span: Span): string {
  const { line, column } = span.file.position(span.start);
  return `${span.file.path}:${line}:${column}:`;
}

/** The line a span begins on, and a second line that marks the span's part of it. */
function excerpt(
  span: Span,
  margin: number,
  mark: string,
  text: string,
  style: Style,
  paint: Paint,
): string[] {
  const { line, column } = span.file.position(span.start);
  const whole = span.file.line(line);
  const end = span.file.position(span.end);
  const to = end.line === line ? end.column - 1 : whole.length;
  const from = column - 1;

  const cut = window(whole, from, Math.max(to, from + 1));
  // Tabs become one blank in both lines, so that the marks stand under what they mark.
  const shown = visible(cut.text);
  const before = visible(cut.text.slice(0, from - cut.skipped)).length;
  const length = Math.max(1, visible(cut.text.slice(from - cut.skipped, to - cut.skipped)).length);
  const marks = mark.repeat(length) + (text === '' ? '' : ` ${text}`);
  return [
    `${paint('dim', `${String(line).padStart(margin)} |`)} ${shown}`.trimEnd(),
    `${paint('dim', `${' '.repeat(margin)} |`)} ${' '.repeat(before)}${paint(style, marks)}`,
  ];
}

/** At most WIDEST characters of a line, chosen so that the marked part is among them. */
function window(line: string, from: number, to: number): { text: string; skipped: number } {
  if (line.length <= WIDEST) return { text: line, skipped: 0 };
  const skipped = Math.max(0, Math.min(from - 20, line.length - WIDEST));
  return { text: line.slice(skipped, Math.max(skipped + WIDEST, Math.min(to, from + WIDEST))), skipped };
}

/** Control characters must not reach the terminal of whoever checks a foreign schema. */
function visible(text: string): string {
  return text
    .replaceAll('\t', ' ')
    .replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g, '\ufffd');
}

type Style = Severity | 'note' | 'help' | 'bold' | 'dim';
type Paint = (style: Style, text: string) => string;

const ANSI: Readonly<Record<Style, string>> = {
  error: '1;31',
  warning: '1;33',
  note: '36',
  help: '1;32',
  bold: '1',
  dim: '2',
};

const plain: Paint = (_, text) => text;
const coloured: Paint = (style, text) => `\x1b[${ANSI[style]}m${text}\x1b[0m`;
