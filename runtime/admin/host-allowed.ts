import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import { isLoopback } from '../config/loopback.js';
import type { AdminConfig } from '../config/snapshot.js';

/**
 * Whether a request is meant for the admin port. A browser that was lured to a foreign name which resolves
 * to this machine (DNS rebinding) says that name in Host, and a script of a foreign page says it in Origin.
 * With allow_remote addresses and the configured name are accepted as well, other names never.
 */
export function hostAllowed(headers: IncomingHttpHeaders, config: AdminConfig): boolean {
  if (headers.host === undefined || !nameAllowed(headers.host, config)) return false;
  if (headers.origin === undefined) return true;
  const origin = /^https?:\/\/([^/]*)$/.exec(headers.origin);
  return origin !== null && nameAllowed(origin[1]!, config);
}

function nameAllowed(hostAndPort: string, config: AdminConfig): boolean {
  const parts = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]]+))(?::\d{1,5})?$/.exec(hostAndPort);
  if (parts === null) return false;
  const host = (parts[1] ?? parts[2])!;
  if (isLoopback(host)) return true;
  return config.allowRemote && (isIP(host) !== 0 || host === config.address.host);
}
