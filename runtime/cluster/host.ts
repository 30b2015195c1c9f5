import type { XProtocol } from '@proto-frame/api';
import type { HostConfig } from '../config/snapshot.js';
import { formatAddress } from '../config/snapshot.js';
import type { UpstreamStats } from '../observe/metrics.js';
import type { ClientConnection } from '../stream/client-connection.js';
import type { MultiplexPool } from './pool/multiplex-pool.js';

/** One instance of a service. Has a pool for each protocol spoken with it. */
export class Host {
  /** `address:port`. */
  readonly address: string;
  /** Weight and metadata may be replaced, the address stays. */
  config: HostConfig;
  /** Requests under way. */
  active = 0;

  private readonly pools: MultiplexPool[] = [];

  constructor(
    config: HostConfig,
    readonly stats: UpstreamStats,
    private readonly makePool: (host: Host, protocol: XProtocol) => MultiplexPool,
  ) {
    this.address = formatAddress(config.address);
    this.config = config;
  }

  /** Its share of the requests. */
  get weight(): number {
    return this.config.weight;
  }

  /** Whether requests may be sent here. A host that nobody tried yet is available. */
  available(protocol: XProtocol): boolean {
    const pool = this.find(protocol);
    return pool === null || pool.available;
  }

  /** See {@link MultiplexPool.lease}. */
  lease(protocol: XProtocol): ClientConnection | null {
    let pool = this.find(protocol);
    if (pool === null) {
      pool = this.makePool(this, protocol);
      this.pools.push(pool);
    }
    return pool.lease();
  }

  get connections(): number {
    return this.pools.reduce((sum, pool) => sum + pool.size, 0);
  }

  /** The most failed connects in a row of any pool. */
  get failures(): number {
    return this.pools.reduce((most, pool) => Math.max(most, pool.failures), 0);
  }

  /** Takes no more requests; running ones finish. */
  close(): void {
    for (const pool of this.pools) pool.close();
  }

  destroy(): void {
    for (const pool of this.pools) pool.destroy();
  }

  private find(protocol: XProtocol): MultiplexPool | null {
    for (let i = 0; i < this.pools.length; i++)
      if (this.pools[i]!.protocol === protocol) return this.pools[i]!;
    return null;
  }
}
