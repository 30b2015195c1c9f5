import { connect, type Socket } from 'node:net';
import { referenceLength } from './reference-frames.js';

/** A socket that gives and takes whole frames of bolt, bolt2 and x_example. */
export class FrameSocket {
  private readonly frames: Buffer[] = [];
  private readonly waiting: ((frame: Buffer | null) => void)[] = [];
  private rest: Buffer = Buffer.alloc(0);
  private closed = false;

  constructor(private readonly socket: Socket) {
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => {
      this.rest = Buffer.concat([this.rest, chunk]);
      for (let length; (length = referenceLength(this.rest, 0)) > 0 && length <= this.rest.length;) {
        this.deliver(this.rest.subarray(0, length));
        this.rest = this.rest.subarray(length);
      }
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.closed = true;
      for (const take of this.waiting.splice(0)) take(null);
    });
  }

  static connect(port: number): FrameSocket {
    return new FrameSocket(connect({ port, host: '127.0.0.1' }));
  }

  send(...frames: Uint8Array[]): void {
    this.socket.write(Buffer.concat(frames));
  }

  /** The next frame, or null once the other side has closed; rejects after `ms`. */
  next(ms = 3000): Promise<Buffer | null> {
    const ready = this.frames.shift();
    if (ready !== undefined) return Promise.resolve(ready);
    if (this.closed) return Promise.resolve(null);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no frame within ${ms} ms`)), ms);
      this.waiting.push((frame) => {
        clearTimeout(timer);
        resolve(frame);
      });
    });
  }

  close(): void {
    this.socket.destroy();
  }

  private deliver(frame: Buffer): void {
    const take = this.waiting.shift();
    if (take !== undefined) take(frame);
    else this.frames.push(frame);
  }
}
