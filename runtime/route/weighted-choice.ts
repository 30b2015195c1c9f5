/**
 * Smooth weighted round robin: of any `sum of the weights` choices in a row, each gets exactly its weight,
 * spread as evenly as the weights allow, the same order every time.
 */
export class WeightedChoice<T> {
  private readonly current: number[];
  private readonly total: number;

  /** @param weights whole numbers of at least 0, of which one is more, in the order of `choices` */
  constructor(
    private readonly choices: readonly T[],
    private readonly weights: readonly number[],
  ) {
    this.current = weights.map(() => 0);
    this.total = weights.reduce((sum, weight) => sum + weight, 0);
  }

  /** The one whose turn it is. */
  next(): T {
    const { current, weights } = this;
    let best = -1;
    for (let i = 0; i < weights.length; i++) {
      if (weights[i] === 0) continue;
      current[i]! += weights[i]!;
      if (best < 0 || current[i]! > current[best]!) best = i;
    }
    current[best]! -= this.total;
    return this.choices[best]!;
  }

  /** The one that `hash` always leads to, a whole number below 2^32: each has its share of all hashes. */
  at(hash: number): T {
    let place = (hash / 2 ** 32) * this.total;
    for (let i = 0; ; i++) {
      place -= this.weights[i]!;
      if (place < 0) return this.choices[i]!;
    }
  }
}
