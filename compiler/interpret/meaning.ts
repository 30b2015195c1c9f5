import type { Expression } from '../model/expression.js';
import type { Protocol } from '../model/model.js';
import { NAME_ROLES } from '../model/name-roles.js';
import { evaluateValue, UnknownFact, type Value } from './evaluate-value.js';
import type { FrameTree } from './read-frame.js';

/** What a frame means to a proxy. Absent: the protocol has no such role, or the frame not. */
export interface Meaning {
  readonly kind: string;
  readonly id?: string;
  readonly heartbeat?: true;
  readonly goaway?: true;
  readonly timeout?: number;
  /** Of a reply: the canonical status, and the wire's own. */
  readonly status?: string;
  readonly wireStatus?: string;
  readonly service?: string;
  readonly method?: string;
  readonly group?: string;
  readonly version?: string;
}

/** Reads the roles of a frame. */
export function meaningOf(protocol: Protocol, tree: FrameTree): Meaning {
  const { roles, status } = protocol;
  const { scope } = tree;
  const read = (e: Expression | null): Value => {
    try {
      return e === null ? undefined : evaluateValue(e, scope);
    } catch (error) {
      // Of a reply whose request was not seen some is not known.
      if (error instanceof UnknownFact) return undefined;
      throw error;
    }
  };
  const id = roles.id === null ? undefined : scope.values.get(roles.id);
  const kind = String(read(roles.kind));
  const isReply = kind !== 'request' && kind !== 'oneway';
  const timeout = read(roles.timeout);
  const wire = isReply ? read(roles.status) : undefined;
  const names = NAME_ROLES.flatMap((role) => {
    const name = read(roles[role]);
    return typeof name === 'string' ? [[role, name] as const] : [];
  });
  return {
    kind,
    ...(id === undefined ? {} : { id: String(id) }),
    ...(read(roles.heartbeat) === true ? { heartbeat: true } : {}),
    ...(read(roles.goaway) === true ? { goaway: true } : {}),
    ...(typeof timeout === 'bigint' || (typeof timeout === 'string' && /^-?\d{1,15}$/.test(timeout))
      ? { timeout: Number(timeout) }
      : {}),
    ...(typeof wire === 'bigint' && status !== null
      ? {
          status: status.decode.find((d) => d.wire === wire)?.canonical ?? status.decodeDefault,
          wireStatus: status.enum?.members.find((m) => m.value === wire)?.name ?? String(wire),
        }
      : {}),
    ...Object.fromEntries(names),
  };
}

/** "request id 77, heartbeat, status OK". */
export function meaningText(meaning: Meaning): string {
  const { kind, id, heartbeat, goaway, timeout, status, wireStatus } = meaning;
  return [
    id === undefined ? kind : `${kind} id ${id}`,
    ...(heartbeat === true ? ['heartbeat'] : []),
    ...(goaway === true ? ['goaway'] : []),
    ...(status === undefined
      ? []
      : [`status ${status}${wireStatus?.toUpperCase() === status ? '' : ` (${wireStatus})`}`]),
    ...NAME_ROLES.flatMap((role) => (meaning[role] === undefined ? [] : [`${role} ${meaning[role]}`])),
    ...(timeout === undefined
      ? []
      : [timeout < 0 ? 'no timeout' : timeout === 0 ? 'timeout unset' : `timeout ${timeout} ms`]),
  ].join(', ');
}
