import { propagation, ProxyTracerProvider, trace } from '@opentelemetry/api';
import { pathToFileURL } from 'node:url';
import type { TracingConfig } from '../config/snapshot.js';
import { StreamTracer } from '../observe/stream-tracer.js';

/** Tracing as a running server has it. */
export interface Tracing {
  readonly tracer: StreamTracer;
  /** Sends what still waits; resolves in the end, whatever comes of it. */
  shutdown(): Promise<void>;
}

/** What sending the last spans may take, in ms. */
const SHUTDOWN_MS = 5_000;

/**
 * Loads the module that knows OpenTelemetry's SDK: where spans go and which are kept is its business. It has
 * to register a tracer provider, as `new NodeTracerProvider(...).register()` does.
 *
 * @throws Error that names the module
 */
export async function loadTracing({ module: path }: TracingConfig): Promise<Tracing> {
  let loaded: Readonly<Record<string, unknown>>;
  try {
    loaded = (await import(pathToFileURL(path).href)) as Readonly<Record<string, unknown>>;
  } catch (error) {
    throw new Error(`tracing module ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const provider = trace.getTracerProvider();
  const registered = provider instanceof ProxyTracerProvider ? provider.getDelegate() : provider;
  if (registered.constructor.name === 'NoopTracerProvider') {
    throw new Error(`tracing module ${path} registers no tracer provider`);
  }
  const { shutdown } = loaded;
  if (shutdown !== undefined && typeof shutdown !== 'function') {
    throw new Error(`tracing module ${path}: what it exports as shutdown is no function`);
  }
  return {
    tracer: new StreamTracer(trace.getTracer('proto-frame'), propagation),
    async shutdown() {
      if (shutdown === undefined) return;
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, SHUTDOWN_MS)));
      try {
        await Promise.race([(shutdown as () => unknown)(), late]);
      } catch {
        // The collector is gone: the requests are done all the same.
      }
      clearTimeout(timer);
    },
  };
}
