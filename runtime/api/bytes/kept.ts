const NONE = new Uint8Array(0);

/**
 * A value that was read of one frame, the one that was asked about last: what roles ask for again and again is made
 * once. As with {@link Marks}, `check` begins anew.
 */
export class Kept<Value extends object> {
  private bytes: Uint8Array = NONE;
  private at = 0;
  private value: Value | null = null;

  /** For `check`: forgets what was kept. */
  forget(): void {
    this.bytes = NONE;
    this.value = null;
  }

  /** What was kept of the frame at `at`; null if it has to be read. */
  of(bytes: Uint8Array, at: number): Value | null {
    return this.bytes === bytes && this.at === at ? this.value : null;
  }

  /** Keeps what was read of the frame at `at`, and gives it back. */
  keep(bytes: Uint8Array, at: number, value: Value): Value {
    this.bytes = bytes;
    this.at = at;
    this.value = value;
    return value;
  }
}
