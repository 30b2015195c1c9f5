import { type FilterCall, type FilterFactory, Status, type StreamFilter, Verdict } from '@proto-frame/api';
import { BlockList, isIP } from 'node:net';
import { z } from 'zod';
import { callerAddress } from '../attribute.js';
import { text } from '../text.js';

const action = z.enum(['allow', 'deny'], { error: 'expected allow or deny' });

const addressRange = z
  .string({ error: 'expected an address or a range, such as 10.0.0.0/8' })
  .transform((given, context) => {
    const parsed = parseRange(given);
    if (parsed !== null) return parsed;
    context.addIssue({ code: 'custom', message: 'expected an address or a range, such as 10.0.0.0/8' });
    return z.NEVER;
  });

/** What stands under `config` of an ip_access filter. */
export const IpAccessConfig = z
  .strictObject({
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
    header: text('the name of a header')
      .optional()
      .describe(
        'where the address stands; requests without an address there are judged by the connection. Callers can write what they like: only behind a proxy that sets it',
      ),
  })
  .optional();

/** Lets requests of some addresses through and refuses those of others. */
export const ipAccess: FilterFactory = {
  name: 'ip_access',
  phase: 'after_route',
  create(config): StreamFilter {
    const parsed = IpAccessConfig.parse(config);
    if (parsed === undefined) return {};
    const { default_action: otherwise, header } = parsed;
    const rules = parsed.rules.map(({ action: verdict, addresses }) => {
      const list = new BlockList();
      for (const { address, prefix } of addresses) list.addSubnet(address, prefix, family(address));
      return { allowed: verdict === 'allow', list };
    });
    const allowed = (address: string): boolean => {
      for (const rule of rules) if (rule.list.check(address, family(address))) return rule.allowed;
      return otherwise === 'allow';
    };
    return {
      onRequest(call: FilterCall): Verdict {
        const told = header === undefined ? undefined : call.request.header(header);
        const address = typeof told === 'string' && isIP(told) !== 0 ? told : callerAddress(call);
        if (allowed(address)) return Verdict.continue;
        return call.hijack(Status.PERMISSION_DENIED, 'this address may not call');
      },
    };
  },
};

function family(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}

/** `10.0.0.0/8`, or a single address as a range of one. */
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
