import type { Host } from '../host.js';
import { TwoChoices } from './two-choices.js';

/** What a host without any reply yet is taken for, ms: tried soon, and not by all at once. */
const UNKNOWN_MS = 1;

/**
 * Of two hosts drawn at random the one that would answer sooner: its latency, of which a peak counts at once and
 * is forgotten slowly ({@link PeakLatency}), times the requests it has to answer first.
 */
export class PeakEwma extends TwoChoices {
  protected cost(host: Host): number {
    const latency = host.latency.at(host.now);
    return ((latency > 0 ? latency : UNKNOWN_MS) * (host.active + 1)) / host.weight;
  }
}
