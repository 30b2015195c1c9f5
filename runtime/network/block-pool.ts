/** Bytes of one block. */
export const BLOCK_SIZE = 32 * 1024;
const KEPT = 64;

/**
 * Buffers in which small frames for one peer are joined before they are written. A block comes back once the
 * kernel has taken its bytes, which nearly always is within the write call, so a worker needs few of them.
 */
export class BlockPool {
  private readonly free: Buffer[] = [];

  take(): Buffer {
    return this.free.pop() ?? Buffer.allocUnsafeSlow(BLOCK_SIZE);
  }

  /** Only for a block that nobody reads any more. */
  give(block: Buffer): void {
    if (this.free.length < KEPT) this.free.push(block);
  }
}
