/** One mistake in a configuration file. */
export interface ConfigProblem {
  /** `clusters[0].hosts[1].address`; empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
  /** Where it stands, offsets in characters, `end` exclusive. */
  readonly start: number;
  readonly end: number;
  /** What to write instead. */
  readonly hint?: string;
}

const MOST_SHOWN = 50;
const WIDEST = 120;

/**
 * A configuration that can't be used. The message lists every problem with file, line, column, path and the
 * line itself.
 */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  /** @param problems at least one, in the order of the file */
  constructor(
    readonly file: string,
    text: string,
    readonly problems: readonly ConfigProblem[],
  ) {
    super(renderProblems(file, text, problems));
  }
}

function renderProblems(file: string, text: string, problems: readonly ConfigProblem[]): string {
  const shown = problems.slice(0, MOST_SHOWN).map((problem) => renderProblem(file, text, problem));
  const count = problems.length;
  const rest = count > MOST_SHOWN ? `, ${count - MOST_SHOWN} of them not shown` : '';
  return `${shown.join('\n\n')}\n\n${count} ${count === 1 ? 'error' : 'errors'} in ${file}${rest}`;
}

function renderProblem(file: string, text: string, problem: ConfigProblem): string {
  const start = Math.min(problem.start, text.length);
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const found = text.indexOf('\n', lineStart);
  const lineEnd = found < 0 ? text.length : found;
  const line = text.slice(0, lineStart).split('\n').length;
  const column = start - lineStart + 1;
  const path = problem.path === '' ? '' : `${problem.path}: `;
  const head = `${file}:${line}:${column}: ${path}${printable(problem.message)}`;
  const hint = problem.hint === undefined ? '' : `\n  hint: ${printable(problem.hint)}`;
  return `${head}\n${excerpt(text.slice(lineStart, lineEnd), line, column, problem.end - start)}${hint}`;
}

/** The line with a caret under the place. A long line is cut around it. */
function excerpt(full: string, line: number, column: number, length: number): string {
  const from = column > WIDEST - 20 ? column - 40 : 0;
  const shown = printable(full.trimEnd().slice(from, from + WIDEST));
  const at = column - 1 - from;
  const carets = '^'.repeat(Math.max(1, Math.min(length, shown.length - at)));
  const number = String(line);
  return `  ${number} | ${shown}\n  ${' '.repeat(number.length)} | ${' '.repeat(at)}${carets}`;
}

/** Somebody may have put a key where its path belongs. */
function withoutKeys(text: string): string {
  return text.replace(/(-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----).*/s, '$1 (not shown)');
}

/** Nothing of a file that is merely read may reach a terminal as a control character. */
export function printable(text: string): string {
  // eslint-disable-next-line no-control-regex
  return withoutKeys(text)
    .replace(/\t/g, ' ')
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, '\ufffd');
}
