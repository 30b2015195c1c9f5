import type { Socket } from 'node:net';
import type { Server, TLSSocket } from 'node:tls';
import { Timer } from '../timing-wheel.js';
import type { Resumable, WorkerLoop } from '../worker-loop.js';
import { alternativeNames } from './alternative-names.js';
import { clientHello, Hello } from './client-hello.js';
import type { ServerTlsContext } from './server-context.js';
import { tlsReason } from './tls-reason.js';

/** What a listener makes of callers before anything is read of them. */
export interface TlsSettings {
  readonly context: ServerTlsContext;
  /**
   * From accept to the end of the handshake, the wait for its turn included, in ms; where plaintext is taken as
   * well, from the first byte.
   */
  readonly handshakeTimeout: number;
  /** Handshakes at work at a time. */
  readonly maxHandshakes: number;
  /** How long a caller may say nothing where plaintext is taken as well, in ms, 0: for ever; null: it is not. */
  readonly plaintextAfter: number | null;
  /** Whether a caller whose certificate has these names may stay; null: any may. */
  readonly admits: ((name: string) => boolean) | null;
}

/** Counters of one listener, as far as handshakes fill them. */
export interface TlsStats {
  tlsHandshakes: number;
  /** Those that broke off, and first bytes that are none. */
  tlsFailures: number;
  tlsTimeouts: number;
  /** Ended with a certificate that is not accepted. */
  tlsRejected: number;
  /** Not begun, because too many others waited before them. */
  tlsRefused: number;
  tlsActive: number;
}

/** Who gets the connections. */
export interface TlsAcceptorOwner {
  /** @param names in the caller's certificate, verified; empty without one */
  onSecured(socket: TLSSocket, names: readonly string[]): void;
  onPlaintext(socket: Socket): void;
  /** A caller was turned away. */
  onTurnedAway(socket: Socket, reason: string): void;
}

/** Handshakes that are begun in one turn: each costs about a millisecond that others wait. */
const BEGUN_PER_TURN = 4;
/**
 * With less than this share of its time left a handshake is not begun: it would be in vain. Nor with less than
 * twice what handshakes take at the moment, but always with half of its time.
 */
const LEAST_LEFT = 0.1;
const ALWAYS_ENOUGH = 0.5;
/** How much one handshake counts in the mean of what they take, and one period in that of how many end. */
const NEWEST = 1 / 8;
const NEWEST_PERIOD = 1 / 4;
/** The pace of handshakes is believed after this share of the time that each one has. */
const PACE_KNOWN = 0.4;
/** The queue may be so many times as long as the pace allows for: it may well grow. */
const QUEUE_FACTOR = 2;
/** How often it is looked whether the queue is too long, in ms. */
const SHED_PERIOD_MS = 100;
/** A fatal alert, internal_error (RFC 8446 6): there is none that says "busy". */
const ALERT = Uint8Array.of(21, 3, 3, 0, 2, 2, 80);
/** After so long a handshake counts no more for maxHandshakes, in ms: it waits for the caller, not for us. */
const AT_WORK_MS = 1_000;

/**
 * Turns accepted sockets into secured ones. A caller costs next to nothing until its whole ClientHello is
 * there; then its handshake waits for its turn: a few are begun in a turn of the event loop, and a limited
 * number is at work, so that a flood of them leaves room for other traffic. Those whose turn will not come in
 * time are refused as soon as that shows, so that those that are begun can end.
 */
export class TlsAcceptor implements Resumable {
  private settings: TlsSettings;
  private server: Server;
  /** All that are not secured yet. */
  private readonly pending = new Map<Socket, Handshake>();
  /** With their ClientHello. */
  private readonly waiting = new Set<Handshake>();
  private atWork = 0;
  private postponed = false;
  private drained: (() => void)[] = [];
  /** From the begin of a handshake to its end, a mean, in ms. */
  private typical = 0;
  /** Since when handshakes wait for their turn, and how many have ended well since then. */
  private busySince = 0;
  private done = 0;
  /** When the queue was looked at last, how many have ended well since then, and of late, in each ms. */
  private lookedAt = 0;
  private lately = 0;
  private pace = 0;

  constructor(
    settings: TlsSettings,
    private readonly loop: WorkerLoop,
    private readonly stats: TlsStats,
    private readonly owner: TlsAcceptorOwner,
  ) {
    this.settings = settings;
    this.server = this.makeServer(settings.context);
  }

  /** Callers whose handshake has not ended. */
  get size(): number {
    return this.pending.size;
  }

  /** From now on these settings hold; handshakes under way end with those they began with. */
  use(settings: TlsSettings): void {
    if (settings.context.fingerprint !== this.settings.context.fingerprint) {
      this.server = this.makeServer(settings.context);
    }
    this.settings = settings;
  }

  accept(socket: Socket): void {
    this.loop.touch();
    this.stats.tlsActive++;
    this.pending.set(socket, new Handshake(socket, this, this.loop, this.settings));
  }

