import { ClientConnection } from './client-connection.js';
import { NO_ID } from './id-allocator.js';
import { OrderQueue } from './order-queue.js';
import type { ClientStream } from './stream.js';

/** A connection to a host that answers in the order of the requests. */
export class OrderConnection extends ClientConnection {
  private readonly queue = new OrderQueue<ClientStream>();
  /** How many had been served when the keepalive asked last. */
  private served = 0;

  get usable(): boolean {
    return !this.retired && !this.queue.full;
  }

  get quarantined(): number {
    return this.queue.abandoned;
  }

  protected get awaited(): number {
    return this.queue.length;
  }

  send(bytes: Uint8Array, at: number, end: number, stream: ClientStream): number {
    const replies = Math.max(1, this.options.protocol.expects(bytes, at, end));
    const ticket = this.queue.push(stream, replies);
    if (ticket < 0) return NO_ID;
    this.inFlight++;
    this.frames.write(bytes, at, end);
    this.countRequest();
    return ticket;
  }

  sendOneway(bytes: Uint8Array, at: number, end: number): number {
    this.frames.write(bytes, at, end);
    this.countRequest();
    this.owner.onReplied(this);
    return 0;
  }

  cancel(ticket: number): void {
    this.queue.abandon(ticket);
    this.inFlight--;
    this.cancelled();
  }

  override onBytes(): void {
    super.onBytes();
    this.queue.mark();
  }

  override progressed(): boolean {
    const before = this.served;
    this.served = this.queue.served;
    return this.served !== before || this.connection.holds > 0;
  }

  protected writeHeartbeat(stream: ClientStream): number {
    this.served = this.queue.served;
    const ticket = this.queue.push(stream, 1);
    if (ticket < 0) return NO_ID;
    if (this.writeOwn(0)) return ticket;
    this.queue.unpush();
    return NO_ID;
  }

  protected forgetHeartbeat(ticket: number): void {
    this.queue.abandon(ticket);
  }

  protected onResponse(bytes: Uint8Array, at: number, end: number): void {
    const { queue } = this;
    if (queue.unasked) {
      this.onStray(true);
      return;
    }
    if (this.asksRequests) this.checkBy(queue.first, bytes, at, end);
    const stream = queue.take();
    const { more } = queue;
    if (stream === null) {
      this.onStray(false);
    } else if (stream === this.keepalive) this.onHeartbeatReply();
    else {
      if (!more) this.inFlight--;
      stream.onReply(bytes, at, end, more);
      if (!more) this.replied();
    }
  }

  protected clear(): ClientStream[] {
    return this.queue.clear();
  }
}
