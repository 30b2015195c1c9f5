// What `tracing: { module: otel.mjs }` loads: where spans go is OpenTelemetry's business, so this is plain SDK
// code. OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_TRACES_SAMPLER and the like work as everywhere. Install
// @opentelemetry/sdk-trace-node and @opentelemetry/exporter-trace-otlp-http beside the runtime.
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';

const provider = new NodeTracerProvider({
  spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
});
provider.register();

/** Called when the sidecar stops: sends what still waits. */
export const shutdown = () => provider.shutdown();
