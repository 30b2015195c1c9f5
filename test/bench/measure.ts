/** One thing to be timed: runs `n` times and returns something made of all results, so that none is left out. */
export interface Contender {
  readonly name: string;
  run(n: number): number;
}

/** Nanoseconds an operation took, by round. */
export type Timings = Map<string, number[]>;

/** What every run adds to; printed at the end, so that no result is unused. */
let sink = 0;

export function sunk(): number {
  return sink;
}

/**
 * Times the contenders in alternation: every round runs each once, in an order that turns by one from round
 * to round, so that what the machine does meanwhile hits all alike.
 *
 * @param rounds how many rounds count, after two that do not
 * @param milliseconds how long one contender runs in a round, about
 */
export function interleave(contenders: readonly Contender[], rounds: number, milliseconds: number): Timings {
  const counts = contenders.map((contender) => calibrate(contender, milliseconds));
  const timings: Timings = new Map(contenders.map(({ name }) => [name, []]));
  for (let round = -2; round < rounds; round++) {
    for (let i = 0; i < contenders.length; i++) {
      const at = (((round + i) % contenders.length) + contenders.length) % contenders.length;
      const { name, run } = contenders[at]!;
      const from = process.hrtime.bigint();
      sink += run(counts[at]!);
      const took = Number(process.hrtime.bigint() - from) / counts[at]!;
      if (round >= 0) timings.get(name)!.push(took);
    }
  }
  return timings;
}

function calibrate({ run }: Contender, milliseconds: number): number {
  for (let n = 1000; ; n *= 2) {
    const from = process.hrtime.bigint();
    sink += run(n);
    const took = Number(process.hrtime.bigint() - from) / 1e6;
    if (took > milliseconds / 4) return Math.max(1, Math.ceil((n * milliseconds) / took));
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The median over the rounds of how many times longer `a` took than `b`. */
export function ratio(timings: Timings, a: string, b: string): number {
  const [as, bs] = [timings.get(a)!, timings.get(b)!];
  return median(as.map((took, round) => took / bs[round]!));
}
