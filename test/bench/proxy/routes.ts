import { ROOT } from '../../support/root.js';
import { compare, type Contender } from '../measure.js';
import { atMost, type Figure, type Part, told } from './claim.js';

// As built: the runtime's package hands out no parts of itself.
const { RouteTable } = (await import(
  `${ROOT}runtime/dist/route/route-table.js`
)) as typeof import('../../../runtime/route/route-table.js');
const { parseConfig, checkConfig } = (await import(
  `${ROOT}runtime/dist/config/load-config.js`
)) as typeof import('../../../runtime/config/load-config.js');

const FEW = 10;
const MANY = 10_000;
const ROUNDS = 51;
const TURN_MS = 4;

/** A look-up among many services, and among many virtual hosts, against one among few. */
export const ROUTES: Part = {
  name: 'routes',
  about: `a look-up in a table of ${MANY}, times one in a table of ${FEW}`,
  run() {
    const figures: Figure[] = [];
    for (const [what, yaml] of [
      ['services', services],
      ['virtual hosts', virtualHosts],
    ] as const) {
      const { first, second, ratio } = compare(
        lookUps(yaml(MANY), MANY),
        lookUps(yaml(FEW), FEW),
        ROUNDS,
        TURN_MS,
      );
      figures.push(
        atMost(`${what}: one among ${MANY}, times one among ${FEW}`, ratio, 3),
        told('    nanoseconds each', `${first.toFixed(0)} ${second.toFixed(0)}`),
      );
    }
    return Promise.resolve(figures);
  },
};

const service = (i: number): string => `com.demo.Service${i}:1.0`;

function services(count: number): string {
  const rules = Array.from(
    { length: count },
    (_, i) => `          - { match: { service: '${service(i)}' }, route: { cluster: echo } }`,
  );
  return `      - name: all\n        domains: ['*']\n        routes:\n${rules.join('\n')}\n`;
}

function virtualHosts(count: number): string {
  return Array.from(
    { length: count },
    (_, i) =>
      `      - { name: h${i}, domains: ['${service(i)}'], routes: [{ match: {}, route: { cluster: echo } }] }\n`,
  ).join('');
}

/** Look-ups of sixteen services that lie all over the table. */
function lookUps(hosts: string, count: number): Contender {
  const file = `listeners:
  - { name: test, address: 127.0.0.1:0, protocol: bolt, route_config: services }
route_configs:
  - name: services
    virtual_hosts:
${hosts}clusters: [{ name: echo, hosts: [] }]
`;
  const snapshot = checkConfig(parseConfig('bench.yaml', file), { protocols: ['bolt'], filters: new Map() });
  const table = new RouteTable([...snapshot.routeConfigs.values()][0]!);
  const inputs = Array.from({ length: 16 }, (_, i) => ({
    service: service((i * 617) % count),
    method: 'echo',
    sourceIp: '127.0.0.1',
    callerNames: [],
    listenerMetadata: {},
    metadata: () => undefined,
    group: undefined,
    version: undefined,
    header: () => undefined,
  }));
  return {
    name: `${count}`,
    run(n) {
      let found = 0;
      for (let i = 0; i < n; i++) found += table.match(inputs[i & 15]!)!.name.length;
      return found;
    },
  };
}
