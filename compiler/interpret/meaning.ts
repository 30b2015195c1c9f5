import type { Protocol } from '../model/model.js';
import { evaluateValue, type Value } from './evaluate-value.js';
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
}

/** Reads the roles of a frame. */
export function meaningOf(protocol: Protocol, tree: FrameTree): Meaning {
  const { roles, status } = protocol;
  const { scope } = tree;
  const read = (e: Parameters<typeof evaluateValue>[0] | null): Value =>
    e === null ? undefined : evaluateValue(e, scope);
  const id = roles.id === null ? undefined : scope.values.get(roles.id);
  const kind = String(read(roles.kind));
  const isReply = kind !== 'request' && kind !== 'oneway';
  const timeout = read(roles.timeout);
  const wire = isReply ? read(roles.status) : undefined;
  const service = read(roles.service);
  const method = read(roles.method);
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
    ...(typeof service === 'string' ? { service } : {}),
    ...(typeof method === 'string' ? { method } : {}),
  };
}

/** "request id 77, heartbeat, status OK". */
export function meaningText(meaning: Meaning): string {
  const { kind, id, heartbeat, goaway, timeout, status, wireStatus, service, method } = meaning;
  return [
    id === undefined ? kind : `${kind} id ${id}`,
    ...(heartbeat === true ? ['heartbeat'] : []),
    ...(goaway === true ? ['goaway'] : []),
    ...(status === undefined
      ? []
      : [`status ${status}${wireStatus?.toUpperCase() === status ? '' : ` (${wireStatus})`}`]),
    ...(service === undefined ? [] : [`service ${service}`]),
    ...(method === undefined ? [] : [`method ${method}`]),
    ...(timeout === undefined
      ? []
      : [timeout < 0 ? 'no timeout' : timeout === 0 ? 'timeout unset' : `timeout ${timeout} ms`]),
  ].join(', ');
}
