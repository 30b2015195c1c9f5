import type { Contender } from '../measure.js';

/** What is claimed: `first` takes at most, or at least, so many times as long as `second`. */
export interface Claim {
  readonly says: string;
  readonly first: Contender;
  readonly second: Contender;
  readonly most?: number;
  readonly least?: number;
}

/** The claims about one protocol's codec: one file of this folder, named in `codec.ts`. */
export interface Part {
  /** What `--only` takes. */
  readonly name: string;
  /** The frame that is read and written, in a line. */
  readonly about: string;
  claims(): Claim[] | Promise<Claim[]>;
}
