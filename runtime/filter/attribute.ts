import type { FilterCall } from '@proto-frame/api';
import { z } from 'zod';
import { text } from './text.js';

const EXPECTED =
  'expected one of service, method, protocol, caller, caller_name, route, cluster, host, or { header: name } or { metadata: key }';
const PLAIN = ['service', 'method', 'protocol', 'caller', 'caller_name', 'route', 'cluster', 'host'] as const;

/**
 * Something known of a request, as filters' configurations name it: `service`, `method`, `protocol`, `caller`
 * (the caller's IP address), `caller_name` (the first name in its certificate), `route`, `cluster`, `host`, `{ header: name }` or `{ metadata: key }`.
 */
export const attributeSchema = z.union(
  [
    z.enum(PLAIN, { error: EXPECTED }),
    z.strictObject({ header: text('the name of a header').describe('of the request') }),
    z.strictObject({ metadata: text('a key').describe('what a filter before noted') }),
  ],
  { error: EXPECTED },
);
export type Attribute = z.infer<typeof attributeSchema>;

/** The attribute's value; undefined if this request has none, or a filter asks before it is known. */
export function readAttribute(call: FilterCall, attribute: Attribute): string | undefined {
  if (typeof attribute === 'object') {
    return 'header' in attribute
      ? (call.request.header(attribute.header) ?? undefined)
      : call.metadata(attribute.metadata);
  }
  switch (attribute) {
    case 'service':
      return call.service;
    case 'method':
      return call.method;
    case 'protocol':
      return call.protocol;
    case 'caller':
      return callerAddress(call);
    case 'caller_name':
      return call.downstreamNames[0];
    case 'route':
      return call.routeName ?? undefined;
    case 'cluster':
      return call.clusterName ?? undefined;
    case 'host':
      return call.hostAddress ?? undefined;
  }
}

/** The caller's IP address, without port. */
export function callerAddress(call: FilterCall): string {
  const { downstreamAddress: address } = call;
  const end = address.lastIndexOf(':');
  const bare = end < 0 ? address : address.slice(0, end);
  // IPv4 as a socket for both families shows it.
  return bare.startsWith('::ffff:') ? bare.slice(7) : bare;
}