  /** Resolves when no handshake is under way; none lasts for long. */
  drain(): Promise<void> {
    if (this.pending.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.drained.push(resolve));
  }

  /** Closes those under way. */
  destroy(): void {
    for (const socket of [...this.pending.keys()]) socket.destroy();
  }

  /** For the loop: the next few. */
  resume(): void {
    this.postponed = false;
    this.begin();
  }

  /** For a handshake: it could begin. */
  enqueue(handshake: Handshake): void {
    if (this.waiting.size === 0) {
      this.busySince = this.lookedAt = this.loop.now;
      this.done = this.lately = this.pace = 0;
    }
    this.waiting.add(handshake);
    if (!this.postponed) this.begin();
  }

  /** For a handshake: it begins. */
  secure({ socket }: Handshake): void {
    this.server.emit('connection', socket);
  }

  /** For a handshake: it needs its place no more. */
  leavePlace(): void {
    this.atWork--;
    if (!this.postponed) this.begin();
  }

  /** For a handshake: the caller speaks plain text, and may. */
  onPlaintext(handshake: Handshake): void {
    this.forget(handshake);
    this.owner.onPlaintext(handshake.socket);
    handshake.socket.resume();
  }

  /** For a handshake: it has come to nothing. */
  onFailed(handshake: Handshake, how: 'failure' | 'timeout' | 'refused' | 'gone', reason: string): void {
    if (!this.forget(handshake)) return;
    if (how === 'failure') this.stats.tlsFailures++;
    else if (how === 'timeout') this.stats.tlsTimeouts++;
    else if (how === 'refused') {
      this.stats.tlsRefused++;
      handshake.socket.write(ALERT);
    }
    if (how !== 'gone') this.owner.onTurnedAway(handshake.socket, reason);
    handshake.socket.destroy();
  }

  private begin(): void {
    let begun = 0;
    while (begun < BEGUN_PER_TURN && this.atWork < this.settings.maxHandshakes) {
      const [next] = this.waiting;
      if (next === undefined) return;
      this.waiting.delete(next);
      if (next.timeLeft < this.leastTime(next.settings)) {
        this.onFailed(next, 'refused', 'it had to wait too long for its turn');
        continue;
      }
      begun++;
      this.atWork++;
      next.begin();
      // What else comes in this turn waits for the next.
      if (!this.postponed) this.loop.postpone(this);
      this.postponed = true;
    }
  }

  /** With less time left a handshake would be in vain, in ms. */
  private leastTime({ handshakeTimeout }: TlsSettings): number {
    const needed = Math.max(handshakeTimeout * LEAST_LEFT, 2 * this.typical);
    return Math.min(needed, handshakeTimeout * ALWAYS_ENOUGH);
  }

  /** One has ended well: how long they take and how many end is known better. */
  private notePace(handshake: Handshake): void {
    const { now } = this.loop;
    this.typical += NEWEST * (now - handshake.begunAt - this.typical);
    this.done++;
    this.lately++;
    const period = now - this.lookedAt;
    if (this.waiting.size === 0 || period < SHED_PERIOD_MS) return;
    this.pace += NEWEST_PERIOD * (this.lately / period - this.pace);
    this.lookedAt = now;
    this.lately = 0;
    this.shed(now - this.busySince);
  }

  /**
   * Refuses those at the end of the queue whose turn would come too late.
   * @param busy for how long the queue was never empty, in ms
   */
  private shed(busy: number): void {
    const { handshakeTimeout } = this.settings;
    if (busy < handshakeTimeout * PACE_KNOWN) return;
    // The first of a flood take longer than those after them.
    const pace = Math.max(this.done / busy, this.pace);
    let place = 0;
    for (const handshake of this.waiting) {
      if (place++ < QUEUE_FACTOR * pace * handshake.timeLeft) continue;
      this.onFailed(handshake, 'refused', 'too many others wait for their turn');
    }
    if (busy < handshakeTimeout) return;
    // What was long ago counts less.
    this.busySince += busy / 2;
    this.done /= 2;
  }

  private makeServer(context: ServerTlsContext): Server {
    const server = context.makeServer((socket) => this.onSecured(socket, context));
    server.on('tlsClientError', (error: NodeJS.ErrnoException, socket) => {
      const handshake = this.handshakeOf(socket);
      if (handshake === undefined) return;
      const unauthorized = socket.authorizationError as Error | string | undefined;
      if (unauthorized !== undefined && unauthorized !== null) this.reject(handshake, String(unauthorized));
      else this.onFailed(handshake, 'failure', tlsReason(error));
    });
    return server;
  }

  private onSecured(socket: TLSSocket, context: ServerTlsContext): void {
    const handshake = this.handshakeOf(socket);
    if (handshake === undefined) {
      socket.destroy();
      return;
    }
    const names = socket.authorized ? alternativeNames(socket.getPeerX509Certificate()?.subjectAltName) : [];
    const { admits } = handshake.settings;
    const stranger = admits !== null && socket.authorized && !names.some(admits);
    const objection = stranger
      ? `none of the names in its certificate is expected: ${names.join(', ') || 'it has none'}`
      : context.objection(socket);
    if (objection !== null) {
      socket.on('error', () => {});
      this.reject(handshake, objection);
      return;
    }
    this.forget(handshake);
    this.stats.tlsHandshakes++;
    this.notePace(handshake);
    this.owner.onSecured(socket, names);
  }

