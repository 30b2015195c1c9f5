/** The checksum of bytes[start, end). */
export type Checksum = (bytes: Uint8Array, start: number, end: number) => number;

/**
 * What a checksum changes by when bytes under it change. A frame that came with a wrong checksum keeps a wrong one, so
 * a proxy that patches an id never vouches for damaged bytes.
 *
 * @param before the old bytes at [beforeAt, beforeAt + length)
 * @param after the new ones at [afterAt, afterAt + length)
 * @param trailing how many covered bytes follow them
 */
export type ChecksumDelta = (
  before: Uint8Array,
  beforeAt: number,
  after: Uint8Array,
  afterAt: number,
  length: number,
  trailing: number,
) => number;
