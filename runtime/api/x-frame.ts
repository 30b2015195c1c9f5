import { copyBytes } from './bytes/copy.js';
import type { FrameKind } from './frame-kind.js';
import { HeaderMap } from './header-map.js';
import type { Status } from './status.js';
import type { RequestFacts, RequestId, XProtocol } from './x-protocol.js';

/**
 * A frame as stream and proxy layers and filters see it: a place in a received buffer and what is known of
 * it, read when asked. One class for all protocols. It stays valid while its owner holds the buffer; who
 * wants it longer takes a {@link copy}.
 */
export class XFrame {
  private headerMap: HeaderMap | null = null;
  private newBody: Uint8Array | null = null;

  /**
   * The frame is bytes[start, end); it was accepted by protocol.check.
   *
   * @param facts of the request that it answers, where replies are read by them; see XProtocol.factsOf
   */
  constructor(
    readonly protocol: XProtocol,
    public bytes: Uint8Array,
    public start: number,
    public end: number,
    readonly facts: RequestFacts | null = null,
  ) {}

  /** Its length on the wire in bytes, before changes. */
  get length(): number {
    return this.end - this.start;
  }

  get kind(): FrameKind {
    return this.protocol.kindOf(this.bytes, this.start, this.end);
  }

  get isHeartbeat(): boolean {
    return this.protocol.isHeartbeat(this.bytes, this.start, this.end, this.facts);
  }

  get isGoaway(): boolean {
    return this.protocol.isGoaway(this.bytes, this.start, this.end, this.facts);
  }

  get id(): RequestId {
    return this.protocol.idOf(this.bytes, this.start, this.end);
  }

  /** Milliseconds: 0 unset, negative never. */
  get timeout(): number {
    return this.protocol.timeoutOf(this.bytes, this.start, this.end, this.facts);
  }

  get service(): string | undefined {
    if (this.changed) this.apply();
    return this.protocol.serviceOf(this.bytes, this.start, this.end, this.facts);
  }

  get method(): string | undefined {
    if (this.changed) this.apply();
    return this.protocol.methodOf(this.bytes, this.start, this.end, this.facts);
  }

  get wireStatus(): number {
    return this.protocol.wireStatusOf(this.bytes, this.start, this.end, this.facts);
  }

  get status(): Status {
    return this.protocol.toCanonical(this.wireStatus);
  }

  /** The first value under `key`, without parsing the whole map if nobody has. */
  header(key: string): string | null | undefined {
    if (this.headerMap !== null) return this.headerMap.get(key);
    return this.protocol.headerOf(this.bytes, this.start, this.end, key, this.facts);
  }

  /** All headers. What is changed here reaches the wire. */
  get headers(): HeaderMap {
    if (this.headerMap === null) {
      const map = new HeaderMap(this.protocol.traits.headerCase);
      this.protocol.readHeaders(this.bytes, this.start, this.end, map, this.facts);
      this.headerMap = map;
    }
    return this.headerMap;
  }

  /** The body where it lies; a view, not to be kept. */
  get body(): Uint8Array {
    if (this.newBody !== null) return this.newBody;
    const { protocol, bytes, start, end, facts } = this;
    return bytes.subarray(
      protocol.bodyStart(bytes, start, end, facts),
      protocol.bodyEnd(bytes, start, end, facts),
    );
  }

  /** Replaces the body. The bytes are read when the frame is sent and belong to it until then. */
  set body(body: Uint8Array) {
    this.newBody = body;
  }

  /** Whether headers or body differ from what was received. */
  get changed(): boolean {
    return this.newBody !== null || (this.headerMap !== null && this.headerMap.changed);
  }

  /**
   * Carries the changes out: afterwards bytes[start, end) is the changed frame in a buffer of its own.
   * @throws EncodeError if it does not fit the protocol; the frame is as it was
   */
  apply(): void {
    if (!this.changed) return;
    const headers = this.headerMap !== null && this.headerMap.changed ? this.headerMap : null;
    const bytes = this.protocol.reencode(this.bytes, this.start, this.end, headers, this.newBody, this.facts);
    this.bytes = bytes;
    this.start = 0;
    this.end = bytes.length;
    this.headerMap = null;
    this.newBody = null;
  }

  /**
   * Changes the id: in place where the protocol allows it, else bytes[start, end) is another buffer afterwards.
   * False if the protocol has no ids.
   * @throws EncodeError if the frame would be too long; it is as it was
   */
  setId(id: RequestId): boolean {
    const { protocol, bytes, start, end, facts } = this;
    if (protocol.setId(bytes, start, end, id, facts)) return true;
    if (protocol.traits.correlation !== 'id') return false;
    this.apply();
    this.bytes = protocol.withId(this.bytes, this.start, this.end, id, facts);
    this.start = 0;
    this.end = this.bytes.length;
    this.headerMap = null;
    return true;
  }

  /** The same frame in a buffer of its own, changes carried out. */
  copy(): XFrame {
    this.apply();
    const bytes = copyBytes(this.bytes, this.start, this.end);
    return new XFrame(this.protocol, bytes, 0, bytes.length, this.facts);
  }
}
