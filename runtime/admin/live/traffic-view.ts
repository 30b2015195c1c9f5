import { Chart } from './chart.js';
import { element } from './element.js';
import { formatMs, formatNumber } from './format.js';
import { History } from './history.js';
import type { TrafficStats } from './stats.js';

/** Rates and latency of one listener or cluster, as two charts. */
export class TrafficView {
  readonly root: HTMLElement;
  readonly history = new History();
  private readonly rates = new Chart('Requests a second', (value) => formatNumber(value ?? 0), [
    'requests',
    'errors',
  ]);
  private readonly latency = new Chart('Latency', formatMs, ['p50', 'p90', 'p99']);

  constructor() {
    this.root = element('div', { class: 'charts' }, this.rates.root, this.latency.root);
  }

  /** @param time of `stats`, epoch milliseconds; the charts take the step since the last */
  update(time: number, bounds: readonly number[], stats: TrafficStats): void {
    this.history.add(time, bounds, stats);
    const { points } = this.history;
    this.rates.update([
      { name: 'requests', values: points.map((point) => point.rate) },
      { name: 'errors', values: points.map((point) => point.errors) },
    ]);
    this.latency.update([
      { name: 'p50', values: points.map((point) => point.p50) },
      { name: 'p90', values: points.map((point) => point.p90) },
      { name: 'p99', values: points.map((point) => point.p99) },
    ]);
  }
}
