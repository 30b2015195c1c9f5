import type { Cell } from './figure.js';

export const BITS_A_ROW = 32;

/** A part of a box in one row: bits [from, to). */
export interface Segment {
  readonly cell: Cell;
  readonly from: number;
  readonly to: number;
  /** Where the box's label goes: its widest part. */
  readonly labelled: boolean;
  /** A part after the first that does not lie under the part before it. */
  readonly continued: boolean;
}

/** A row of fixed boxes, or an open box of its own. */
export type Row = { readonly open: Cell } | { readonly open: null; readonly segments: readonly Segment[] };

/** Puts boxes into rows of 32 bits; after an open box a new row begins. */
export function gridOf(cells: readonly Cell[]): Row[] {
  const rows: Row[] = [];
  let segments: Segment[] = [];
  let column = 0;
  const close = (): void => {
    if (segments.length > 0) rows.push({ open: null, segments });
    segments = [];
    column = 0;
  };
  for (const cell of cells) {
    if (cell.bits === null) {
      close();
      rows.push({ open: cell });
      continue;
    }
    const parts: { from: number; to: number }[] = [];
    for (let left = cell.bits, at = column; left > 0; at = 0) {
      const taken = Math.min(left, BITS_A_ROW - at);
      parts.push({ from: at, to: at + taken });
      left -= taken;
    }
    const widest = parts.reduce((best, part, i) => (width(part) > width(parts[best]!) ? i : best), 0);
    parts.forEach((part, i) => {
      const above = parts[i - 1];
      const joined = above !== undefined && above.from < part.to && part.from < above.to;
      segments.push({ cell, ...part, labelled: i === widest, continued: i !== widest && !joined });
      column = part.to;
      if (column === BITS_A_ROW) close();
    });
  }
  close();
  return rows;
}

function width(part: { from: number; to: number }): number {
  return part.to - part.from;
}

/** Chooses labels that fit, and remembers what the short ones stand for. */
export class Labels {
  private readonly short = new Map<Cell, string>();
  private readonly taken = new Map<string, string>();

  /** The label of a box in which `room` characters can stand; '' if not even one can. */
  fit(cell: Cell, room: number): string {
    const whole = cell.labels.find((label) => label.length <= room);
    if (whole !== undefined) return whole;
    const known = this.short.get(cell);
    if (known !== undefined && known.length <= room) return known;
    const name = cell.labels[cell.labels.length - 1]!;
    const initials = name
      .split(/[^A-Za-z0-9]+/)
      .map((word) => word[0] ?? '')
      .join('');
    const candidates = [initials, ...name.replace(/[^A-Za-z0-9]/g, ''), ...'0123456789'].map((one) =>
      one.slice(0, Math.max(room, 0)),
    );
    const free = candidates.find((one) => one !== '' && (this.taken.get(one) ?? name) === name) ?? '';
    this.short.set(cell, free);
    if (free !== '') this.taken.set(free, name);
    return free;
  }

  /** `t = two_way`, for below the diagram. */
  get legend(): string[] {
    return [...this.taken].map(([label, name]) => `${label} = ${name}`);
  }
}
