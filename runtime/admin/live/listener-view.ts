import { element, setText } from './element.js';
import { formatBytes, formatNumber } from './format.js';
import type { ListenerStats, LiveStats } from './stats.js';
import { TrafficView } from './traffic-view.js';

/** One listener. */
export class ListenerView {
  readonly root: HTMLElement;
  readonly traffic = new TrafficView();
  private readonly facts = element('p', { class: 'facts' });

  constructor(name: string) {
    this.root = element('article', { class: 'card' }, element('h3', {}, name), this.facts, this.traffic.root);
  }

  update(stats: LiveStats, listener: ListenerStats): void {
    const { address, protocols, route_config: routes, connections } = listener;
    const spoken = typeof protocols === 'string' ? protocols : protocols.join(', ');
    setText(
      this.facts,
      `${address} · ${spoken} · routes ${routes} · ${formatNumber(connections)} ${connections === 1 ? 'connection' : 'connections'} · ` +
        `${formatNumber(listener.requests_active)} under way · ` +
        `${formatBytes(listener.received_bytes)} in, ${formatBytes(listener.sent_bytes)} out`,
    );
    this.traffic.update(stats.time, stats.latency_bounds_ms, listener);
  }
}
