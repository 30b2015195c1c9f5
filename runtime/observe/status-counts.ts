import { Status } from '@proto-frame/api';

const STATUSES: readonly Status[] = Object.values(Status);
const HIGHEST = 511;
const INDEX = new Uint8Array(HIGHEST + 1).fill(STATUSES.indexOf(Status.UNKNOWN));
STATUSES.forEach((status, i) => (INDEX[status] = i));

/** How many responses had each canonical status. */
export class StatusCounts {
  private readonly counts = new Float64Array(STATUSES.length);

  add(status: Status): void {
    this.counts[INDEX[status & HIGHEST]!]! += 1;
  }

  get(status: Status): number {
    return this.counts[INDEX[status & HIGHEST]!]!;
  }

  /** The statuses seen at least once, with their numbers. */
  *[Symbol.iterator](): IterableIterator<[status: Status, count: number]> {
    for (let i = 0; i < STATUSES.length; i++) if (this.counts[i]! > 0) yield [STATUSES[i]!, this.counts[i]!];
  }
}
