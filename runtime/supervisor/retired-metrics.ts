import { mergePrometheus } from './merge-prometheus.js';

/** What only goes up. */
const COUNTERS: ReadonlySet<string> = new Set(['counter', 'histogram']);

/**
 * The counters of workers that are gone. Without them the sums would fall when a worker goes, which Prometheus
 * takes for a restart: it would count everything of the others once more.
 */
export class RetiredMetrics {
  text = '';

  /** @param metrics of a worker, as last told */
  add(metrics: string): void {
    if (metrics !== '') this.text = mergePrometheus([this.text, metrics], COUNTERS);
  }
}
