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
  /** The services that its requests were for. */
  services: Set<string>;
}

/** When half a reply is sent, in ms: after some whole ones. */
const HALF_MS = 50;
/** Bolt's own status codes. */
const ERROR = 1;
const BUSY = 4;

/** What an upstream does that its requests do not ask for. */
export interface Manners {
  /** The headers of a reply, given those of its request; none if left out. */
  headers?(request: ReferenceHeaders): ReferenceHeaders;
  /** Closes a connection so long after its last reply, in ms; never if left out. */
  readonly idle?: number;
  /** How often each request came, by its token in hex; noted if given. Several upstreams may share it. */
  readonly seen?: Map<string, number>;
  /** What every reply holds instead of what it should. */
  readonly reply?: Buffer;
  /** Half a reply was sent. */
  onHalf?(): void;
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
  /** While true every request fails, whatever it says. */
  failing = false;
  /** When the last request came, ms on performance.now(). */
  lastRequest = 0;
  /** The timeout in the last request, ms. */
  lastTimeout = 0;
  /** Of connections that were used by more than one service. */
  mixed = 0;

  private isReading = true;
  private muted = false;
  private readonly server: Server;
  private readonly links = new Set<Link>();
  private readonly timers = new Set<NodeJS.Timeout>();

  constructor(private readonly manners: Manners = {}) {
    this.server = createServer({ noDelay: true }, (socket) => this.accept(socket));
  }

  /** Resolves to the port, on 127.0.0.1. @param port 0 for any free one */
  listen(port = 0): Promise<number> {
    return new Promise((resolve) => {
      this.server.listen(port, '127.0.0.1', () => resolve((this.server.address() as AddressInfo).port));
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
    const link: Link = { socket, outbox: [], open: new Set(), idle: undefined, services: new Set() };
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
      if (link.open.has(id)) this.collisions++;
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
    this.lastRequest = performance.now();
    this.lastTimeout = b.readInt32BE(start + 10);
    this.noteService(link, b, start, end);
    const before = this.seenBefore(token);
    if (act === Act.hold || (act === Act.busyThenHold && before > 0)) return;
    const headers = this.manners.headers?.(parseBolt(b.subarray(start, end)).headers) ?? [];
    const reply = (asked: number): Buffer => {
      const body = this.manners.reply ?? replyContent(token, size);
      return buildBolt({ type: 0, cmd: 2, id: asked, headers, content: body });
    };
    if (act === Act.half) {
      this.after(HALF_MS, () => {
        this.write(link, reply(id).subarray(0, delay));
        this.muted = true;
        // Behind the turn in which it is written.
        setImmediate(() => setImmediate(() => this.manners.onHalf?.()));
      });
      return;
    }
    this.after(delay, () => {
      if (act === Act.hangUp) {
        link.socket.destroy();
        return;
      }
      link.open.delete(id);
      const refused = before === 0 && (act === Act.busyOnce || act === Act.busyThenHold);
      if (act === Act.busy || refused || act === Act.fail || this.failing) {
        const status = act === Act.fail || this.failing ? ERROR : BUSY;
        this.write(link, buildBolt({ type: 0, cmd: 2, id, status }));
        return;
      }
      if (act === Act.unknownId) this.write(link, reply((id + 100_000) % 2 ** 31));
      this.write(link, reply(id));
      if (act === Act.twice) {
        this.duplicates++;
        this.write(link, reply(id));
      }
      if (act === Act.extra) this.write(link, Buffer.from('EVIL'));
      if (act === Act.extraHalf) {
        this.write(link, reply(id).subarray(0, 30));
        setImmediate(() => link.socket.end());
      }
      if (act === Act.idleReply) this.after(100, () => this.write(link, reply(id)));
    });
  }

  /** How often a request came before, to whichever upstream. */
  private seenBefore(token: Buffer): number {
    const { seen } = this.manners;
    if (seen === undefined) return 0;
    const key = token.toString('hex');
    const before = seen.get(key) ?? 0;
    seen.set(key, before + 1);
    return before;
  }

  private noteService(link: Link, b: Buffer, start: number, end: number): void {
    const head = b.toString('latin1', start, Math.min(end, start + 120));
    const service = /com\.demo\.(?:Echo|Other)/.exec(head)?.[0];
    if (service === undefined || link.services.has(service)) return;
    link.services.add(service);
    if (link.services.size === 2) this.mixed++;
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
    if (link.socket.destroyed || this.muted) return;
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
