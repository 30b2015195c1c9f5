/**
 * Smooth weighted round robin: of any `sum of the weights` choices in a row, each name gets exactly its
 * weight, spread as evenly as the weights allow, the same order every time.
 */
export class WeightedChoice {
  private readonly current: number[];
  private readonly total: number;

  /** @param weights whole numbers of at least 0, of which one is more, in the order of `names` */
  constructor(
    private readonly names: readonly string[],
    private readonly weights: readonly number[],
  ) {
    this.current = weights.map(() => 0);
    this.total = weights.reduce((sum, weight) => sum + weight, 0);
  }

  next(): string {
    const { current, weights } = this;
    let best = -1;
    for (let i = 0; i < weights.length; i++) {
      if (weights[i] === 0) continue;
      current[i]! += weights[i]!;
      if (best < 0 || current[i]! > current[best]!) best = i;
    }
    current[best]! -= this.total;
    return this.names[best]!;
  }
}
