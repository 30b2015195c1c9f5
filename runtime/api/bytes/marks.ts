const NONE = new Uint8Array(0);
const LAST_TURN = 0x7fffffff;

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
  /**
   * By mark: a place, counted from the frame's start, and the frame it was found in, counted by {@link turn}. Whole
   * numbers of 32 bits, as places are everywhere else: one that came as a float would make floats of all around it.
   */
  private readonly places: Int32Array;
  private readonly turns: Int32Array;
  private turn = 1;
  /** Texts by mark, and their frames, likewise. */
  private readonly texts: string[] = [];
  private readonly textTurns: number[] = [];
  /** Whether a scan has just found where the frame ends. */
  private scanned = false;

  /**
   * @param count how many marks there are
   * @param texts how many texts
   */
  constructor(count: number, texts = 0) {
    for (let i = 0; i < texts; i++) {
      this.texts.push('');
      this.textTurns.push(0);
    }
    this.places = new Int32Array(count);
    this.turns = new Int32Array(count);
  }

  /** For `check`: forgets what was found, but for what the scan of this very frame has just found. */
  begin(bytes: Uint8Array, at: number): void {
    const known = this.scanned && this.bytes === bytes && this.at === at;
    this.scanned = false;
    if (!known) this.forget(bytes, at);
  }

  /** For `scan`: it looks at the frame at `at`, and keeps what it finds on the way. */
  start(bytes: Uint8Array, at: number): void {
    this.forget(bytes, at);
  }

  /** For `scan`: the end of the frame that it has looked at. */
  end(mark: number, end: number): void {
    this.keep(mark, end);
    this.scanned = true;
  }

  /** The place that was kept; 0 if it has to be looked for. */
  of(bytes: Uint8Array, at: number, mark: number): number {
    if (this.bytes === bytes && this.at === at) {
      return this.turns[mark] === this.turn ? at + this.places[mark]! : 0;
    }
    this.forget(bytes, at);
    return 0;
  }

  /** Keeps a place of the frame that {@link of} was asked about, and gives it back. */
  keep(mark: number, place: number): number {
    this.places[mark] = place - this.at;
    this.turns[mark] = this.turn;
    return place;
  }

  /** The text that was kept; undefined if it has to be read. */
  text(bytes: Uint8Array, at: number, mark: number): string | undefined {
    if (this.bytes === bytes && this.at === at) {
      return this.textTurns[mark] === this.turn ? this.texts[mark] : undefined;
    }
    this.forget(bytes, at);
    return undefined;
  }

  /** Keeps a text of the frame that {@link text} was asked about, and gives it back. */
  keepText(mark: number, text: string): string {
    this.texts[mark] = text;
    this.textTurns[mark] = this.turn;
    return text;
  }

  private forget(bytes: Uint8Array, at: number): void {
    this.bytes = bytes;
    this.at = at;
    this.scanned = false;
    // After so many frames the count starts anew.
    if (this.turn === LAST_TURN) {
      this.turns.fill((this.turn = 0));
      this.textTurns.fill(0);
    }
    this.turn++;
  }
}
