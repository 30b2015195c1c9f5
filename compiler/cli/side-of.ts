import type { Protocol } from '../model/model.js';
import { UsageError } from './terminal.js';

/**
 * The frames of the side that sends them.
 *
 * @param from `client` or `server`; undefined where both send the same
 * @throws UsageError if it is missing, or is neither
 */
export function sideOf(protocol: Protocol, from: string | undefined): Protocol {
  if (from !== undefined && from !== 'client' && from !== 'server')
    throw new UsageError(`--from is client or server, not ${from}`);
  if (protocol.reply === null) return protocol;
  if (from === undefined)
    throw new UsageError(
      `each side of ${protocol.name} sends frames of its own; name the sender: --from client or --from server`,
    );
  return from === 'client' ? protocol : protocol.reply;
}