  private reject(handshake: Handshake, reason: string): void {
    if (!this.forget(handshake)) return;
    this.stats.tlsRejected++;
    this.owner.onTurnedAway(handshake.socket, reason);
    handshake.socket.destroy();
  }

  /** Node keeps what a secured socket was made of in `_parent`, and tells it in no other way. */
  private handshakeOf(socket: TLSSocket): Handshake | undefined {
    return this.pending.get(Reflect.get(socket, '_parent') as Socket);
  }

  private forget(handshake: Handshake): boolean {
    if (!this.pending.delete(handshake.socket)) return false;
    this.waiting.delete(handshake);
    this.stats.tlsActive--;
    handshake.end();
    if (this.pending.size === 0) for (const resolve of this.drained.splice(0)) resolve();
    return true;
  }
}

/** One caller on its way to a secured connection. */
class Handshake {
  private readonly timer: Timer;
  /** On the loop's clock. */
  begunAt = 0;

  private bytes: Buffer | null = null;
  private begun = false;
  private hasPlace = false;
  /** On the loop's clock. */
  private deadline = Infinity;

  constructor(
    readonly socket: Socket,
    private readonly acceptor: TlsAcceptor,
    private readonly loop: WorkerLoop,
    readonly settings: TlsSettings,
  ) {
    this.timer = new Timer(() => this.onTimer());
    socket.on('error', ignore);
    socket.on('close', this.onClose);
    socket.on('data', this.onData);
    socket.on('end', this.onEnd);
    const { plaintextAfter } = settings;
    if (plaintextAfter === null) this.setDeadline();
    else if (plaintextAfter > 0) loop.arm(this.timer, plaintextAfter);
  }

  /** In ms. */
  get timeLeft(): number {
    return Math.max(0, this.deadline - this.loop.now);
  }

  /** Hands the socket over to TLS. */
  begin(): void {
    this.begun = this.hasPlace = true;
    this.begunAt = this.loop.now;
    this.loop.arm(this.timer, Math.min(AT_WORK_MS, this.timeLeft));
    this.stopReading();
    this.acceptor.secure(this);
  }

  /** It is somebody else's now, or of nobody. */
  end(): void {
    this.loop.disarm(this.timer);
    this.socket.off('close', this.onClose);
    if (!this.begun) this.stopReading();
    this.leavePlace();
  }

  private readonly onData = (chunk: Buffer): void => {
    this.loop.touch();
    this.bytes = this.bytes === null ? chunk : Buffer.concat([this.bytes, chunk]);
    const hello = clientHello(this.bytes);
    if (hello === Hello.none) {
      if (this.settings.plaintextAfter !== null) this.acceptor.onPlaintext(this);
      else this.acceptor.onFailed(this, 'failure', 'its first bytes are not those of TLS');
    } else if (hello === Hello.complete) {
      if (this.deadline === Infinity) this.setDeadline();
      this.socket.pause();
      this.acceptor.enqueue(this);
    } else if (this.deadline === Infinity) this.setDeadline();
  };

  private readonly onEnd = (): void => {
    this.acceptor.onFailed(this, this.bytes === null ? 'gone' : 'failure', 'it ended in its ClientHello');
  };

  private readonly onClose = (): void => {
    if (this.begun) {
      // If TLS itself has closed it, it is about to say why.
      setImmediate(() =>
        this.acceptor.onFailed(this, 'failure', 'it closed the connection in the handshake'),
      );
    } else {
      const how = this.bytes === null ? 'gone' : 'failure';
      this.acceptor.onFailed(this, how, 'it closed the connection in its ClientHello');
    }
  };

  private setDeadline(): void {
    const { handshakeTimeout } = this.settings;
    this.deadline = this.loop.now + handshakeTimeout;
    this.loop.arm(this.timer, handshakeTimeout);
  }

  private onTimer(): void {
    this.leavePlace();
    if (this.begun && this.timeLeft > 0) {
      this.loop.arm(this.timer, this.timeLeft);
      return;
    }
    this.acceptor.onFailed(this, 'timeout', 'its handshake takes too long');
  }

  private leavePlace(): void {
    if (!this.hasPlace) return;
    this.hasPlace = false;
    this.acceptor.leavePlace();
  }

  /** What was read goes back, for whoever reads next. */
  private stopReading(): void {
    const { socket, bytes } = this;
    socket.off('data', this.onData);
    socket.off('end', this.onEnd);
    socket.pause();
    if (bytes !== null && !socket.destroyed) socket.unshift(bytes);
    this.bytes = null;
  }
}

function ignore(): void {
  // What matters is that it closes, which is told in any case.
}
