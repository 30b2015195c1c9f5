import type { Host } from '../host.js';
import { TwoChoices } from './two-choices.js';

/** Of two hosts drawn at random the one with fewer requests under way for its weight. */
export class LeastRequest extends TwoChoices {
  protected cost(host: Host): number {
    return (host.active + 1) / host.weight;
  }
}
