import type { TLSSocket } from 'node:tls';
import type { Sink } from './write-queue.js';

/**
 * A secured socket to write to. Unlike a plain one it never passes bytes on within the call, however free the
 * kernel is, so it has to say when it has.
 */
export class SecuredSink implements Sink {
  constructor(
    private readonly socket: TLSSocket,
    private readonly onTaken: () => void,
  ) {}

  get writableLength(): number {
    return this.socket.writableLength;
  }

  write(bytes: Uint8Array): boolean {
    return this.socket.write(bytes, this.onTaken);
  }

  cork(): void {
    this.socket.cork();
  }

  uncork(): void {
    this.socket.uncork();
  }
}
