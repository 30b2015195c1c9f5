/** Why {@link XProtocol.scan} gave up: a negative result. */
export const ScanFault = {
  /** The bytes can't be the start of a frame of this protocol. */
  malformed: -1,
  /** The frame is longer than {@link ScanState.limit}; only self-delimiting formats say so themselves. */
  tooLarge: -2,
} as const;
export type ScanFault = (typeof ScanFault)[keyof typeof ScanFault];

/**
 * What a scan remembers between two chunks of the same connection: a few integers, never bytes.
 * The framer owns one for each direction of a connection and resets it after every frame.
 */
export class ScanState {
  /** Out: how many bytes, counted from the start of the frame, are needed before scanning again. */
  need = 0;
  /** In: the largest frame in bytes that the framer will accept. */
  limit: number;
  /** Free for the codec: how far it has come, in bytes from the start of the frame. */
  position = 0;
  /** Free for the codec: what is still open at `position`, such as elements left. */
  pending = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** Forgets the frame that was being scanned. */
  reset(): void {
    this.need = 0;
    this.position = 0;
    this.pending = 0;
  }
}
