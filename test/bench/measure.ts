/** One thing to be timed: runs `n` times and returns something made of all results, so that none is left out. */
export interface Contender {
  readonly name: string;
  run(n: number): number;
}

/** What every run adds to; printed at the end, so that no result is unused. */
let sink = 0;

export function sunk(): number {
  return sink;
}

/** How two contenders did against each other: nanoseconds of one operation where the machine let them be. */
export interface Comparison {
  readonly first: number;
  readonly second: number;
  /** The first's time divided by the second's. */
  readonly ratio: number;
}

/** Runs of a contender before its time counts: the optimising compiler has to have seen all of it. */
const WARM_UP_MS = 300;
/** Of all turns so many are quicker than what counts: on a machine with other work most turns are disturbed. */
const UNDISTURBED = 0.1;

/**
 * Times two contenders in short turns, who begins changing from round to round. Both are so close in time that what
 * else the machine does hits them alike; what counts is the time that a tenth of all turns keeps under, which is what
 * the code takes where nobody else has the core or its caches.
 *
 * @param rounds how many turns each has
 * @param milliseconds how long a turn is, about
 */
export function compare(
  first: Contender,
  second: Contender,
  rounds: number,
  milliseconds: number,
): Comparison {
  const pair = [
    { run: first.run, count: calibrate(first, milliseconds), times: [] as number[] },
    { run: second.run, count: calibrate(second, milliseconds), times: [] as number[] },
  ] as const;
  for (let round = 0; round < rounds; round++) {
    for (const turn of [0, 1]) {
      const { run, count, times } = pair[((round + turn) & 1) as 0 | 1];
      const from = process.hrtime.bigint();
      sink += run(count);
      times.push(Number(process.hrtime.bigint() - from) / count);
    }
  }
  const [a, b] = pair.map(({ times }) => undisturbed(times)) as [number, number];
  return { first: a, second: b, ratio: a / b };
}

function undisturbed(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[Math.floor(times.length * UNDISTURBED)]!;
}

/** How often a contender runs in a turn; it has warmed up then. */
function calibrate({ run }: Contender, milliseconds: number): number {
  const until = performance.now() + WARM_UP_MS;
  let best = Infinity;
  for (let n = 500; performance.now() < until;) {
    const from = performance.now();
    sink += run(n);
    const took = performance.now() - from;
    best = Math.min(best, took / n);
    if (took < milliseconds) n *= 2;
  }
  return Math.max(1, Math.ceil(milliseconds / best));
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
