import {
  type Context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type TextMapGetter,
  type TextMapSetter,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import { EncodeError, statusName, Status, type XFrame } from '@proto-frame/api';
import type { AccessLogEntry } from './access-log.js';
import { HIJACK_REASONS } from './hijack-reason.js';

/** Reads and writes the context in headers; OpenTelemetry's `propagation` is one. */
export interface Propagator {
  extract<C>(context: Context, carrier: C, getter?: TextMapGetter<C>): Context;
  inject<C>(context: Context, carrier: C, setter?: TextMapSetter<C>): void;
}

const GETTER: TextMapGetter<XFrame> = {
  get: (frame, key) => frame.header(key) ?? undefined,
  keys: (frame) => Array.from(frame.headers, ([key]) => key),
};
const SETTER: TextMapSetter<XFrame> = { set: (frame, key, value) => frame.headers.set(key, value) };

/** Gives each request a span of its own. Whatever protocol has a header map carries the context on. */
export class StreamTracer {
  /**
   * @param tracer makes the spans
   * @param propagator knows the headers, such as `traceparent`
   */
  constructor(
    private readonly tracer: Tracer,
    private readonly propagator: Propagator,
  ) {}

  /**
   * Starts the span of a request, as a child of the caller's if its headers name one, and writes it into the
   * headers: `frame` is the changed frame afterwards. Its bytes stay as they were if there is no room.
   *
   * @throws DecodeError if its headers can't be read
   */
  begin(frame: XFrame, service: string | undefined, method: string | undefined): Span {
    const { name, traits } = frame.protocol;
    const carries = traits.maxHeaders > 0;
    const parent = carries ? this.propagator.extract(ROOT_CONTEXT, frame, GETTER) : ROOT_CONTEXT;
    const span = this.tracer.startSpan(spanName(name, service, method), { kind: SpanKind.SERVER }, parent);
    if (!carries) return span;
    try {
      this.propagator.inject(trace.setSpan(parent, span), frame, SETTER);
      frame.apply();
    } catch (error) {
      if (!(error instanceof EncodeError)) throw error;
      span.addEvent('context not sent', { reason: error.message });
    }
    return span;
  }

  /** Ends a span with what became of its request. */
  end(span: Span, entry: AccessLogEntry): void {
    if (span.isRecording()) {
      span.setAttribute('rpc.system', entry.protocol);
      span.setAttribute('network.peer.address', entry.downstream);
      span.setAttribute('proto_frame.listener', entry.listener);
      setText(span, 'rpc.service', entry.service);
      setText(span, 'rpc.method', entry.method);
      setText(span, 'proto_frame.route', entry.route);
      setText(span, 'proto_frame.cluster', entry.cluster);
      setText(span, 'proto_frame.host', entry.host);
      if (entry.attempts > 1) span.setAttribute('proto_frame.attempts', entry.attempts);
      if (entry.oneway) span.setAttribute('proto_frame.oneway', true);
      if (entry.wireStatus !== null) span.setAttribute('proto_frame.wire_status', entry.wireStatus);
      if (entry.status !== null) span.setAttribute('proto_frame.status', statusName(entry.status));
      if (entry.hijack !== null) setText(span, 'proto_frame.hijack', HIJACK_REASONS[entry.hijack]);
      if (entry.hijack !== null || (entry.status !== null && entry.status !== Status.OK)) {
        span.setStatus({ code: SpanStatusCode.ERROR });
      }
    }
    span.end();
  }
}

function spanName(protocol: string, service: string | undefined, method: string | undefined): string {
  if (service === undefined) return method ?? protocol;
  return method === undefined ? service : `${service}/${method}`;
}

function setText(span: Span, key: string, value: string | null | undefined): void {
  if (value !== null && value !== undefined) span.setAttribute(key, value);
}
