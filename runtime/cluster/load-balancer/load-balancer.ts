import type { XProtocol } from '@proto-frame/api';
import type { LoadBalancing } from '../../config/snapshot.js';
import type { Host } from '../host.js';
import { LeastRequest } from './least-request.js';
import { RoundRobin } from './round-robin.js';

/** Chooses the host of a request. */
export interface LoadBalancer {
  /** One of `hosts` that is available for `protocol`; null if none is. */
  choose(hosts: readonly Host[], protocol: XProtocol): Host | null;
}

export function makeLoadBalancer(kind: LoadBalancing): LoadBalancer {
  switch (kind) {
    case 'round_robin':
      return new RoundRobin();
    case 'least_request':
      return new LeastRequest();
  }
}
