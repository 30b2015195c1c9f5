import { TokenBucket, type TokenBucketConfig } from './token-bucket.js';

/** How many buckets are looked at to make room for one more. */
const LOOKED_AT = 8;

/**
 * A bucket for each key, for so many keys at most: keys come from the wire. A bucket that is full again is
 * forgotten when room is needed, which changes nothing; if none is, further keys share one bucket.
 */
export class KeyedBuckets {
  private readonly buckets = new Map<string, TokenBucket>();
  private shared: TokenBucket | null = null;

  constructor(
    private readonly config: TokenBucketConfig,
    private readonly maxKeys: number,
  ) {}

  get size(): number {
    return this.buckets.size;
  }

  /** Takes a token of `key`'s bucket; false if there is none. @param now milliseconds */
  take(key: string, now: number): boolean {
    let bucket = this.buckets.get(key);
    if (bucket === undefined) {
      if (this.buckets.size >= this.maxKeys && !this.makeRoom(now)) {
        this.shared ??= new TokenBucket(this.config, now);
        return this.shared.take(now);
      }
      bucket = new TokenBucket(this.config, now);
      this.buckets.set(key, bucket);
    }
    return bucket.take(now);
  }

  /** Forgets one of the oldest buckets that are full; those looked at in vain go to the end. */
  private makeRoom(now: number): boolean {
    let looked = 0;
    for (const [key, bucket] of this.buckets) {
      if (looked++ === LOOKED_AT) return false;
      this.buckets.delete(key);
      if (bucket.isFull(now)) return true;
      this.buckets.set(key, bucket);
    }
    return false;
  }
}
