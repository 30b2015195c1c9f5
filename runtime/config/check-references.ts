import type { FilterFactory } from '@proto-frame/api';
import { z } from 'zod';
import type { ConfigProblem } from './config-error.js';
import { Findings } from './findings.js';
import { itemsAt, type Located, stringAt } from './located.js';
import { isLoopback } from './loopback.js';
import { RouteCheck } from './check-routes.js';
import { reportZodError } from './check-shape.js';
import { TlsCheck } from './check-tls.js';
import { suggestHint } from './suggest.js';
import { parseAddress, parseSize } from './units.js';

/** The names a configuration may use that do not come from itself. */
export interface Vocabulary {
  readonly protocols: readonly string[];
  readonly filters: ReadonlyMap<string, FilterFactory>;
}

/**
 * Checks what one part of the file says of another, on the raw values: parts of a wrong shape are passed
 * over, so that one run finds mistakes of both kinds.
 */
export function checkReferences(
  root: Located,
  vocabulary: Vocabulary,
  report: (problem: ConfigProblem) => void,
): void {
  const check = new ReferenceCheck(vocabulary, report);
  check.run(root);
}

class ReferenceCheck extends Findings {
  private readonly routes: RouteCheck;
  private readonly tls: TlsCheck;

  constructor(
    private readonly vocabulary: Vocabulary,
    report: (problem: ConfigProblem) => void,
  ) {
    super(report);
    this.routes = new RouteCheck(report);
    this.tls = new TlsCheck(report);
  }

  run(root: Located): void {
    const clusters = itemsAt(root, 'clusters');
    const routeConfigs = itemsAt(root, 'route_configs');
    const listeners = itemsAt(root, 'listeners');
    this.distinct(listeners, 'name', 'listener');
    this.distinct(listeners, 'address', 'listener', (address) => {
      const parsed = parseAddress(address);
      return parsed?.port !== 0 || parsed.path !== undefined;
    });
    this.distinct(routeConfigs, 'name', 'route config');
    this.distinct(clusters, 'name', 'cluster');
    const routeConfigNames = namesOf(root, 'route_configs');
    const clusterNames = namesOf(root, 'clusters');
    for (const listener of listeners) this.listener(listener, routeConfigNames, clusterNames);
    for (const routeConfig of routeConfigs) {
      this.routes.run(routeConfig, clusterNames);
      this.perFilterConfigs(routeConfig, listeners);
    }
    for (const cluster of clusters) this.cluster(cluster);
    this.admin(root.entries.get('admin'));
  }

  private listener(
    listener: Located,
    routeConfigs: ReadonlySet<string> | null,
    clusters: ReadonlySet<string> | null,
  ): void {
    this.known(stringAt(listener, 'route_config'), 'route config', routeConfigs);
    this.known(stringAt(listener, 'fallback'), 'cluster', clusters);
    const single = stringAt(listener, 'protocol');
    if (single !== undefined && single.value !== 'auto') this.protocol(single);
    const several = itemsAt(listener, 'protocol');
    this.distinctValues(several, 'protocol');
    for (const protocol of several) if (typeof protocol.value === 'string') this.protocol(protocol);
    this.watermarks(listener);
    this.tls.listener(listener);
    this.mode(listener);
    for (const filter of itemsAt(listener, 'filters')) this.filter(filter);
  }

  private protocol(node: Located): void {
    this.known(node, 'protocol', new Set(this.vocabulary.protocols));
  }

  private filter(filter: Located): void {
    const name = stringAt(filter, 'name');
    if (name === undefined) return;
    const factory = this.vocabulary.filters.get(String(name.value));
    if (factory === undefined) this.known(name, 'filter', new Set(this.vocabulary.filters.keys()));
    else this.filterConfig(factory, filter.entries.get('config'), filter);
  }

