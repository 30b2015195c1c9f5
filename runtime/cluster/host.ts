import type { XProtocol } from '@proto-frame/api';
import type { HostConfig } from '../config/snapshot.js';
import { formatAddress } from '../config/snapshot.js';
import type { UpstreamStats } from '../observe/metrics.js';
import type { ClientConnection } from '../stream/client-connection.js';
import type { ServerConnection } from '../stream/server-connection.js';
import type { ConnectionPool, PoolWaiter } from './pool/connection-pool.js';
import { PeakLatency } from './peak-latency.js';
import type { PoolKind } from './pool/pool-kind.js';
import type { SlowStart } from './slow-start.js';

/** A pool that was made for a protocol and a kind of use. */
interface KeptPool {
  readonly protocol: XProtocol;
  readonly kind: PoolKind;
  /** Whether it is the one for requests that need nothing special. */
  readonly usual: boolean;
  readonly pool: ConnectionPool;
}

/** What a host has of its cluster. */
export interface PoolMaker {
  readonly clock: { readonly now: number };
  /** null: hosts get their whole share at once. */
  slowStart: SlowStart | null;
  /** How the requests of a protocol use connections here. */
  kindOf(protocol: XProtocol): PoolKind;
  make(host: Host, protocol: XProtocol, kind: PoolKind): ConnectionPool;
}

/** One instance of a service. Has a pool for each protocol spoken with it. */
export class Host {
  /** `address:port`. */
  readonly address: string;
  /** Weight and metadata may be replaced, the address stays. */
  config: HostConfig;
  /** Requests under way. */
  active = 0;
  /** Not for the request that is chosen for at the moment: it has failed here. */
  passedOver = false;
  /** What is wrong with it by its active check; null: nothing that is known. */
  failedCheck: string | null = null;
  /** Its replies failed too often; see OutlierDetector. */
  ejected = false;
  /** How long its replies take. */
  readonly latency = new PeakLatency();

  private readonly pools: KeptPool[] = [];
  /** When its slow start began, ms; -1 if it is over. */
  private startedAt = -1;

  constructor(
    config: HostConfig,
    readonly stats: UpstreamStats,
    private readonly maker: PoolMaker,
  ) {
    this.address = formatAddress(config.address);
    this.config = config;
  }

  /** Its share of the requests once it has started. */
  get fullWeight(): number {
    return this.config.weight;
  }

  /** Its share of the requests now: less while it starts, see {@link SlowStart}. */
  get weight(): number {
    const { slowStart } = this.maker;
    if (this.startedAt < 0 || slowStart === null) return this.config.weight;
    const share = slowStart.share(this.now - this.startedAt);
    if (share >= 1) this.startedAt = -1;
    return this.config.weight * share;
  }

  /** What active checks and outlier detection make of it. */
  get healthy(): boolean {
    return this.failedCheck === null && !this.ejected;
  }

  /** Milliseconds on the loop's clock. */
  get now(): number {
    return this.maker.clock.now;
  }

  /** It is new, or well again: its share grows from here on. */
  start(): void {
    this.startedAt = this.now;
  }

  /**
   * Whether requests may be sent here. A host that nobody tried yet is available.
   * @param ignoreHealth an unhealthy one will do
   */
  available(protocol: XProtocol, ignoreHealth = false): boolean {
    if (this.passedOver) return false;
    if (!this.healthy && !ignoreHealth) return false;
    let available = true;
    for (let i = 0; i < this.pools.length; i++) {
      const kept = this.pools[i]!;
      if (kept.protocol !== protocol) continue;
      if (kept.usual) return kept.pool.available;
      available = kept.pool.available;
    }
    return available;
  }

  /** See {@link ConnectionPool.lease}. A caller that needs a connection of its own is bound to it. */
  lease(protocol: XProtocol, caller: ServerConnection): ClientConnection | null {
    return this.poolOf(protocol, caller).lease(caller);
  }

  /** See {@link ConnectionPool.wait}. */
  wait(protocol: XProtocol, caller: ServerConnection, waiter: PoolWaiter): boolean {
    return this.poolOf(protocol, caller).wait(waiter);
  }

  /** Whatever `waiter` waited for here it needs no more. */
  leave(waiter: PoolWaiter): void {
    for (const { pool } of this.pools) pool.leave(waiter);
  }

  get connections(): number {
    let sum = 0;
    for (let i = 0; i < this.pools.length; i++) sum += this.pools[i]!.pool.size;
    return sum;
  }

  /** The most failed connects in a row of any pool. */
  get failures(): number {
    return this.pools.reduce((most, { pool }) => Math.max(most, pool.failures), 0);
  }

  /** Takes no more requests; running ones finish. */
  close(): void {
    for (const { pool } of this.pools) pool.close();
  }

  destroy(): void {
    for (const { pool } of this.pools) pool.destroy();
  }

  private poolOf(protocol: XProtocol, caller: ServerConnection): ConnectionPool {
    const usual = this.maker.kindOf(protocol);
    const kind = caller.exclusive ? 'binding' : usual;
    for (let i = 0; i < this.pools.length; i++) {
      const kept = this.pools[i]!;
      if (kept.protocol === protocol && kept.kind === kind) return kept.pool;
    }
    const pool = this.maker.make(this, protocol, kind);
    this.pools.push({ protocol, kind, usual: kind === usual, pool });
    return pool;
  }
}
