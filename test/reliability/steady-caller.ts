import { connect, type Socket } from 'node:net';
import { BoltSplitter } from '../support/bolt-splitter.js';
import type { Random } from '../support/random.js';
import { buildBolt, type ReferenceHeaders } from '../support/reference-frames.js';
import { Act, isReplyTo, type Orders, requestContent, TOKEN_BYTES, type Verdict } from './oracle.js';

export interface SteadyOptions {
  readonly port: number;
  readonly random: Random;
  readonly verdict: Verdict;
  /** Requests under way at a time, 1 if left out. */
  readonly inFlight?: number;
  /** ms between a reply and the request that takes its place; none if left out. */
  readonly pause?: number | (() => number);
  /** Before the first request in each place, ms; none if left out. */
  readonly ramp?: () => number;
  /** In each frame, ms. */
  readonly timeout?: number;
  readonly headers?: ReferenceHeaders;
  /** Follows what the upstream reads of a request. */
  readonly padding?: Buffer;
  /** For how long it waits for replies once it is stopped, in ms; 15 s if left out. */
  readonly patience?: number;
  /** Reads nothing, and does not come back once it is cut off. */
  readonly deaf?: boolean;
  /** What the upstream is to do; reply at once if left out. */
  orders?(): Orders;
  /** Sees each reply that is right, at b[start, end). */
  onReply?(b: Buffer, start: number, end: number): void;
  /** Sees each reply whose status is an error's. */
  onError?(b: Buffer, start: number, end: number): void;
}

interface Waiting {
  readonly token: Buffer;
  readonly size: number;
  readonly since: number;
}

/** One of its connections. */
interface Link {
  readonly socket: Socket;
  readonly waiting: Map<number, Waiting>;
  readonly outbox: Buffer[];
  /** The proxy asked for no more requests. */
  leaving: boolean;
}

const SERVICE: ReferenceHeaders = [['service', 'com.demo.Echo:1.0']];
const AT_ONCE: Orders = { act: Act.reply, delay: 0, size: 0 };
const GOAWAY = 100;
/** Before it connects again where it was refused, in ms. */
const RECONNECT_MS = 20;
/** What was not answered so long after the last request is missing. */
const STALL_MS = 15_000;

/**
 * A caller as one in production behaves: it keeps requests under way, connects again when its connection
 * closes, and when asked to leave goes on over a new connection while the old one finishes.
 */
export class SteadyCaller {
  sent = 0;
  /** Connects that failed. */
  refused = 0;
  /** Goaways heeded. */
  goaways = 0;
  /** Connections that closed with requests under way. */
  cut = 0;
  /** ms each request that was answered took. */
  took: number[] = [];
  /** ms each request took that was answered with an error. */
  readonly failed: number[] = [];
  /** How many replies had which error status of bolt's. */
  readonly errors = new Map<number, number>();

  private readonly links = new Set<Link>();
  private current: Link | null = null;
  private stopping = false;
  private onIdle: () => void = () => {};

  private port: number;

  constructor(private readonly options: SteadyOptions) {
    this.port = options.port;
  }

  start(): this {
    this.connect();
    return this;
  }

  /** The next connection goes to another port. */
  moveTo(port: number): void {
    this.port = port;
  }

  /** Sends no more; resolves when all requests have ended. */
  async stop(): Promise<void> {
    this.stopping = true;
    const idle = new Promise<void>((resolve) => (this.onIdle = resolve));
    const timer = setTimeout(() => this.onIdle(), this.options.patience ?? STALL_MS);
    // Of a socket that is not read nobody hears that it was reset.
    if (this.options.deaf) for (const { socket } of this.links) socket.resume();
    this.settle();
    await idle;
    clearTimeout(timer);
    for (const { socket, waiting } of this.links) {
      this.options.verdict.missing += waiting.size;
      waiting.clear();
      socket.destroy();
    }
  }

