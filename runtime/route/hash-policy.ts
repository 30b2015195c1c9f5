import type { HashPolicyConfig } from '../config/snapshot.js';
import { hashText } from './hash-text.js';
import type { RouteInput } from './route-input.js';

/** Of a request that has nothing to be known by. */
export const NO_HASH = -1;

/** Makes one number of what a request is known by again. */
export class HashPolicy {
  /** @param policies in the order of the configuration, one at least */
  constructor(private readonly policies: readonly HashPolicyConfig[]) {}

  /** A whole number from 0 to 2^32 - 1, or {@link NO_HASH}. */
  hash(call: RouteInput): number {
    let hash = NO_HASH;
    for (const policy of this.policies) {
      const value = valueOf(policy, call);
      if (value === undefined) continue;
      const own = hashText(value);
      // Turned, so that the same value twice does not cancel itself out.
      hash = hash === NO_HASH ? own : (((hash << 1) | (hash >>> 31)) ^ own) >>> 0;
      if (policy.terminal) break;
    }
    return hash;
  }
}

function valueOf(policy: HashPolicyConfig, call: RouteInput): string | undefined {
  switch (policy.source) {
    case 'header':
      return call.header(policy.header) ?? undefined;
    case 'source_ip':
      return call.sourceIp;
    case 'service':
      return call.service;
    case 'method':
      return call.method;
  }
}
