import type { Protocol } from '../model/model.js';
import { UsageError } from './terminal.js';

/**
 * The frames of the side that sends them.
 *
 * @param from `client` or `server`; undefined where both send the same
 * @param given the facts of the request that hold, where replies depend on them; undefined if nobody has said
 * @throws UsageError if one of them is missing, or unknown
 */
export function sideOf(
  protocol: Protocol,
  from: string | undefined,
  given: readonly string[] | undefined,
): Protocol {
  if (from !== undefined && from !== 'client' && from !== 'server')
    throw new UsageError(`--from is client or server, not ${from}`);
  const facts = protocol.facts.map((fact) => fact.name);
  if (given !== undefined && (from !== 'server' || facts.length === 0))
    throw new UsageError('--given goes with --from server, where replies depend on their requests');
  if (protocol.reply === null) return protocol;
  if (from === undefined)
    throw new UsageError(
      `each side of ${protocol.name} sends frames of its own; name the sender: --from client or --from server`,
    );
  if (from === 'client' || facts.length === 0) return from === 'client' ? protocol : protocol.reply;
  if (given === undefined)
    throw new UsageError(
      `a reply of ${protocol.name} depends on its request: say what holds of it by --given ${facts.join(',')}, or --given none`,
    );
  const unknown = given.find((name) => !facts.includes(name));
  if (unknown !== undefined)
    throw new UsageError(
      `replies of ${protocol.name} don't depend on ${unknown}; they do on ${facts.join(', ')}`,
    );
  return protocol.replyForms[facts.reduce((form, name, i) => form + (given.includes(name) ? 1 << i : 0), 0)]!;
}

/** `--given flexible,other`, or `--given none`. */
export function givenFacts(option: string | undefined): readonly string[] | undefined {
  if (option === undefined) return undefined;
  return option === 'none' ? [] : option.split(',').map((name) => name.trim());
}
