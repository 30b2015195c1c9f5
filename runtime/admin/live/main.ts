import { ClusterView } from './cluster-view.js';
import { byId, setText } from './element.js';
import { ErrorView } from './error-view.js';
import { formatBytes, formatMs, formatNumber, formatUptime } from './format.js';
import { History } from './history.js';
import { KeyedList } from './keyed-list.js';
import { ListenerView } from './listener-view.js';
import { percentile } from './percentile.js';
import type { ClusterStats, ListenerStats, LiveStats } from './stats.js';

/** How often the page looks, in milliseconds. */
const PERIOD_MS = 1_000;
/** More clusters at once would be no overview; the filter finds the others. */
const MOST_CLUSTERS = 24;

let stats: LiveStats;
const listeners = new KeyedList(
  byId('listeners'),
  ({ name }: ListenerStats) => name,
  (name) => {
    const view = new ListenerView(name);
    return { root: view.root, update: (listener: ListenerStats) => view.update(stats, listener) };
  },
);
const clusters = new KeyedList(
  byId('clusters'),
  ({ name }: ClusterStats) => name,
  (name) => {
    const view = new ClusterView(name);
    return { root: view.root, update: (cluster: ClusterStats) => view.update(stats, cluster) };
  },
);
const errors = new ErrorView();
byId('errors').append(errors.root);
const total = new History();
const filter = byId('filter') as HTMLInputElement;
const pause = byId('pause');
let paused = false;

function show(): void {
  listeners.update(stats.listeners);
  const wanted = filter.value.trim().toLowerCase();
  const found = stats.clusters.filter(
    ({ name, hosts }) =>
      name.toLowerCase().includes(wanted) || hosts.some(({ address }) => address.includes(wanted)),
  );
  clusters.update(found.slice(0, MOST_CLUSTERS));
  const hidden = found.length - Math.min(found.length, MOST_CLUSTERS);
  setText(
    byId('more'),
    hidden === 0 ? '' : `${hidden} more clusters: filter by name or address to see them.`,
  );
  errors.update(stats.errors);
  showSummary();
}

function showSummary(): void {
  const all = sumOf(stats.listeners);
  total.add(stats.time, stats.latency_bounds_ms, all);
  const { points } = total;
  // Over the last ten seconds, so that the figures can be read.
  const recent = points.slice(-10);
  const mean = (values: readonly number[]): number =>
    values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
  const rate = mean(recent.map((point) => point.rate));
  const failed = mean(recent.map((point) => point.errors));
  setText(byId('rate'), formatNumber(rate));
  setText(byId('failed'), rate === 0 ? '0 %' : `${formatNumber((100 * failed) / rate)} %`);
  setText(byId('p99'), formatMs(percentile(stats.latency_bounds_ms, all.latency.buckets, 0.99)));
  setText(byId('under-way'), formatNumber(all.requests_active));
  setText(byId('connections'), formatNumber(all.connections));
  setText(byId('memory'), formatBytes(stats.resident_bytes));
  showReload();
  const ready = stats.workers.filter(({ state }) => state === 'ready').length;
  const workers = stats.workers.length === 0 ? '' : `, ${ready} of ${stats.workers.length} workers ready`;
  setText(byId('process'), `pid ${stats.pid}, up ${formatUptime(stats.uptime_seconds)}${workers}`);
  const hosts = stats.clusters.flatMap((cluster) => cluster.hosts);
  const down = hosts.filter(({ state }) => state !== 'available').length;
  setText(byId('hosts'), `${hosts.length - down} of ${hosts.length} up`);
}

/** Says so if the last reload was refused: what runs is not what stands in the file. */
function showReload(): void {
  const { last_error: reason, last_error_at: at } = stats.config;
  const line = byId('reload');
  line.hidden = reason === null || at === null;
  if (reason === null || at === null) return;
  const time = new Date(at).toLocaleTimeString();
  setText(line, `Reload refused at ${time}, the old configuration stays: ${reason.split('\n', 1)[0]}`);
}

/** All listeners as one. */
function sumOf(all: readonly ListenerStats[]): ListenerStats {
  const responses: Record<string, number> = {};
  const buckets: number[] = [];
  let [connections, active, requests, count] = [0, 0, 0, 0];
  for (const listener of all) {
    connections += listener.connections;
    active += listener.requests_active;
    requests += listener.requests;
    count += listener.latency.count;
    for (const [status, n] of Object.entries(listener.responses))
      responses[status] = (responses[status] ?? 0) + n;
    listener.latency.buckets.forEach((n, i) => (buckets[i] = (buckets[i] ?? 0) + n));
  }
  return {
    name: 'all',
    address: '',
    protocols: [],
    route_config: '',
    hijacks: {},
    received_bytes: 0,
    sent_bytes: 0,
    connections,
    requests_active: active,
    requests,
    responses,
    latency: { buckets, sum_ms: 0, count },
  };
}

/** What a screen reader is told, too: only when it changes. */
function tell(state: 'ready' | 'not ready' | 'unreachable' | 'paused'): void {
  const status = byId('status');
  setText(status, state);
  status.className = `badge ${state === 'ready' ? 'good' : state === 'paused' ? '' : 'bad'}`;
}

async function look(): Promise<void> {
  if (paused || document.hidden) return;
  try {
    const response = await fetch('stats', { signal: AbortSignal.timeout(5 * PERIOD_MS) });
    if (!response.ok) throw new Error(`status ${response.status}`);
    stats = (await response.json()) as LiveStats;
    if (paused) return;
    show();
    tell(stats.ready ? 'ready' : 'not ready');
  } catch {
    tell('unreachable');
  }
}

async function lookOn(): Promise<void> {
  const started = performance.now();
  await look();
  setTimeout(() => void lookOn(), Math.max(0, PERIOD_MS - (performance.now() - started)));
}

pause.addEventListener('click', () => {
  paused = !paused;
  pause.setAttribute('aria-pressed', String(paused));
  if (paused) tell('paused');
  else void look();
});
filter.addEventListener('input', () => {
  if (stats !== undefined) show();
});
void lookOn();
