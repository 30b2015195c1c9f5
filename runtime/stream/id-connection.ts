import {
  ClientConnection,
  type ClientConnectionOptions,
  type ClientConnectionOwner,
} from './client-connection.js';
import { IdAllocator, NO_ID } from './id-allocator.js';
import type { ClientStream } from './stream.js';

/**
 * A connection to a host whose replies are found by their ids: requests get ids of our own, written into
 * them.
 */
export class IdConnection extends ClientConnection {
  private readonly ids: IdAllocator<ClientStream>;

  constructor(options: ClientConnectionOptions, owner: ClientConnectionOwner) {
    super(options, owner);
    this.ids = new IdAllocator(options.protocol.traits);
    this.ids.setNext(options.firstRequestId);
  }

  get usable(): boolean {
    return !this.retired && !this.ids.exhausted;
  }

  /** How many ids wait for late replies. */
  get quarantined(): number {
    return this.ids.quarantined;
  }

  protected get awaited(): number {
    return this.ids.inFlight + this.ids.quarantined;
  }

  send(bytes: Uint8Array, at: number, end: number, stream: ClientStream): number {
    const id = this.ids.allocate(stream);
    if (id === NO_ID) return NO_ID;
    let written = false;
    try {
      this.writeWithId(bytes, at, end, id);
      written = true;
    } finally {
      // Whatever happened: nobody may be found under an id that is not on the wire.
      if (!written) {
        this.ids.take(id);
        this.owner.onReplied(this);
      }
    }
    this.inFlight++;
    this.countRequest();
    return id;
  }

  sendOneway(bytes: Uint8Array, at: number, end: number): number {
    const id = this.ids.allocate(NOBODY);
    if (id === NO_ID) return NO_ID;
    this.ids.take(id);
    try {
      this.writeWithId(bytes, at, end, id);
      this.countRequest();
    } finally {
      this.owner.onReplied(this);
    }
    return id;
  }

  cancel(id: number): void {
    this.ids.quarantine(id);
    this.inFlight--;
    if (this.ids.spoiled) this.retire();
    else this.keepalive?.probe();
    this.cancelled();
  }

  protected writeHeartbeat(stream: ClientStream): number {
    const id = this.ids.allocate(stream);
    if (id === NO_ID) return NO_ID;
    if (this.writeOwn(id)) return id;
    this.ids.take(id);
    return NO_ID;
  }

  protected forgetHeartbeat(id: number): void {
    this.ids.quarantine(id);
  }

  protected onResponse(bytes: Uint8Array, at: number, end: number): void {
    const id = this.replies.idOf(bytes, at, end);
    if (this.asksRequests) this.checkBy(this.ids.ownerOf(id), bytes, at, end);
    const stream = this.ids.take(id);
    if (stream === null) {
      const stray = this.ids.absorb(id);
      this.onStray(stray === 'unknown' || (stray === 'duplicate' && this.idleAtChunk));
    } else if (stream === this.keepalive) this.onHeartbeatReply();
    else {
      this.inFlight--;
      stream.onReply(bytes, at, end, false);
      this.replied();
    }
  }

  protected clear(): ClientStream[] {
    return this.ids.clear();
  }

  private writeWithId(bytes: Uint8Array, at: number, end: number, id: number): void {
    const { protocol } = this.options;
    if (protocol.setId(bytes, at, end, id)) this.frames.write(bytes, at, end);
    else {
      const frame = protocol.withId(bytes, at, end, id);
      this.frames.write(frame, 0, frame.length);
    }
  }
}

/** Who waits for the answer to a oneway frame. */
const NOBODY: ClientStream = { facts: null, onReply() {}, onReset() {}, onForwarded() {} };