  private connect(): void {
    const socket = connect({ port: this.port, host: '127.0.0.1', noDelay: true });
    const link: Link = { socket, waiting: new Map(), outbox: [], leaving: false };
    this.links.add(link);
    this.current = link;
    let connected = false;
    const splitter = new BoltSplitter((b, start, end) => this.onFrame(link, b, start, end));
    socket.on('data', (chunk: Buffer) => splitter.push(chunk));
    if (this.options.deaf) socket.pause();
    socket.on('error', () => {});
    socket.once('connect', () => {
      connected = true;
      const { ramp, inFlight = 1 } = this.options;
      for (let id = 1; id <= inFlight; id++) {
        if (ramp === undefined) this.send(link, id);
        else setTimeout(() => this.send(link, id), ramp());
      }
    });
    socket.on('close', () => {
      this.links.delete(link);
      this.options.verdict.closed += link.waiting.size;
      if (link.waiting.size > 0) this.cut++;
      link.waiting.clear();
      if (!connected && !this.stopping) this.refused++;
      if (this.current === link) this.current = null;
      if (this.stopping) this.settle();
      else if (this.current === null && !this.options.deaf) this.reconnect(connected ? 0 : RECONNECT_MS);
    });
  }

  private reconnect(delay: number): void {
    setTimeout(() => {
      if (!this.stopping && this.current === null) this.connect();
    }, delay);
  }

  private send(link: Link, id: number): void {
    if (this.stopping || link.leaving || link.socket.destroyed) return;
    const { random, timeout = 30_000, headers = SERVICE, orders, padding } = this.options;
    const order = orders === undefined ? AT_ONCE : orders();
    const token = random.bytes(TOKEN_BYTES);
    link.waiting.set(id, { token, size: order.size, since: performance.now() });
    this.sent++;
    const plain = requestContent(token, order);
    const content = padding === undefined ? plain : Buffer.concat([plain, padding]);
    link.outbox.push(buildBolt({ id, timeout, headers, content }));
    if (link.outbox.length > 1) return;
    // What a turn brings forth goes out in one write.
    queueMicrotask(() => {
      link.socket.write(link.outbox.length === 1 ? link.outbox[0]! : Buffer.concat(link.outbox));
      link.outbox.length = 0;
    });
  }

  private onFrame(link: Link, b: Buffer, start: number, end: number): void {
    if (b.readUInt16BE(start + 2) === GOAWAY) {
      this.leave(link);
      return;
    }
    const { verdict, pause = 0, onReply, onError } = this.options;
    const id = b.readUInt32BE(start + 5);
    const waiting = link.waiting.get(id);
    if (waiting === undefined) {
      verdict.duplicate++;
      return;
    }
    link.waiting.delete(id);
    const status = b.readUInt16BE(start + 10);
    const content = b.subarray(start + 20 + b.readUInt16BE(start + 12) + b.readUInt16BE(start + 14), end);
    if (status !== 0) {
      verdict.localError++;
      this.failed.push(performance.now() - waiting.since);
      this.errors.set(status, (this.errors.get(status) ?? 0) + 1);
      onError?.(b, start, end);
    } else if (isReplyTo(waiting.token, waiting.size, content)) {
      verdict.ok++;
      this.took.push(performance.now() - waiting.since);
      onReply?.(b, start, end);
    } else verdict.wrong++;
    if (pause === 0) this.send(link, id);
    else setTimeout(() => this.send(link, id), typeof pause === 'number' ? pause : pause());
    if (link.leaving && link.waiting.size === 0) link.socket.end();
    this.settle();
  }

  private leave(link: Link): void {
    this.goaways++;
    link.leaving = true;
    if (this.current === link && !this.stopping) this.connect();
    if (link.waiting.size === 0) link.socket.end();
  }

  private settle(): void {
    if (!this.stopping) return;
    for (const { waiting } of this.links) if (waiting.size > 0) return;
    this.onIdle();
  }
}

/** The value below which `share` of all lie; 0 of none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
