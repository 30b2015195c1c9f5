import { type FilterCall, type FilterFactory, Status, type StreamFilter, Verdict } from '@proto-frame/api';
import { isIP } from 'node:net';
import { z } from 'zod';
import { addressRules } from '../../config/network-schema.js';
import { AddressRules } from '../address-rules.js';
import { callerAddress } from '../attribute.js';
import { text } from '../text.js';

/** What stands under `config` of an ip_access filter. */
export const IpAccessConfig = z
  .strictObject({
    ...addressRules,
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
    const { header } = parsed;
    const rules = new AddressRules(parsed);
    return {
      onRequest(call: FilterCall): Verdict {
        const told = header === undefined ? undefined : call.request.header(header);
        const address = typeof told === 'string' && isIP(told) !== 0 ? told : callerAddress(call);
        if (rules.allows(address)) return Verdict.continue;
        return call.hijack(Status.PERMISSION_DENIED, 'this address may not call');
      },
    };
  },
};
