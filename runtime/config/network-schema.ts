import { isIP } from 'node:net';
import { z } from 'zod';
import { flag } from './schema-parts.js';
import { count, duration } from './units.js';

/** `10.0.0.0/8`, or a single address as a range of one. */
export const addressRange = z
  .string({ error: 'expected an address or a range, such as 10.0.0.0/8' })
  .transform((given, context) => {
    const parsed = parseRange(given);
    if (parsed !== null) return parsed;
    context.addIssue({ code: 'custom', message: 'expected an address or a range, such as 10.0.0.0/8' });
    return z.NEVER;
  });

const action = z.enum(['allow', 'deny'], { error: 'expected allow or deny' });

/** Rules about callers' addresses, as the filter ip_access and listeners have them. */
export const addressRules = {
  default_action: action.describe('for addresses that no rule names'),
  rules: z
    .array(
      z.strictObject({
        action,
        addresses: z
          .array(addressRange)
          .min(1, { error: 'expected at least one address' })
          .describe('addresses or ranges'),
      }),
    )
    .prefault([])
    .describe('the first that names the address wins'),
};

/** What a listener asks about connections before anything is read of them. */
export const networkFilters = z
  .strictObject({
    ip_access: z
      .strictObject(addressRules)
      .optional()
      .describe('who may connect; callers on unix sockets have no address'),
    connection_rate: z
      .strictObject({
        max_tokens: count(1).describe('connections that may come at once'),
        tokens_per_fill: count(1).prefault(1).describe('what comes back in each fill_interval'),
        fill_interval: duration(1).describe('between two fills'),
        per_address: flag
          .prefault(false)
          .describe('true: each address has a token bucket of its own, up to 10,000 of them'),
      })
      .optional()
      .describe('every connection takes a token; without one it is closed at once'),
  })
  .prefault({})
  .describe('asked about every connection before TLS and before a protocol is known');

export type NetworkFiltersFile = z.output<typeof networkFilters>;
export type AddressRulesFile = Pick<NonNullable<NetworkFiltersFile['ip_access']>, 'default_action' | 'rules'>;

function parseRange(range: string): { address: string; prefix: number } | null {
  const parts = /^([0-9A-Fa-f:.]{2,45})(?:\/(\d{1,3}))?$/.exec(range);
  if (parts === null) return null;
  const address = parts[1]!;
  const version = isIP(address);
  if (version === 0) return null;
  const longest = version === 4 ? 32 : 128;
  const prefix = parts[2] === undefined ? longest : Number(parts[2]);
  return prefix > longest ? null : { address, prefix };
}
