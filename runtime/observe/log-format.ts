import { statusName } from '@proto-frame/api';
import type { AccessLogEntry } from './access-log.js';
import { HIJACK_REASONS } from './hijack-reason.js';
import type { IsoTime } from './iso-time.js';
import type { LogLines } from './log-lines.js';

/** How a finished request becomes a line. */
export interface LogFormat {
  /** Request headers that have to be kept for it; entry.headers has their values in this order. */
  readonly headers: readonly string[];
  /** Writes one line, without its end. */
  write(entry: AccessLogEntry, into: LogLines, time: IsoTime): void;
}

type Operator = (entry: AccessLogEntry) => string | number | null | undefined;

/** Operators without an argument, by the names Envoy gives them where it has them. */
const OPERATORS: Readonly<Record<string, Operator>> = {
  LISTENER: (entry) => entry.listener,
  PROTOCOL: (entry) => entry.protocol,
  SERVICE: (entry) => entry.service,
  METHOD: (entry) => entry.method,
  ROUTE_NAME: (entry) => entry.route,
  UPSTREAM_CLUSTER: (entry) => entry.cluster,
  UPSTREAM_HOST: (entry) => entry.host,
  DOWNSTREAM_REMOTE_ADDRESS: (entry) => entry.downstream,
  DOWNSTREAM_PEER_SAN: (entry) => entry.downstreamName,
  STATUS: (entry) => (entry.status === null ? null : statusName(entry.status)),
  RESPONSE_CODE: (entry) => entry.wireStatus,
  RESPONSE_FLAGS: (entry) => (entry.hijack === null ? null : HIJACK_REASONS[entry.hijack]),
  ONEWAY: (entry) => String(entry.oneway),
  UPSTREAM_REQUEST_ATTEMPT_COUNT: (entry) => entry.attempts,
  BYTES_RECEIVED: (entry) => entry.requestBytes,
  BYTES_SENT: (entry) => entry.responseBytes,
  TRACE_ID: (entry) => entry.traceId,
};
/** Operators whose value is written and not made, by their names. */
const WRITTEN: ReadonlyMap<string, LogFormat['write']> = new Map([
  ['START_TIME', (entry, into, time) => time.write(entry.start, into)],
  ['DURATION', (entry, into) => into.milliseconds(entry.duration)],
]);
/** Operators with one. */
const WITH_ARGUMENT = ['REQ', 'DYNAMIC_METADATA'];
/** What stands for a value that is not there. */
const MISSING = '-';
const MOST_PARTS = 256;

/**
 * Compiles a template: text with operators such as `%SERVICE%`, `%REQ(user)%` (a header of the request) and
 * `%DYNAMIC_METADATA(group)%`; `%%` is a percent sign. A value never breaks out of its place: control
 * characters, quotes and backslashes in it are escaped, and outside of quotes in the template blanks as well.
 *
 * @throws Error with a message for the person who wrote it
 */
export function compileLogFormat(template: string): LogFormat {
  const parts: LogFormat['write'][] = [];
  const headers: string[] = [];
  let quoted = false;
  let at = 0;
  while (at < template.length) {
    const percent = template.indexOf('%', at);
    const text = template.slice(at, percent < 0 ? undefined : percent);
    if (/[\n\r]/.test(text)) throw new Error('a line break would end the line early');
    for (const char of text) if (char === '"') quoted = !quoted;
    if (text !== '') parts.push((_entry, into) => into.plain(text));
    if (percent < 0) break;
    const close = template.indexOf('%', percent + 1);
    if (close < 0) throw new Error(`the operator at character ${percent + 1} has no closing %`);
    const operator = template.slice(percent + 1, close);
    parts.push(
      operator === ''
        ? (_entry, into) => into.plain('%')
        : (WRITTEN.get(operator) ?? valueOf(operatorOf(operator, headers), quoted)),
    );
    at = close + 1;
  }
  if (parts.length > MOST_PARTS) throw new Error(`over ${MOST_PARTS} operators and texts between them`);
  return {
    headers,
    write(entry, into, time) {
      for (const part of parts) part(entry, into, time);
    },
  };
}

function valueOf(read: Operator, quoted: boolean): LogFormat['write'] {
  return (entry, into) => {
    const value = read(entry);
    if (typeof value === 'number') into.number(value);
    else if (value === null || value === undefined) into.plain(MISSING);
    else into.escaped(value, quoted);
  };
}

/** @param headers gets the header that the operator needs */
function operatorOf(text: string, headers: string[]): Operator {
  const parts = /^([A-Z_]+)(?:\(([^()]{1,128})\))?$/.exec(text);
  const name = parts?.[1];
  const argument = parts?.[2];
  if (name !== undefined && argument === undefined && Object.hasOwn(OPERATORS, name)) return OPERATORS[name]!;
  if (name === 'DYNAMIC_METADATA' && argument !== undefined) {
    return (entry) => entry.metadata?.get(argument);
  }
  if (name === 'REQ' && argument !== undefined) {
    let index = headers.indexOf(argument);
    if (index < 0) index = headers.push(argument) - 1;
    return (entry) => entry.headers?.[index];
  }
  const known = [
    ...WRITTEN.keys(),
    ...Object.keys(OPERATORS),
    ...WITH_ARGUMENT.map((operator) => `${operator}(name)`),
  ];
  throw new Error(`there is no operator %${text.slice(0, 64)}%; known are ${known.join(', ')}`);
}
