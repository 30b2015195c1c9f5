import { FrameKind, type RequestFacts, type RequestId, type XProtocol } from '@proto-frame/api';
import {
  ClientConnection,
  type ClientConnectionOptions,
  type ClientConnectionOwner,
} from './client-connection.js';
import { NO_ID } from './id-allocator.js';
import type { ClientStream } from './stream.js';

/** Whose connection it is. */
export interface BoundCaller {
  /** Queues a frame from the host for the caller. */
  forward(bytes: Uint8Array, at: number, end: number, from: BoundConnection): void;
  /** The connection is no more. @param opened whether it ever was connected */
  unbind(connection: BoundConnection, opened: boolean): void;
}

/** Requests of one caller under way, where replies can't be read without them. */
const MOST_REMEMBERED = 4096;

/** What send gives for a request that is on its way: nobody waits for its replies. */
export const FORWARDED = -3;

/**
 * A connection to a host that belongs to one caller: frames go both ways as they are, and the two
 * connections close together. Until it is connected requests can fail one by one.
 */
export class BoundConnection extends ClientConnection {
  /**
   * Replies that are still to come, if the host sends one for each request. It may send more: what is
   * counted only says whether now is a good moment to close.
   */
  outstanding = 0;

  /** Those sent before it was connected, by what {@link send} gave for them. */
  private waiting: (ClientStream | null)[] = [];
  /** Of the requests under way by their ids or their order, where replies can't be read without. */
  private readonly facts = new Map<RequestId, RequestFacts>();
  private readonly byOrder: boolean;
  /** Requests kept, and replies taken, where order says whose a reply is. */
  private kept = 0;
  private taken = 0;

  constructor(
    options: ClientConnectionOptions,
    owner: ClientConnectionOwner,
    private readonly caller: BoundCaller,
  ) {
    super(options, owner);
    this.byOrder = options.protocol.traits.correlation === 'order';
  }

  get usable(): boolean {
    return !this.retired;
  }

  get quarantined(): number {
    return 0;
  }

  protected get awaited(): number {
    return this.waiting.length;
  }

  send(bytes: Uint8Array, at: number, end: number, stream: ClientStream): number {
    if (this.asksRequests && !this.remember(bytes, at, end, stream)) return NO_ID;
    this.sendOneway(bytes, at, end);
    this.outstanding++;
    if (this.open && !this.closed) return FORWARDED;
    this.inFlight++;
    return this.waiting.push(stream) - 1;
  }

  sendOneway(bytes: Uint8Array, at: number, end: number): number {
    this.frames.write(bytes, at, end);
    this.countRequest();
    return 0;
  }

  /** A frame of the caller's that is no request. */
  sendOther(bytes: Uint8Array, at: number, end: number): void {
    this.frames.write(bytes, at, end);
  }

  /** The bytes are queued behind those of others, so that all have to start again. */
  cancel(id: number): void {
    if (this.waiting[id] === undefined || this.waiting[id] === null) return;
    this.waiting[id] = null;
    this.inFlight--;
    this.giveUp();
  }

  /** The caller will send no more. */
  end(): void {
    this.connection.end();
  }

  /** Never closes because nobody waits for a reply: what comes and goes here is the caller's affair. */
  override retire(): void {
    this.retired = true;
  }

  override onClose(): void {
    this.caller.unbind(this, this.open);
    super.onClose();
  }

  protected override opened(): void {
    const { waiting } = this;
    this.waiting = [];
    this.inFlight = 0;
    for (const stream of waiting) stream?.onForwarded();
  }

  /** Keeps what the replies to a request are read by; false if too many are under way. */
  private remember(bytes: Uint8Array, at: number, end: number, { facts }: ClientStream): boolean {
    if (facts === null) return true;
    if (this.facts.size >= MOST_REMEMBERED) return false;
    this.facts.set(this.byOrder ? this.kept++ : this.options.protocol.idOf(bytes, at, end), facts);
    return true;
  }

  /** What a reply was checked by of its request; null if it answers none. @throws DecodeError */
  private takeFacts(bytes: Uint8Array, at: number, end: number): RequestFacts | null {
    const id = this.byOrder ? this.taken : this.replies.idOf(bytes, at, end);
    const facts = this.facts.get(id);
    if (facts === undefined) return null;
    this.facts.delete(id);
    this.taken++;
    this.replies.check(bytes, at, end, facts);
    return facts;
  }

  protected override dispatch(replies: XProtocol, bytes: Uint8Array, at: number, end: number): void {
    if (!this.asksRequests) replies.check(bytes, at, end);
    const kind = replies.kindOf(bytes, at, end);
    if (kind === FrameKind.response) this.onResponse(bytes, at, end);
    else {
      if (kind === FrameKind.push) for (const stats of this.options.stats) stats.pushesForwarded++;
      else if (replies.isGoaway(bytes, at, end)) this.countGoaway();
      this.caller.forward(bytes, at, end, this);
    }
  }

  protected onResponse(bytes: Uint8Array, at: number, end: number): void {
    const { replies } = this;
    const facts = this.asksRequests ? this.takeFacts(bytes, at, end) : null;
    if (this.asksRequests && facts === null) {
      this.onStray(true);
      return;
    }
    const status = replies.toCanonical(replies.wireStatusOf(bytes, at, end, facts));
    for (const stats of this.options.stats) stats.responses.add(status);
    if (this.outstanding > 0) this.outstanding--;
    this.caller.forward(bytes, at, end, this);
  }

  protected writeHeartbeat(): number {
    return NO_ID; // The caller sends its own.
  }

  protected forgetHeartbeat(): void {
    // There is none.
  }

  protected clear(): ClientStream[] {
    return this.waiting.splice(0).filter((stream) => stream !== null);
  }
}
