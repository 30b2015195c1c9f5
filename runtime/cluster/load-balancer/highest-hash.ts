import { hashText } from '../../route/hash-text.js';
import type { Host } from '../host.js';
import type { ChoiceContext } from './choice-context.js';

/**
 * Of the available hosts the one that `hash` likes best, by weight (rendezvous hashing, Thaler and Ravishankar,
 * 1998): the same one for the same hash, found by a look at each. For where most are gone, so that looking along
 * a ring or a table until one is found takes long.
 */
export function highestHash(hosts: readonly Host[], context: ChoiceContext, hash: number): Host | null {
  let best: Host | null = null;
  let least = Infinity;
  for (let i = 0; i < hosts.length; i++) {
    const host = hosts[i]!;
    if (!host.available(context.protocol, context.ignoreHealth)) continue;
    // Times that grow evenly at random, at a rate of the weight: the first is one's own as often as that says.
    const time = -Math.log((hashText(host.address, hash) + 1) / 2 ** 32) / host.fullWeight;
    if (time >= least) continue;
    least = time;
    best = host;
  }
  return best;
}
