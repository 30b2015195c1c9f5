import type { PoolMode, Traits } from '@proto-frame/api';
import { BindingPool } from './binding-pool.js';
import type { ConnectionPool, PoolOptions } from './connection-pool.js';
import { MultiplexPool } from './multiplex-pool.js';
import { PingPongPool } from './pingpong-pool.js';
import { PipelinePool } from './pipeline-pool.js';

/** How requests use connections, see the classes. */
export type PoolKind = PoolMode;

const POOLS: Readonly<Record<PoolKind, new (options: PoolOptions) => ConnectionPool>> = {
  multiplex: MultiplexPool,
  pipeline: PipelinePool,
  pingpong: PingPongPool,
  binding: BindingPool,
};
/** Connections to one host, if the configuration does not say how many. */
const MOST_CONNECTIONS: Readonly<Record<PoolKind, number>> = {
  multiplex: 1,
  pipeline: 1,
  pingpong: 1_024,
  binding: 1_024,
};

/** What a protocol asks for, as far as its replies allow it: without ids they have to come in order. */
export function poolKindOf({ poolMode, correlation }: Pick<Traits, 'poolMode' | 'correlation'>): PoolKind {
  if (poolMode === 'pingpong' || poolMode === 'binding') return poolMode;
  if (correlation === 'none') return 'binding';
  return correlation === 'id' ? 'multiplex' : 'pipeline';
}

/** @param options with maxConnections 0 for as many as the kind needs */
export function makePool(kind: PoolKind, options: PoolOptions): ConnectionPool {
  const oneAtATime = kind === 'pingpong';
  const bound = kind === 'binding';
  return new POOLS[kind]({
    ...options,
    oneAtATime,
    maxConnections: options.maxConnections === 0 ? MOST_CONNECTIONS[kind] : options.maxConnections,
    // Bound connections are the caller's: as long as it stays, with as many requests and heartbeats as it sends.
    keepalive: bound ? null : options.keepalive,
    idleTimeout: bound ? 0 : options.idleTimeout,
    maxRequests: bound ? 0 : options.maxRequests,
  });
}
