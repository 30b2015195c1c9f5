import { lookup, Resolver } from 'node:dns/promises';

/** Addresses of a name. */
export interface Resolved {
  /** Without weight and priority of SRV: 0. */
  readonly hosts: readonly {
    readonly address: string;
    /** null: the name does not say. */
    readonly port: number | null;
    readonly weight: number;
    readonly priority: number;
  }[];
  /** For how long that holds, ms; null if nobody says. */
  readonly ttl: number | null;
}

/** What asks for the addresses of a name; a test hands in its own. */
export interface NameResolver {
  /** A and AAAA records; what the machine itself knows (/etc/hosts) if there are none. @throws Error */
  addresses(name: string): Promise<Resolved>;
  /** SRV records, and the addresses of their targets. @throws Error */
  services(name: string): Promise<Resolved>;
}

/** SRV targets that are looked at; a hostile answer may have thousands. */
const MOST_TARGETS = 256;
/** Addresses of a name that are looked at. */
const MOST_ADDRESSES = 4_096;

/** Asks the servers of /etc/resolv.conf, or those given. */
export class DnsResolver implements NameResolver {
  private readonly resolver = new Resolver({ timeout: 2_000, tries: 2 });

  /** @param servers `address:port`; none: those of the machine */
  constructor(private readonly servers: readonly string[] = []) {
    if (servers.length > 0) this.resolver.setServers(servers);
  }

  async addresses(name: string): Promise<Resolved> {
    const answers = await Promise.allSettled([
      this.resolver.resolve4(name, { ttl: true }),
      this.resolver.resolve6(name, { ttl: true }),
    ]);
    const records = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    if (records.length > 0) {
      // Of some 256 addresses Node tells the time; all further ones have none.
      const ttls = records.map(({ ttl }) => ttl).filter(Number.isFinite);
      return {
        hosts: records
          .slice(0, MOST_ADDRESSES)
          .map(({ address }) => ({ address, port: null, weight: 0, priority: 0 })),
        ttl: ttls.length === 0 ? null : Math.min(...ttls) * 1_000,
      };
    }
    // The machine's own way would ask other servers.
    if (this.servers.length > 0) throw failureOf(answers);
    const known = await lookup(name, { all: true });
    return {
      hosts: known.map(({ address }) => ({ address, port: null, weight: 0, priority: 0 })),
      ttl: null,
    };
  }

  async services(name: string): Promise<Resolved> {
    const records = (await this.resolver.resolveSrv(name)).slice(0, MOST_TARGETS);
    const resolved = await Promise.all(records.map((record) => this.addresses(record.name)));
    const ttls = resolved.flatMap(({ ttl }) => ttl ?? []);
    return {
      hosts: records
        .flatMap(({ port, weight, priority }, i) =>
          resolved[i]!.hosts.map(({ address }) => ({ address, port, weight, priority })),
        )
        .slice(0, MOST_ADDRESSES),
      ttl: ttls.length === 0 ? null : Math.min(...ttls),
    };
  }
}

function failureOf(answers: readonly PromiseSettledResult<unknown>[]): Error {
  for (const answer of answers) if (answer.status === 'rejected') return answer.reason as Error;
  return new Error('it has no addresses');
}
