import type { Bench } from './bench.js';

/** One measured figure, and whether it keeps to its bar. */
export interface Figure {
  readonly says: string;
  readonly figure: string;
  /** `at most 2`; empty if the figure is only told. */
  readonly bar: string;
  readonly met: boolean;
}

/** What is measured of one matter: one file of this folder, named in `proxy.ts`. */
export interface Part {
  /** What `--only` takes. */
  readonly name: string;
  readonly about: string;
  run(bench: Bench): Promise<Figure[]>;
}

export function atMost(says: string, value: number, most: number, unit = ''): Figure {
  return { says, figure: `${round(value)}${unit}`, bar: `at most ${most}${unit}`, met: value <= most };
}

export function atLeast(says: string, value: number, least: number): Figure {
  return { says, figure: round(value), bar: `at least ${least}`, met: value >= least };
}

/** What is told without a bar. */
export function told(says: string, figure: string): Figure {
  return { says, figure, bar: '', met: true };
}

function round(value: number): string {
  return value.toFixed(Math.abs(value) < 10 ? 2 : 0);
}
