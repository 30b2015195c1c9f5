import type { ClusterConfig, LoadBalancing } from '../../config/snapshot.js';
import { LeastConnection } from './least-connection.js';
import { LeastRequest } from './least-request.js';
import type { LoadBalancer } from './load-balancer.js';
import { LocalityChoice } from './locality-choice.js';
import { Maglev } from './maglev.js';
import { PeakEwma } from './peak-ewma.js';
import { PriorityChoice } from './priority-choice.js';
import { RandomChoice } from './random.js';
import { RingHash } from './ring-hash.js';
import { RoundRobin } from './round-robin.js';
import { SubsetChoice } from './subset-choice.js';

/** What a cluster's configuration says: subset, then priority, then locality, then one of the hosts there. */
export function makeLoadBalancer(config: ClusterConfig): LoadBalancer {
  const { lb, localityWeights, panicThreshold, subsetFallback } = config;
  const inLocality = (): LoadBalancer => makeInner(lb);
  const inPriority =
    localityWeights === null
      ? inLocality
      : (): LoadBalancer => new LocalityChoice(new Map(Object.entries(localityWeights)), inLocality);
  const inSubset = (): LoadBalancer => new PriorityChoice(panicThreshold, inPriority);
  const fallback =
    typeof subsetFallback === 'string' ? subsetFallback : new Map(Object.entries(subsetFallback));
  return new SubsetChoice(fallback, inSubset);
}

function makeInner(kind: LoadBalancing): LoadBalancer {
  switch (kind) {
    case 'round_robin':
      return new RoundRobin();
    case 'random':
      return new RandomChoice();
    case 'least_request':
      return new LeastRequest();
    case 'least_connection':
      return new LeastConnection();
    case 'peak_ewma':
      return new PeakEwma();
    case 'ring_hash':
      return new RingHash();
    case 'maglev':
      return new Maglev();
  }
}
