const NONE = new Uint8Array(0);

/**
 * Where the parts of one frame lie, as far as they have been looked for: the frame that was asked about last. A proxy
 * asks each frame for its service, its method and some headers, and these stand behind values whose ends are found by
 * walking over them; with marks each is walked over once. A mark is a number that the codec gives to a place.
 *
 * Bytes that change are another frame: `check` begins anew, so what it accepts is looked at afresh.
 */
export class Marks {
  private bytes: Uint8Array = NONE;
  private at = 0;
  /** By mark; 0 where nobody has looked. */
  private readonly places: Float64Array;
  /** Whether a scan has just found where the frame ends. */
  private scanned = false;

  /** @param count how many marks there are */
  constructor(count: number) {
    this.places = new Float64Array(count);
  }

  /** For `check`: forgets what was found, but for what the scan of this very frame has just found. */
  begin(bytes: Uint8Array, at: number): void {
    const known = this.scanned && this.bytes === bytes && this.at === at;
    this.scanned = false;
    if (!known) this.forget(bytes, at);
  }

  /** For `scan`: the end of the frame at `at`. */
  end(bytes: Uint8Array, at: number, mark: number, end: number): void {
    this.forget(bytes, at);
    this.places[mark] = end;
    this.scanned = true;
  }

  /** The place that was kept; 0 if it has to be looked for. */
  of(bytes: Uint8Array, at: number, mark: number): number {
    if (this.bytes === bytes && this.at === at) return this.places[mark]!;
    this.forget(bytes, at);
    return 0;
  }

  /** Keeps a place of the frame that {@link of} was asked about, and gives it back. */
  keep(mark: number, place: number): number {
    this.places[mark] = place;
    return place;
  }

  private forget(bytes: Uint8Array, at: number): void {
    this.bytes = bytes;
    this.at = at;
    this.scanned = false;
    const { places } = this;
    for (let i = 0; i < places.length; i++) places[i] = 0;
  }
}
