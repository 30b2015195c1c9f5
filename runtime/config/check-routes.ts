import { Findings, STRING_KINDS } from './findings.js';
import { isMap, itemsAt, type Located, stringAt } from './located.js';
import { parseDuration } from './units.js';

const HEADER_KINDS = [...STRING_KINDS, 'range', 'present'];
const TARGETS = ['cluster', 'cluster_header', 'weighted_clusters'];
const BESIDE_TARGETS = ['use_hash_policy', 'metadata_match', 'hash_policy', 'timeout', 'retry', 'mirror'];
const BESIDE_ACTIONS = ['name', 'match', 'request_headers', 'response_headers', 'per_filter_config'];

/** Checks what routes say of clusters and of each other. */
export class RouteCheck extends Findings {
  /** @param clusters the names there are; null if they can't be read */
  run(routeConfig: Located, clusters: ReadonlySet<string> | null): void {
    const hosts = itemsAt(routeConfig, 'virtual_hosts');
    const domains = hosts.flatMap((host) => itemsAt(host, 'domains'));
    const routes = hosts.flatMap((host) => itemsAt(host, 'routes'));
    this.distinct(hosts, 'name', 'virtual host');
    this.distinctValues(domains, 'domain');
    this.distinct(routes, 'name', 'route');
    for (const domain of domains) this.domain(domain);
    for (const route of routes) this.route(route, clusters);
  }

  private domain(domain: Located): void {
    if (typeof domain.value !== 'string') return;
    const stars = domain.value.split('*').length - 1;
    if (stars === 0 || (stars === 1 && /^\*|\*$/.test(domain.value))) return;
    this.refuse(domain, 'a domain has one * at most, at its begin or at its end');
  }

  private route(route: Located, clusters: ReadonlySet<string> | null): void {
    const match = route.entries.get('match');
    for (const key of ['service', 'method', 'group', 'version', 'path', 'caller_name']) {
      this.stringMatch(match?.entries.get(key));
    }
    for (const value of match?.entries.get('listener_metadata')?.entries.values() ?? []) {
      this.stringMatch(value);
    }
    for (const header of itemsAt(match, 'headers')) {
      if (isMap(header)) this.exactlyOne(header, HEADER_KINDS, ['name', 'invert']);
      this.pattern(header);
      this.range(header.entries.get('range'));
    }
    if (isMap(route)) this.exactlyOne(route, ['route', 'direct_response'], BESIDE_ACTIONS);
    const action = route.entries.get('route');
    if (action !== undefined && isMap(action)) this.action(action, clusters);
    const edits = route.entries.get('request_headers') ?? route.entries.get('response_headers');
    if (edits !== undefined && route.entries.has('direct_response')) {
      this.refuse(edits, 'with direct_response nothing is sent to a host whose headers could be changed');
    }
  }

  private range(range: Located | undefined): void {
    const start = range?.entries.get('start')?.value;
    const end = range?.entries.get('end')?.value;
    if (typeof start === 'number' && typeof end === 'number' && start >= end) {
      this.refuse(range!, `no number is at least ${start} and below ${end}`);
    }
  }

  private action(action: Located, clusters: ReadonlySet<string> | null): void {
    this.exactlyOne(action, TARGETS, BESIDE_TARGETS);
    this.known(stringAt(action, 'cluster'), 'cluster', clusters);
    this.known(stringAt(action.entries.get('mirror'), 'cluster'), 'cluster', clusters);
    const weighted = itemsAt(action, 'weighted_clusters');
    this.distinct(weighted, 'name', 'cluster');
    for (const entry of weighted) this.known(stringAt(entry, 'name'), 'cluster', clusters);
    for (const owner of [action, ...weighted]) {
      for (const value of owner.entries.get('metadata_match')?.entries.values() ?? []) {
        if (isMap(value)) this.exactlyOne(value, ['header', 'metadata']);
      }
    }
    const weights = weighted.map((entry) => entry.entries.get('weight')?.value);
    if (weights.length > 0 && weights.every((weight) => weight === 0)) {
      this.refuse(action.entries.get('weighted_clusters')!, 'the weights add up to 0');
    }
    const policies = itemsAt(action, 'hash_policy');
    for (const policy of policies) {
      if (isMap(policy)) this.exactlyOne(policy, ['header', 'source_ip', 'attribute'], ['terminal']);
    }
    const hashed = action.entries.get('use_hash_policy');
    if (hashed?.value === true && (weighted.length === 0 || policies.length === 0)) {
      this.refuse(hashed, 'there is nothing to choose by a hash without weighted_clusters and hash_policy');
    }
    this.retry(action);
  }

  private retry(action: Located): void {
    const retry = action.entries.get('retry');
    if (retry === undefined) return;
    const statuses = itemsAt(retry, 'statuses');
    const on = itemsAt(retry, 'on');
    this.distinctValues([...on], 'condition');
    this.distinctValues([...statuses], 'status');
    for (const status of statuses) {
      if (status.value === 'OK') this.refuse(status, 'a reply with OK is no failure');
    }
    const perTry = retry.entries.get('per_try_timeout');
    const timedOut = on.find((condition) => condition.value === 'timeout');
    if (timedOut !== undefined && perTry === undefined) {
      this.refuse(timedOut, 'an attempt never times out without per_try_timeout');
    }
    if (retry.entries.get('idempotent')?.value !== true) {
      const unsure = [
        timedOut,
        on.find(({ value }) => value === 'codec_error'),
        statuses.find(({ value }) => value !== 'OVERLOADED'),
      ];
      for (const node of unsure) {
        if (node === undefined) continue;
        const reason = `after ${String(node.value)} the host may have done what it was asked for`;
        this.refuse(node, reason, 'say idempotent: true if it may do it twice');
      }
    }
    this.order(action.entries.get('timeout'), perTry, 'per_try_timeout is longer than timeout');
    const backOff = retry.entries.get('back_off');
    const base = backOff?.entries.get('base');
    this.order(backOff?.entries.get('max'), base, 'base is longer than max');
  }

  /** Refuses `less` if it is more than `more`, both durations. */
  private order(more: Located | undefined, less: Located | undefined, message: string): void {
    if (typeof more?.value !== 'string' || typeof less?.value !== 'string') return;
    if ((parseDuration(less.value) ?? 0) > (parseDuration(more.value) ?? Infinity))
      this.refuse(less, message);
  }
}
