import type { Field, Protocol } from '../model/model.js';
import type { FactValues } from '../interpret/evaluate-value.js';
import { factValue } from '../interpret/fact-json.js';
import { UsageError } from './terminal.js';

/** One side of a protocol, and what is known of the requests that its frames answer. */
export interface Side {
  readonly protocol: Protocol;
  readonly facts: FactValues;
}

/**
 * The frames of the side that sends them.
 *
 * @param from `client` or `server`; undefined where both send the same
 * @param given of the request, where replies depend on it: `flexible,api_key=18`, or `none`; undefined if nobody has said
 * @param isToldLater whether the frames themselves may come with what is known of their requests
 * @throws UsageError if one of them is missing, or unknown
 */
export function sideOf(
  protocol: Protocol,
  from: string | undefined,
  given: string | undefined,
  isToldLater = false,
): Side {
  if (from !== undefined && from !== 'client' && from !== 'server')
    throw new UsageError(`--from is client or server, not ${from}`);
  const { facts, reply } = protocol;
  if (given !== undefined && (from !== 'server' || facts.length === 0))
    throw new UsageError('--given goes with --from server, where replies depend on their requests');
  const nothing: FactValues = new Map();
  if (reply === null) return { protocol, facts: nothing };
  if (from === undefined)
    throw new UsageError(
      `each side of ${protocol.name} sends frames of its own; name the sender: --from client or --from server`,
    );
  if (from === 'client' || facts.length === 0)
    return { protocol: from === 'client' ? protocol : reply, facts: nothing };
  if (given === undefined && isToldLater) return { protocol: reply, facts: nothing };
  if (given === undefined) {
    const all = facts.map(({ name, field }) => (isFlag(field) ? name : `${name}=…`)).join(',');
    const none = facts.every(({ field }) => isFlag(field)) ? ', or --given none' : '';
    throw new UsageError(
      `a reply of ${protocol.name} depends on its request: say what that was by --given ${all}${none}`,
    );
  }
  return { protocol: reply, facts: givenFacts(protocol, given) };
}

/** `flexible,api_key=18`: booleans that hold, and the values of others. */
function givenFacts(protocol: Protocol, given: string): FactValues {
  const { name, facts } = protocol;
  const parts = given === 'none' ? [] : given.split(',').map((part) => part.trim());
  const values = new Map(parts.map((part) => [/^[^=]*/.exec(part)![0], /=([^]*)/.exec(part)?.[1]] as const));
  for (const known of values.keys())
    if (!facts.some((fact) => fact.name === known))
      throw new UsageError(
        `replies of ${name} don't depend on ${known}; they do on ${facts.map((fact) => fact.name).join(', ')}`,
      );
  return new Map(
    facts.map(({ name: fact, field }) => {
      const text = isFlag(field) ? (values.get(fact) ?? String(values.has(fact))) : values.get(fact);
      const value = text === undefined ? undefined : factValue(field, text);
      if (value === undefined)
        throw new UsageError(`--given says nothing of ${fact}, which is ${kindOf(field)}: ${fact}=…`);
      return [field, value];
    }),
  );
}

function isFlag({ type }: Field): boolean {
  return type.kind === 'int' && type.bool;
}

function kindOf({ type }: Field): string {
  if (type.kind === 'int') return type.bool ? 'true or false' : (type.enum?.name ?? 'a number');
  return type.kind === 'bytes' ? 'bytes in hex' : 'a text';
}
