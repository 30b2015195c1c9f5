import type { SubsetMatch } from '../config/snapshot.js';
import type { RouteInput } from './route-input.js';

/** Which hosts of a cluster requests may go to, by the metadata of hosts. */
export class Subset {
  /** Set if no request makes a difference. */
  private readonly fixed: ReadonlyMap<string, string> | null;

  private constructor(private readonly matches: readonly SubsetMatch[]) {
    this.fixed = matches.every(({ source }) => source === 'text') ? this.read(null) : null;
  }

  /** @returns null for nothing to match */
  static of(matches: readonly SubsetMatch[]): Subset | null {
    return matches.length === 0 ? null : new Subset(matches);
  }

  /** What the metadata of a request's host has to say; null: any host, as the request has none of the values. */
  of(call: RouteInput): ReadonlyMap<string, string> | null {
    if (this.fixed !== null) return this.fixed;
    const values = this.read(call);
    return values.size === 0 ? null : values;
  }

  private read(call: RouteInput | null): ReadonlyMap<string, string> {
    const values = new Map<string, string>();
    for (const { key, source, value } of this.matches) {
      const found =
        source === 'text' ? value : source === 'header' ? call?.header(value) : call?.metadata(value);
      if (found !== undefined && found !== null) values.set(key, found);
    }
    return values;
  }
}
