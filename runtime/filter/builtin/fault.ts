import { type FilterCall, type FilterFactory, type StreamFilter, Verdict } from '@proto-frame/api';
import { z } from 'zod';
import { duration } from '../../config/units.js';
import { errorStatus } from '../error-status.js';

const LONGEST_DELAY_MS = 5 * 60_000;

const percentage = z
  .number({ error: 'expected a number from 0 to 100' })
  .min(0, { error: 'expected a number from 0 to 100' })
  .max(100, { error: 'expected a number from 0 to 100' })
  .prefault(100)
  .describe('of the requests; 100 if left out');

/** What stands under `config` of a fault filter. */
export const FaultConfig = z
  .strictObject({
    delay: z
      .strictObject({ fixed_delay: duration(1, LONGEST_DELAY_MS), percentage })
      .optional()
      .describe('holds requests up'),
    abort: z
      .strictObject({ status: errorStatus('INTERNAL'), percentage })
      .optional()
      .describe('answers requests with an error, after the delay'),
  })
  .optional();

/**
 * Makes requests slow or fail, to see what callers make of it. Each request's fate is drawn anew.
 *
 * @param random from 0 to below 1; a test hands in its own
 */
export function makeFault(random: () => number = Math.random): FilterFactory {
  return {
    name: 'fault',
    phase: 'after_route',
    create(config): StreamFilter {
      const { delay, abort } = FaultConfig.parse(config) ?? {};
      if (delay === undefined && abort === undefined) return {};
      const drawn = (chance: { readonly percentage: number } | undefined): boolean =>
        chance !== undefined && random() * 100 < chance.percentage;
      return {
        onRequest(call: FilterCall): Verdict {
          const delayed = drawn(delay);
          const aborted = drawn(abort);
          if (!delayed) return aborted ? call.hijack(abort!.status, 'fault injected') : Verdict.continue;
          const timer = setTimeout(() => {
            if (aborted) call.hijack(abort!.status, 'fault injected');
            else call.resume();
          }, delay!.fixed_delay);
          timer.unref();
          return Verdict.stop;
        },
      };
    },
  };
}
