/** Percentages are taken as whole millionths of all. */
const PARTS = 1_000_000;

/** An exact share of what comes: of 1000 in a row, 12.5 % are 125, spread evenly. */
export class Share {
  private readonly step: number;
  private due = 0;

  /** @param percentage 0 to 100 */
  constructor(percentage: number) {
    this.step = Math.round((percentage / 100) * PARTS);
  }

  /** Whether the next one belongs to it. */
  next(): boolean {
    this.due += this.step;
    if (this.due < PARTS) return false;
    this.due -= PARTS;
    return true;
  }
}
