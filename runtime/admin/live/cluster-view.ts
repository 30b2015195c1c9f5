import { element, setText } from './element.js';
import { formatMs, formatNumber } from './format.js';
import { History } from './history.js';
import type { ClusterStats, HostStats, LiveStats } from './stats.js';
import { type Column, Table } from './table.js';
import { TrafficView } from './traffic-view.js';

interface HostRow {
  readonly host: HostStats;
  readonly history: History;
}

const COLUMNS: readonly Column<HostRow>[] = [
  { title: 'Host', text: ({ host }) => host.address },
  {
    title: 'State',
    text: ({ host }) => host.state.replaceAll('_', ' '),
    badge: ({ host }) => (host.state === 'available' ? 'good' : 'bad'),
  },
  { title: 'Weight', numeric: true, text: ({ host }) => String(host.weight) },
  { title: 'Connections', numeric: true, text: ({ host }) => formatNumber(host.connections) },
  { title: 'Under way', numeric: true, text: ({ host }) => formatNumber(host.requests_active) },
  { title: 'Requests/s', numeric: true, text: ({ history }) => formatNumber(history.last?.rate ?? 0) },
  { title: 'Errors/s', numeric: true, text: ({ history }) => formatNumber(history.last?.errors ?? 0) },
  { title: 'p99', numeric: true, text: ({ history }) => formatMs(history.last?.p99 ?? null) },
  {
    title: 'Metadata',
    text: ({ host }) =>
      Object.entries(host.metadata)
        .map(([key, value]) => `${key}=${value}`)
        .join(' '),
  },
];

/** One cluster with its hosts. */
export class ClusterView {
  readonly root: HTMLElement;
  readonly traffic = new TrafficView();
  private readonly facts = element('p', { class: 'facts' });
  private readonly table: Table<HostRow>;
  private readonly histories = new Map<string, History>();

  constructor(name: string) {
    this.table = new Table(`Hosts of ${name}`, COLUMNS, 'This cluster has no hosts.');
    const title = element('h3', {}, name);
    this.root = element('article', { class: 'card' }, title, this.facts, this.traffic.root, this.table.root);
  }

  update(stats: LiveStats, cluster: ClusterStats): void {
    const { hosts } = cluster;
    const available = hosts.filter(({ state }) => state === 'available').length;
    setText(
      this.facts,
      `${cluster.lb.replaceAll('_', ' ')} · ${available} of ${hosts.length} hosts available · ` +
        `${formatNumber(cluster.requests_active)} under way`,
    );
    this.traffic.update(stats.time, stats.latency_bounds_ms, cluster);
    for (const address of this.histories.keys()) {
      if (!hosts.some((host) => host.address === address)) this.histories.delete(address);
    }
    const rows = hosts.map((host) => {
      const history = this.histories.get(host.address) ?? new History();
      this.histories.set(host.address, history);
      history.add(stats.time, stats.latency_bounds_ms, host);
      return { host, history };
    });
    this.table.update(rows, ({ host }) => host.address);
  }
}
