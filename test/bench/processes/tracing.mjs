// What the benchmark loads as `tracing.module`: spans are made and ended, and go nowhere.
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';

new NodeTracerProvider().register();
