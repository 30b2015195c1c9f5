import { type FilterCall, type FilterFactory, type StreamFilter, Verdict } from '@proto-frame/api';
import { z } from 'zod';
import { count, duration } from '../../config/units.js';
import { attributeSchema, readAttribute } from '../attribute.js';
import { errorStatus } from '../error-status.js';
import { KeyedBuckets } from '../keyed-buckets.js';

/** What stands under `config` of a rate_limit filter. */
export const RateLimitConfig = z
  .strictObject({
    token_bucket: z
      .strictObject({
        max_tokens: count(1).describe('requests that may come at once'),
        tokens_per_fill: count(1).prefault(1).describe('what comes back in each fill_interval'),
        fill_interval: duration(1).describe('between two fills'),
      })
      .describe('every request takes a token'),
    per: z
      .array(attributeSchema)
      .min(1, { error: 'expected at least one attribute' })
      .max(8, { error: 'expected at most 8 attributes' })
      .optional()
      .describe('each combination of values has a bucket of its own; one bucket for all if left out'),
    max_keys: count(1, 1_000_000)
      .prefault(10_000)
      .describe('so many combinations at a time; those beyond share a bucket'),
    status: errorStatus('LIMIT_EXCEEDED'),
  })
  .optional();

/**
 * Refuses requests beyond a rate, counted in this process. A route that configures it has buckets of its own.
 *
 * @param now milliseconds of a clock that never goes back; a test hands in one it can move
 */
export function makeRateLimit(now: () => number = () => performance.now()): FilterFactory {
  return {
    name: 'rate_limit',
    phase: 'after_route',
    create(config): StreamFilter {
      const parsed = RateLimitConfig.parse(config);
      if (parsed === undefined) return {};
      const { token_bucket: bucket, per = [], max_keys: maxKeys, status } = parsed;
      const buckets = new KeyedBuckets(
        {
          maxTokens: bucket.max_tokens,
          tokensPerFill: bucket.tokens_per_fill,
          fillInterval: bucket.fill_interval,
        },
        maxKeys,
      );
      /** A request that lacks an attribute counts with others that lack it. */
      const keyOf = (call: FilterCall): string => {
        if (per.length === 1) return readAttribute(call, per[0]!) ?? '';
        let key = '';
        for (const attribute of per) {
          const value = readAttribute(call, attribute) ?? '';
          // With its length, so that no value can pass for two.
          key += `${value.length}:${value}`;
        }
        return key;
      };
      return {
        onRequest(call: FilterCall): Verdict {
          if (buckets.take(keyOf(call), now())) return Verdict.continue;
          return call.hijack(status, 'over the rate limit');
        },
      };
    },
  };
}