  /** Has the filter's own checks run. @param owner where to point if `config` is missing */
  private filterConfig(factory: FilterFactory, config: Located | undefined, owner: Located): void {
    try {
      factory.create(config?.value);
    } catch (error) {
      if (config !== undefined && reportZodError(error, config, this.report)) return;
      if (error instanceof z.ZodError) this.refuse(owner, '`config` is missing');
      else this.refuse(config ?? owner, error instanceof Error ? error.message : String(error));
    }
  }

  /** What routes and virtual hosts say to filters. @param listeners all there are */
  private perFilterConfigs(routeConfig: Located, listeners: readonly Located[]): void {
    const name = stringAt(routeConfig, 'name')?.value;
    const using = listeners.filter((listener) => stringAt(listener, 'route_config')?.value === name);
    const filters = using.flatMap((listener) => itemsAt(listener, 'filters'));
    const listed = new Set(filters.map((filter) => stringAt(filter, 'name')?.value));
    const hosts = itemsAt(routeConfig, 'virtual_hosts');
    for (const owner of [...hosts, ...hosts.flatMap((host) => itemsAt(host, 'routes'))]) {
      const node = owner.entries.get('per_filter_config');
      for (const [filter, config] of node?.entries ?? []) this.perFilterConfig(filter, config, listed);
    }
  }

  private perFilterConfig(name: string, config: Located, listed: ReadonlySet<unknown>): void {
    const at = { ...config, start: config.keyStart, end: config.keyEnd };
    const factory = this.vocabulary.filters.get(name);
    if (factory === undefined) {
      const known = [...this.vocabulary.filters.keys()];
      this.refuse(at, `there is no filter \`${name.slice(0, 64)}\``, suggestHint(name, known));
    } else if (factory.phase === 'before_route') {
      this.refuse(at, `${name} runs before a route is chosen, so a route can't configure it`);
    } else if (!listed.has(name)) {
      const hint = `add { name: ${name} } to the filters of a listener that uses it`;
      this.refuse(at, `no listener with this route config has the filter ${name}`, hint);
    } else if (config.value !== false) this.filterConfig(factory, config, config);
  }

  private cluster(cluster: Located): void {
    this.distinct(itemsAt(cluster, 'hosts'), 'address', 'host');
    const spoken = stringAt(cluster.entries.get('health_check'), 'protocol');
    if (spoken !== undefined) this.protocol(spoken);
    this.watermarks(cluster);
    this.tls.cluster(cluster);
  }

  private mode(listener: Located): void {
    const mode = listener.entries.get('mode');
    const address = stringAt(listener, 'address');
    const parsed = address === undefined ? null : parseAddress(String(address.value));
    if (mode === undefined || parsed === null || parsed.path !== undefined) return;
    this.refuse(mode, 'only unix sockets have permissions');
  }

  private watermarks(owner: Located): void {
    const node = owner.entries.get('watermarks');
    const high = parseSize(String(node?.entries.get('high')?.value ?? '1MiB'));
    const low = parseSize(String(node?.entries.get('low')?.value ?? '0B'));
    if (node !== undefined && high !== null && low !== null && low >= high) {
      this.refuse(node, `low (${low} bytes) has to be less than high (${high} bytes)`);
    }
  }

  private admin(admin: Located | undefined): void {
    const address = stringAt(admin, 'address');
    const parsed = address === undefined ? null : parseAddress(String(address.value));
    if (parsed === null || parsed.path !== undefined) return;
    if (isLoopback(parsed.host) || admin?.entries.get('allow_remote')?.value === true) return;
    this.refuse(
      address!,
      `${parsed.host} can be reached from other machines, and the admin port has no password`,
      'use 127.0.0.1, or say allow_remote: true',
    );
  }
}

/** The names in a section; null if it is no list, of which nothing can be said then. */
function namesOf(root: Located, section: string): ReadonlySet<string> | null {
  const node = root.entries.get(section);
  if (node !== undefined && !Array.isArray(node.value)) return null;
  const names = itemsAt(root, section).flatMap((item) => stringAt(item, 'name') ?? []);
  return new Set(names.map((name) => String(name.value)));
}
