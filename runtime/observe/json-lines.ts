import { statusName } from '@proto-frame/api';
import { HIJACK_REASONS } from './hijack-reason.js';
import type { LogFormat } from './log-format.js';
import type { LogLines } from './log-lines.js';

/** What requests look like if the configuration gives no template: a JSON object a line. */
export const JSON_LINES: LogFormat = {
  headers: [],
  write(entry, into, time) {
    into.plain('{"time":"');
    time.write(entry.start, into);
    text(into, '","listener":"', entry.listener);
    text(into, '","protocol":"', entry.protocol);
    text(into, '","downstream":"', entry.downstream);
    text(into, '","downstream_name":"', entry.downstreamName);
    text(into, '","service":"', entry.service);
    text(into, '","method":"', entry.method);
    text(into, '","route":"', entry.route);
    text(into, '","cluster":"', entry.cluster);
    text(into, '","host":"', entry.host);
    text(into, '","trace_id":"', entry.traceId);
    into.plain('"');
    if (entry.oneway) into.plain(',"oneway":true');
    if (entry.attempts > 1) number(into, ',"attempts":', entry.attempts);
    if (entry.status !== null) {
      into.plain(',"status":"');
      into.plain(statusName(entry.status));
      into.plain('"');
    }
    if (entry.wireStatus !== null) number(into, ',"wire_status":', entry.wireStatus);
    if (entry.hijack !== null) {
      into.plain(',"hijack":"');
      into.plain(HIJACK_REASONS[entry.hijack] ?? 'internal');
      into.plain('"');
    }
    into.plain(',"duration_ms":');
    into.milliseconds(entry.duration);
    number(into, ',"request_bytes":', entry.requestBytes);
    number(into, ',"response_bytes":', entry.responseBytes);
    into.plain('}');
  },
};

/** @param key with the quote that ends the value before it, and the one that begins its own */
function text(into: LogLines, key: string, value: string | null | undefined): void {
  if (value === null || value === undefined) return;
  into.plain(key);
  into.escaped(value, true);
}

function number(into: LogLines, key: string, value: number): void {
  into.plain(key);
  into.number(value);
}
