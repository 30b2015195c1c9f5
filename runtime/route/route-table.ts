import type { RouteConfig } from '../config/snapshot.js';
import { DomainTable } from './domain-table.js';
import type { Route } from './route.js';
import type { RouteInput } from './route-input.js';
import { RuleIndex } from './rule-index.js';

/** The header whose value domains are compared with, before the service. */
const HOST = 'host';

/**
 * The routes of one RouteConfig, ready to be asked: the domain chooses a virtual host, whose first rule that
 * matches wins. If none does, no other virtual host is asked.
 */
export class RouteTable {
  readonly name: string;

  private readonly hosts: DomainTable<RuleIndex>;
  /** Set if there is but one virtual host, for any domain. */
  private readonly only: RuleIndex | null;

  /** @throws Error for a pattern that can't be compiled; a checked snapshot has none */
  constructor(config: RouteConfig) {
    this.name = config.name;
    this.hosts = new DomainTable(
      config.virtualHosts.flatMap(({ domains, routes }) => {
        const rules = new RuleIndex(routes);
        return domains.map((domain): [string, RuleIndex] => [domain, rules]);
      }),
    );
    this.only = this.hosts.trivial ? this.hosts.find(undefined) : null;
  }

  /** The route of a request, or null. */
  match(call: RouteInput): Route | null {
    const rules = this.only ?? this.hosts.find(call.header(HOST) ?? call.service);
    return rules === null ? null : rules.match(call);
  }
}
