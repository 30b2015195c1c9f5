import { connect, type Socket } from 'node:net';
import { connect as connectSecured, TLSSocket } from 'node:tls';
import type { ClientTlsContext } from './tls/client-context.js';
import { tlsReason } from './tls/tls-reason.js';

/** Where to connect to. */
export interface SocketAddress {
  readonly host: string;
  readonly port: number;
  /** Of a unix socket; then host and port mean nothing. */
  readonly path?: string;
  /** What it is called, for TLS, where host is an address that was found by that name. */
  readonly name?: string;
}

/** Counters of one cluster, as far as its dialer fills them. */
export interface DialStats {
  tlsHandshakes: number;
  /** Handshakes that broke off, certificates that were not accepted included. */
  tlsFailures: number;
}

/** After how long a silence the kernel asks whether the peer is still there, in ms. */
export const TCP_KEEPALIVE_MS = 60_000;
/** At most one complaint in so many ms. */
const COMPLAINT_PERIOD_MS = 10_000;

/** The event with which a socket that is still connecting can be used. */
export function openEvent(socket: Socket): 'connect' | 'secureConnect' {
  return socket instanceof TLSSocket ? 'secureConnect' : 'connect';
}

/** Opens connections to the hosts of one cluster, all in the same way: plain, or secured. */
export class Dialer {
  private complainedAt = -Infinity;

  /**
   * @param tls null: plain text
   * @param onProblem a host can't be talked to for another reason than that it is not there
   */
  constructor(
    private tls: ClientTlsContext | null,
    private readonly stats: DialStats,
    private readonly onProblem: (message: string) => void,
  ) {}

  /** The connections opened from now on are secured with these certificates. */
  use(tls: ClientTlsContext | null): void {
    this.tls = tls;
  }

  /** Begins to connect; {@link openEvent} tells when that is done. Half-open, so that the host's end is ours to handle. */
  connect(address: SocketAddress): Socket {
    const { tls } = this;
    const to =
      address.path === undefined ? { host: address.host, port: address.port } : { path: address.path };
    if (tls === null) {
      return connect({
        ...to,
        noDelay: true,
        allowHalfOpen: true,
        keepAlive: true,
        keepAliveInitialDelay: TCP_KEEPALIVE_MS,
      });
    }
    const secured = { ...to, ...tls.optionsFor(address.name ?? address.host), allowHalfOpen: true };
    const socket = connectSecured(secured);
    let state: 'connecting' | 'shaking hands' | 'secured' = 'connecting';
    socket.once('connect', () => {
      state = 'shaking hands';
      socket.setNoDelay(true);
      socket.setKeepAlive(true, TCP_KEEPALIVE_MS);
    });
    socket.once('secureConnect', () => {
      state = 'secured';
      this.stats.tlsHandshakes++;
    });
    socket.once('error', (error) => {
      if (state !== 'shaking hands') return;
      this.stats.tlsFailures++;
      this.complain(`no TLS with ${address.path ?? `${address.host}:${address.port}`}: ${tlsReason(error)}`);
    });
    return socket;
  }

  private complain(message: string): void {
    const now = performance.now();
    if (now - this.complainedAt < COMPLAINT_PERIOD_MS) return;
    this.complainedAt = now;
    this.onProblem(message);
  }
}
