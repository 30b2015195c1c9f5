import type { Span } from '../../source/source-file.js';
import type { Change, Severity } from './change.js';

interface JsonPlace {
  readonly file: string;
  /** Counted from 1, as is `column`. */
  readonly line: number;
  readonly column: number;
}

const HEADS: Readonly<Record<Severity, string>> = {
  breaking: 'Breaking changes',
  warning: 'To be looked at',
  compatible: 'Compatible changes',
};

/** The changes for a person, by severity, and their number; ends with a line break. */
export function renderChanges(changes: readonly Change[]): string {
  const sections = (['breaking', 'warning', 'compatible'] as const).flatMap((severity) => {
    const own = changes.filter((change) => change.severity === severity);
    return own.length === 0 ? [] : [`${HEADS[severity]}:\n${own.map(changeText).join('')}`];
  });
  return [...sections, `${changesSummary(changes)}\n`].join('\n');
}

/** `1 breaking change, 2 warnings, 3 compatible changes`. */
function changesSummary(changes: readonly Change[]): string {
  const count = (severity: Severity, one: string): string => {
    const n = changes.filter((change) => change.severity === severity).length;
    return `${n === 0 ? 'no' : n} ${one}${n === 1 ? '' : 's'}`;
  };
  return [
    count('breaking', 'breaking change'),
    count('warning', 'warning'),
    count('compatible', 'compatible change'),
  ].join(', ');
}

function changeText(change: Change): string {
  const place = (name: string, span: Span | null): string => {
    if (span === null) return `    ${name} -\n`;
    const { file, line, column } = placeOf(span);
    return `    ${name} ${file}:${line}:${column}: ${span.file.line(line).trim()}\n`;
  };
  const severity = change.severity === 'breaking' ? 'error PF190' : change.severity;
  return `  ${change.protocol}: ${severity} ${change.kind}: ${visible(change.message)}\n${visible(place('old', change.old))}${visible(place('new', change.new))}`;
}

/** Control characters of a foreign schema must not reach the terminal. */
function visible(text: string): string {
  return text.replace(
    /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g,
    '\ufffd',
  );
}

/** One JSON object with all changes, for scripts; ends with a line break. */
export function renderChangesJson(changes: readonly Change[]): string {
  const list = changes.map((change) => ({
    code: 'PF190',
    kind: change.kind,
    severity: change.severity,
    protocol: change.protocol,
    message: change.message,
    old: change.old === null ? null : placeOf(change.old),
    new: change.new === null ? null : placeOf(change.new),
  }));
  return `${JSON.stringify({ breaking: list.filter((c) => c.severity === 'breaking').length, changes: list }, null, 2)}\n`;
}

function placeOf(span: Span): JsonPlace {
  return { file: span.file.path, ...span.file.position(span.start) };
}
