import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { BoltSplitter } from '../support/bolt-splitter.js';
import { buildBolt, parseBolt, type ReferenceHeaders } from '../support/reference-frames.js';
import { Act, readOrders, replyContent } from './oracle.js';

/** One connection of the proxy to the upstream. */
interface Link {
  socket: Socket;
  outbox: Buffer[];
  /** Ids received and not replied to. */
  open: Set<number>;
  idle: NodeJS.Timeout | undefined;
}

/** What an upstream does that its requests do not ask for. */
export interface Manners {
  /** The headers of a reply, given those of its request; none if left out. */
  headers?(request: ReferenceHeaders): ReferenceHeaders;
  /** Closes a connection so long after its last reply, in ms; never if left out. */
  readonly idle?: number;
}

/** A bolt server that does to each request what the request says. */
export class ScriptedUpstream {
  /** Connections accepted. */
  connections = 0;
  /** Requests received. */
  requests = 0;
  /** Requests whose id was still open on their connection: the proxy gave an id away twice. */
  collisions = 0;
  /** The smallest and largest id seen. */
  lowest = Infinity;
  highest = -Infinity;
  /** Replies sent a second time. */
  duplicates = 0;
  /** Heartbeats answered. */
  heartbeats = 0;

  private isReading = true;
  private readonly server: Server;
  private readonly links = new Set<Link>();
  private readonly timers = new Set<NodeJS.Timeout>();

  constructor(private readonly manners: Manners = {}) {
    this.server = createServer({ noDelay: true }, (socket) => this.accept(socket));
  }

  /** Resolves to the port, on 127.0.0.1. */
  listen(): Promise<number> {
    return new Promise((resolve) => {
      this.server.listen(0, '127.0.0.1', () => resolve((this.server.address() as AddressInfo).port));
    });
  }

  /** How many connections are open. */
  get open(): number {
    return this.links.size;
  }

  /** Whether it reads what the proxy sends; connections stay open while it does not. */
  set reading(on: boolean) {
    this.isReading = on;
    for (const { socket } of this.links) {
      if (on) socket.resume();
      else socket.pause();
    }
  }

  /** Connections that are open are reset. */
  resetAll(): void {
    for (const { socket } of this.links) socket.resetAndDestroy();
  }

  close(): void {
    for (const timer of this.timers) clearTimeout(timer);
    for (const { socket } of this.links) socket.destroy();
    this.server.close();
  }

  private accept(socket: Socket): void {
    this.connections++;
    const link: Link = { socket, outbox: [], open: new Set(), idle: undefined };
    this.links.add(link);
    const splitter = new BoltSplitter((b, start, end) => this.onRequest(link, b, start, end));
    socket.on('data', (chunk: Buffer) => splitter.push(chunk));
    if (!this.isReading) socket.pause();
    socket.on('error', () => {});
    socket.on('close', () => {
      this.links.delete(link);
      clearTimeout(link.idle);
    });
  }

  private onRequest(link: Link, b: Buffer, start: number, end: number): void {
    const id = b.readUInt32BE(start + 5);
    if (b.readUInt16BE(start + 2) === 0) {
      this.heartbeats++;
      this.write(link, buildBolt({ type: 0, cmd: 0, id }));
      return;
    }
    this.requests++;
    if (link.open.has(id)) this.collisions++;
    link.open.add(id);
    this.lowest = Math.min(this.lowest, id);
    this.highest = Math.max(this.highest, id);
    const content = Buffer.from(
      b.subarray(start + 22 + b.readUInt16BE(start + 14) + b.readUInt16BE(start + 16), end),
    );
    const { token, act, delay, size } = readOrders(content);
    if (act === Act.hold) return;
    const headers = this.manners.headers?.(parseBolt(b.subarray(start, end)).headers) ?? [];
    const reply = (asked: number): Buffer =>
      buildBolt({ type: 0, cmd: 2, id: asked, headers, content: replyContent(token, size) });
    this.after(delay, () => {
      link.open.delete(id);
      if (act === Act.unknownId) this.write(link, reply((id + 100_000) % 2 ** 31));
      this.write(link, reply(id));
      if (act === Act.twice) {
        this.duplicates++;
        this.write(link, reply(id));
      }
      if (act === Act.idleReply) this.after(100, () => this.write(link, reply(id)));
    });
  }

  private after(ms: number, run: () => void): void {
    if (ms === 0) return run();
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      run();
    }, ms);
    this.timers.add(timer);
  }

  /** The frames of one turn go out in one write. */
  private write(link: Link, frame: Buffer): void {
    if (link.socket.destroyed) return;
    link.outbox.push(frame);
    if (link.outbox.length > 1) return;
    setImmediate(() => {
      if (!link.socket.destroyed) link.socket.write(Buffer.concat(link.outbox));
      link.outbox = [];
      const { idle } = this.manners;
      if (idle === undefined) return;
      clearTimeout(link.idle);
      link.idle = setTimeout(() => link.socket.destroy(), idle);
    });
  }
}
