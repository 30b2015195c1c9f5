import type { Cell } from './figure.js';
import { BITS_A_ROW, gridOf, Labels, type Row } from './grid.js';

const RULER = [
  ' 0                   1                   2                   3',
  ` ${Array.from({ length: BITS_A_ROW }, (_, i) => i % 10).join(' ')}`,
];

/**
 * A bit diagram as RFCs draw them: 32 bits a row, most significant first, boxes of varying size with `/` at
 * their sides.
 */
export function asciiFigure(cells: readonly Cell[]): string {
  const rows = gridOf(cells);
  const labels = new Labels();
  const lines = [...RULER];
  rows.forEach((row, i) => lines.push(border(rows[i - 1] ?? null, row), ...drawn(row, labels)));
  lines.push(border(rows[rows.length - 1] ?? null, null));
  const { legend } = labels;
  return [...lines.map((line) => line.trimEnd()), ...(legend.length > 0 ? ['', ...legend] : [])].join('\n');
}

function drawn(row: Row, labels: Labels): string[] {
  if (row.open !== null) {
    const room = 2 * BITS_A_ROW - 1;
    const label = labels.fit(row.open, room - 2);
    return [`/${centred(label, room)}/`, `/${' '.repeat(room)}/`];
  }
  let line = '|';
  for (const { cell, from, to, labelled, continued } of row.segments) {
    const room = 2 * (to - from) - 1;
    const label = labelled ? labels.fit(cell, room) : continued ? '...'.slice(0, room) : '';
    line += `${centred(label, room)}|`;
  }
  return [line];
}

function centred(text: string, width: number): string {
  const left = Math.floor((width - text.length) / 2);
  return `${' '.repeat(left)}${text}`.padEnd(width);
}

/** The line between two rows: open where one box goes on below. */
function border(above: Row | null, below: Row | null): string {
  const upper = occupied(above);
  const lower = occupied(below);
  const lined = Array.from(
    { length: BITS_A_ROW },
    (_, c) => upper[c] !== lower[c] && (upper[c] !== null || lower[c] !== null),
  );
  const edge = (row: readonly (Cell | null)[], c: number): boolean =>
    (row[c - 1] ?? null) !== (row[c] ?? null);
  let line = '';
  for (let c = 0; c <= BITS_A_ROW; c++) {
    const corner = lined[c - 1] === true || lined[c] === true || edge(upper, c) || edge(lower, c);
    line += corner ? '+' : ' ';
    if (c < BITS_A_ROW) line += lined[c] === true ? '-' : ' ';
  }
  return line;
}

function occupied(row: Row | null): (Cell | null)[] {
  const cells = new Array<Cell | null>(BITS_A_ROW).fill(null);
  if (row === null) return cells;
  if (row.open !== null) return cells.fill(row.open);
  for (const { cell, from, to } of row.segments) cells.fill(cell, from, to);
  return cells;
}
