import { z } from 'zod';
import { percentage, stringMap } from './schema-parts.js';
import { count, duration } from './units.js';

const KINDS = [
  'round_robin',
  'random',
  'least_request',
  'least_connection',
  'peak_ewma',
  'ring_hash',
  'maglev',
] as const;

/** The parts of a cluster's shape that say how a host is chosen. */
export const balancing = {
  lb: z
    .enum(KINDS, { error: `expected one of ${KINDS.join(', ')}` })
    .prefault('round_robin')
    .describe(
      'how a host is chosen. least_request and peak_ewma (latency times load) take the better of two drawn at random; ring_hash and maglev go by the hash_policy of routes',
    ),
  subset_fallback: z
    .union([z.enum(['none', 'any']), stringMap], {
      error: 'expected none, any, or a map of metadata that hosts have',
    })
    .prefault('none')
    .describe(
      'where requests go for whose subset there is no host: nowhere, to any host, or to those with this metadata',
    ),
  locality_weights: z
    .record(z.string(), count(1, 1_000), { error: 'expected a map from localities to weights' })
    .optional()
    .describe('shares of the localities of hosts; left out: where a host is makes no difference'),
  panic_threshold: percentage
    .prefault(50)
    .describe('with a smaller share of healthy hosts health is not believed, and all get requests; 0: never'),
  slow_start: z
    .strictObject({
      window: duration(1).describe('until a new host, or one that is well again, gets its whole share'),
      aggression: z
        .number({ error: 'expected a number from 0.1 to 10' })
        .min(0.1, { error: 'expected a number from 0.1 to 10' })
        .max(10, { error: 'expected a number from 0.1 to 10' })
        .prefault(1)
        .describe('1: the share grows evenly; more: faster at first'),
      least: percentage
        .min(1, { error: 'expected a number from 1 to 100' })
        .prefault(10)
        .describe('the share it begins with'),
    })
    .optional(),
};
