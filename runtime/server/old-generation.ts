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

/** The part of V8's heap that ends the process when it is full, in bytes: all but the young generation. */
export interface OldGeneration {
  readonly used: number;
  /** How much of it may be in use, a reserve apart. */
  readonly limit: number;
}

/** Takes some 10 us. */
export function oldGeneration(): OldGeneration {
  let used = 0;
  for (const { space_name: name, space_used_size: size } of getHeapSpaceStatistics())
    if (!name.startsWith('new_')) used += size;
  const whole = getHeapStatistics().heap_size_limit - YOUNG_LIMIT;
  return { used, limit: Math.max(whole - RESERVE_MIB * MIB, whole * LEAST_SHARE) };
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
