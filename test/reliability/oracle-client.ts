import { connect, type Socket } from 'node:net';
import { BoltSplitter } from '../support/bolt-splitter.js';
import type { Random } from '../support/random.js';
import { buildBolt } from '../support/reference-frames.js';
import { isReplyTo, type Orders, requestContent, TOKEN_BYTES, type Verdict } from './oracle.js';

export interface ClientOptions {
  port: number;
  /** How many requests to send, and how many of them at a time. */
  requests: number;
  inFlight: number;
  /** The timeout in each frame, ms. */
  timeout: number;
  random: Random;
  verdict: Verdict;
  /** What the upstream is to do with the n-th request. */
  orders(n: number): Orders;
  /** Which service is asked for; com.demo.Echo:1.0 if left out. */
  service?: string;
  /** Resets the connection then, whatever is under way. */
  leave?: Promise<unknown>;
  /** For how long nothing may happen before it gives up, and what it waits for is missing; 15 s if left out. */
  patience?: number;
  /** A request has ended `took` ms after it was sent. */
  onEnded?(how: 'ok' | 'localError' | 'wrong', took: number): void;
}

interface Waiting {
  token: Buffer;
  size: number;
  /** ms on performance.now() */
  since: number;
}

/** After so long without any progress a client gives up, and what it waits for is missing. */
const STALL_MS = 15_000;

/**
 * One downstream connection that keeps `inFlight` requests under way with the ids 1 to `inFlight`, the same
 * as every other client, and judges each answer.
 */
export class OracleClient {
  private readonly socket: Socket;
  private readonly waiting = new Map<number, Waiting>();
  private sent = 0;
  private ended = 0;
  private outbox: Buffer[] = [];
  private finish: () => void = () => {};
  private stall: NodeJS.Timeout | undefined;
  /** Bytes received that no frame was made of yet. */
  private readonly splitter = new BoltSplitter((b, start, end) => this.onReply(b, start, end));

  constructor(private readonly options: ClientOptions) {
    this.socket = connect({ port: options.port, host: '127.0.0.1', noDelay: true });
  }

  /** Resolves once every request has ended, or nothing has happened for 15 s. */
  run(): Promise<void> {
    const { inFlight, requests } = this.options;
    return new Promise((resolve) => {
      this.finish = () => {
        clearTimeout(this.stall);
        this.options.verdict.missing += this.waiting.size;
        this.waiting.clear();
        this.finish = () => {};
        this.socket.destroy();
        resolve();
      };
      this.stall = setTimeout(() => this.finish(), this.options.patience ?? STALL_MS);
      this.socket.on('data', (chunk: Buffer) => {
        this.stall!.refresh();
        this.splitter.push(chunk);
        this.flush();
        if (this.ended === requests) this.finish();
      });
      this.socket.on('error', () => {});
      this.socket.on('close', () => {
        // What was never sent ends with the connection as well: the caller got no answer to it.
        this.options.verdict.closed += requests - this.ended;
        this.waiting.clear();
        this.finish();
      });
      void this.options.leave?.then(() => this.socket.resetAndDestroy());
      this.socket.once('connect', () => {
        for (let id = 1; id <= Math.min(inFlight, requests); id++) this.send(id);
        this.flush();
      });
    });
  }

  private send(id: number): void {
    const { options } = this;
    const orders = options.orders(this.sent++);
    const token = options.random.bytes(TOKEN_BYTES);
    this.waiting.set(id, { token, size: orders.size, since: performance.now() });
    const content = requestContent(token, orders);
    const headers = [['service', options.service ?? 'com.demo.Echo:1.0']] as const;
    this.outbox.push(buildBolt({ id, timeout: options.timeout, headers, content }));
  }

  private flush(): void {
    if (this.outbox.length === 0) return;
    this.socket.write(this.outbox.length === 1 ? this.outbox[0]! : Buffer.concat(this.outbox));
    this.outbox = [];
  }

  private onReply(b: Buffer, start: number, end: number): void {
    const { verdict, requests } = this.options;
    const id = b.readUInt32BE(start + 5);
    const waiting = this.waiting.get(id);
    if (waiting === undefined) {
      verdict.duplicate++;
      return;
    }
    this.waiting.delete(id);
    this.ended++;
    const content = b.subarray(start + 20 + b.readUInt16BE(start + 12) + b.readUInt16BE(start + 14), end);
    const right = isReplyTo(waiting.token, waiting.size, content);
    const how = b.readUInt16BE(start + 10) !== 0 ? 'localError' : right ? 'ok' : 'wrong';
    verdict[how]++;
    this.options.onEnded?.(how, performance.now() - waiting.since);
    if (this.sent < requests) this.send(id);
  }
}
