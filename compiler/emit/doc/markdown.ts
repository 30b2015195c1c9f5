/** Prose from a schema comment: Markdown stays, HTML does not. */
export function prose(text: string): string {
  return text.replace(/[<&]/g, (c) => (c === '<' ? '&lt;' : '&amp;')).trim();
}

/** Something of the schema, as code. */
export function code(text: string): string {
  const ticks = text.includes('`') ? '``' : '`';
  return text === '' ? '' : `${ticks}${text}${ticks}`;
}

/** A table; cells are Markdown, and may hold `|` and line breaks. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replace(/\s*\n\s*/g, ' ').replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** What a heading is linked by, as GitHub makes it. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');
}

/** `64 MiB`, `4 KiB`, `1 byte`. */
export function bytesText(n: number): string {
  if (n > 0 && n % (1024 * 1024) === 0) return `${n / (1024 * 1024)} MiB`;
  if (n > 0 && n % 1024 === 0) return `${n / 1024} KiB`;
  return `${n} ${n === 1 ? 'byte' : 'bytes'}`;
}
