import { connect, type Socket } from 'node:net';
import { type BoltFrame, BoltReader, boltRequest, type BoltRequestOptions } from './bolt-frames.js';

/** A bolt caller that notes all it receives. */
export class BoltClient {
  /** Everything received, in order. */
  readonly frames: BoltFrame[] = [];
  ended = false;
  closed = false;
  private readonly waiting: (() => void)[] = [];

  private constructor(readonly socket: Socket) {
    const reader = new BoltReader();
    socket.on('data', (chunk: Buffer) => {
      this.frames.push(...reader.push(chunk));
      this.wake();
    });
    socket.on('end', () => {
      this.ended = true;
      this.wake();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.closed = true;
      this.wake();
    });
  }

  static async open(port: number): Promise<BoltClient> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return new BoltClient(socket);
  }

  send(id: number, body: string | Buffer, options: BoltRequestOptions = {}, service = 'test'): void {
    this.socket.write(boltRequest(id, service, Buffer.from(body), options));
  }

  /** The frames once there are `count`; fails after `within` ms or when the connection closed first. */
  async received(count: number, within = 5_000): Promise<BoltFrame[]> {
    await this.until(() => this.frames.length >= count, `${count} frames`, within);
    return this.frames;
  }

  /** Waits until `condition` holds; it is looked at whenever something arrives, and every 5 ms. */
  async until(condition: () => boolean, what: string, within = 5_000): Promise<void> {
    const end = Date.now() + within;
    while (!condition()) {
      if (Date.now() > end)
        throw new Error(`waited ${within} ms for ${what}, have ${this.frames.length} frames`);
      if (this.closed && !condition()) throw new Error(`closed while waiting for ${what}`);
      await new Promise<void>((resolve) => {
        this.waiting.push(resolve);
        setTimeout(resolve, 5);
      });
    }
  }

  /** Waits until the proxy has closed the connection. */
  async closedByPeer(within = 5_000): Promise<void> {
    const end = Date.now() + within;
    while (!this.closed && !this.ended) {
      if (Date.now() > end) throw new Error(`not closed within ${within} ms`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    this.socket.destroy();
  }

  private wake(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}

/** Waits until `condition` holds. */
export async function eventually(condition: () => boolean, what: string, within = 5_000): Promise<void> {
  const end = Date.now() + within;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`waited ${within} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
