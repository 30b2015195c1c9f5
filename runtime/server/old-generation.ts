import { getHeapSpaceStatistics, getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const MIB = 1024 * 1024;
/** What the largest semi-space is if no flag says otherwise, MiB. */
const SEMI_SPACE_MIB = 16;
/** V8 reckons with two semi-spaces and as much again for large young objects. */
const SEMI_SPACES = 3;

/**
 * What V8 needs beside what lives, MiB: room for what survives the next collections of the young generation. With
 * less it collects all garbage again and again, and after four times in vain it ends the process.
 */
const RESERVE_MIB = 16;
/** The smallest share of the old generation that is reckoned with, whatever is kept in reserve. */
const LEAST_SHARE = 0.5;

/**
 * V8 ends the process only where the old generation can't grow any more and this share of it is in use, even
 * after a collection.
 */
const FULL_SHARE = 0.8;

/** The part of V8's heap that ends the process when it is full: all but the young generation. In bytes. */
export interface OldGeneration {
  readonly used: number;
  /** Of its pages, with what lies between objects and may be too small for the next one. */
  readonly committed: number;
  /** How large it may become. */
  readonly whole: number;
}

/** Takes some 10 us. */
export function oldGeneration(): OldGeneration {
  let [used, committed] = [0, 0];
  for (const { space_name: name, space_used_size, space_size } of getHeapSpaceStatistics()) {
    if (name.startsWith('new_')) continue;
    used += space_used_size;
    committed += space_size;
  }
  return { used, committed, whole: getHeapStatistics().heap_size_limit - YOUNG_LIMIT };
}

/**
 * How near V8 is to giving up: 1 where what is in use leaves no more than the reserve, or where no page can be
 * added and what is in use is what V8 calls full.
 */
export function heapShare({ used, committed, whole }: OldGeneration): number {
  const limit = Math.max(whole - RESERVE_MIB * MIB, whole * LEAST_SHARE);
  return Math.max(used / limit, Math.min(committed / whole, used / (whole * FULL_SHARE)));
}

/** Collects all garbage now, which stops the process for as long as marking takes: 100 ms for some 200 MiB. */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

const YOUNG_LIMIT = youngLimit([...process.execArgv, process.env['NODE_OPTIONS'] ?? ''].join(' '));

/** V8's limit of the young generation, which heap_size_limit contains. */
function youngLimit(flags: string): number {
  const given = /--max[-_]semi[-_]space[-_]size[= ](\d+)/.exec(flags);
  return SEMI_SPACES * (given === null ? SEMI_SPACE_MIB : Number(given[1])) * MIB;
}
