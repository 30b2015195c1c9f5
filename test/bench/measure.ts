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

/** How two contenders did against each other. */
export interface Comparison {
  /** Median nanoseconds of one operation. */
  readonly first: number;
  readonly second: number;
  /** Median over the rounds of the first's time divided by the second's. */
  readonly ratio: number;
}

/**
 * Times two contenders in turns of a few milliseconds each, who begins changing from round to round. Both are
 * so close in time that what else the machine does hits them alike, and a round it hits badly is no median.
 * What is taken is this process's processor time, so a turn is no longer because somebody else had the core.
 *
 * @param rounds how many rounds count, after a tenth as many that do not
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
  for (let round = -Math.ceil(rounds / 10); round < rounds; round++) {
    for (const turn of [0, 1]) {
      const { run, count, times } = pair[((round + turn) & 1) as 0 | 1];
      const from = cpuNanoseconds();
      sink += run(count);
      const took = (cpuNanoseconds() - from) / count;
      if (round >= 0) times.push(took);
    }
  }
  const [a, b] = pair;
  return {
    first: median(a.times),
    second: median(b.times),
    ratio: median(a.times.map((took, round) => took / b.times[round]!)),
  };
}

function calibrate({ run }: Contender, milliseconds: number): number {
  for (let n = 1000; ; n *= 2) {
    const from = cpuNanoseconds();
    sink += run(n);
    const took = (cpuNanoseconds() - from) / 1e6;
    // Long enough for the optimising compiler to have seen it.
    if (took > 20) return Math.max(1, Math.ceil((n * milliseconds) / took));
  }
}

function cpuNanoseconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) * 1000;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
