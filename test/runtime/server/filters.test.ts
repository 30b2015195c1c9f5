import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { boltRequest } from '../../support/bolt-frames.js';
import { handWrittenBolt } from '../../support/hand-written-bolt.js';
import { Harness } from './harness.js';
import type { TestCaller } from './peers.js';

const harness = new Harness();
afterEach(() => harness.cleanup());

/** @param limits tokens of the listener, of the virtual host and of the route `own`; empty: left out */
function yaml(
  port: number,
  limits: { listener?: string; host?: string; own?: string; more?: string },
): string {
  const config = (limit: string | undefined): string =>
    limit === undefined ? '' : `token_bucket: { max_tokens: ${limit}, fill_interval: 1h }`;
  const perFilter = (limit: string | undefined): string =>
    limit === undefined ? '{}' : `{ rate_limit: ${limit === 'false' ? 'false' : `{ ${config(limit)} }`} }`;
  const { listener, host, own, more = '' } = limits;
  return `
listeners:
  - name: egress
    address: 127.0.0.1:0
    protocol: bolt
    route_config: services
    ${more}
    filters: [ { name: rate_limit${listener === undefined ? '' : `, config: { ${config(listener)} }`} } ]
route_configs:
  - name: services
    virtual_hosts:
      - name: all
        domains: ['*']
        per_filter_config: ${perFilter(host)}
        routes:
          - name: own
            match: { service: own }
            route: { cluster: echo }
            per_filter_config: ${perFilter(own)}
          - name: rest
            match: {}
            route: { cluster: echo }
clusters: [ { name: echo, hosts: [ { address: "127.0.0.1:${port}" } ] } ]
`;
}

let nextId = 0;
/** How many of three requests for `service` pass. */
async function passing(caller: TestCaller, service: string): Promise<number> {
  let passed = 0;
  for (let i = 0; i < 3; i++) {
    caller.send(boltRequest(++nextId, service, Buffer.from('x')));
    if ((await caller.reply(nextId)).status === 0) passed++;
  }
  return passed;
}

test.each([
  ['the listener only', { listener: '2' }, { rest: 2, own: 0 }],
  ['a route only', { own: '1' }, { rest: 3, own: 1 }],
  ['a virtual host, and a route instead', { host: '1', own: '2' }, { rest: 1, own: 2 }],
  ['a virtual host, and a route that does without', { host: '1', own: 'false' }, { rest: 1, own: 3 }],
  ['all three', { listener: '1', host: '2', own: '3' }, { rest: 2, own: 3 }],
  ['nothing', {}, { rest: 3, own: 3 }],
])('configured by %s', async (_what, limits, { rest, own }) => {
  const host = await harness.host('h');
  const { address } = await harness.server(yaml(host.port, limits));
  const caller = await harness.caller(address('egress'));
  expect([await passing(caller, 'rest'), await passing(caller, 'own')]).toEqual([rest, own]);
});

test('a reload that leaves filters alone leaves them what they know; another begins anew', async () => {
  const host = await harness.host('h');
  const { address, server } = await harness.server(yaml(host.port, { host: '4', own: '4' }));
  const caller = await harness.caller(address('egress'));
  const apply = (limits: Parameters<typeof yaml>[1]): Promise<void> =>
    server.apply(harness.snapshot(yaml(host.port, limits)), [handWrittenBolt]);
  expect([await passing(caller, 'rest'), await passing(caller, 'own')]).toEqual([3, 3]);
  await apply({ host: '4', own: '4', more: 'max_frame: 1MiB' });
  expect([await passing(caller, 'rest'), await passing(caller, 'own')]).toEqual([1, 1]);
  const fresh = await harness.caller(address('egress'));
  expect([await passing(fresh, 'rest'), await passing(fresh, 'own')]).toEqual([0, 0]);
  await apply({ host: '4', own: '2', more: 'max_frame: 1MiB' });
  expect([await passing(caller, 'rest'), await passing(fresh, 'own')]).toEqual([3, 2]);
});

test('labels of the workload choose the way while the server runs', async () => {
  const folder = join(harness.folder, 'labels');
  mkdirSync(folder);
  const file = join(folder, 'labels');
  writeFileSync(file, 'group="blue"\n');
  const hosts = [await harness.host('blue'), await harness.host('green')];
  const route = (group: string): string =>
    `{ match: { headers: [ { name: host, exact: any }, { name: group, exact: ${group} } ] }, route: { cluster: ${group} } }`;
  const cluster = (group: string, i: number): string =>
    `{ name: ${group}, hosts: [ { address: "127.0.0.1:${hosts[i]!.port}" } ] }`;
  const { address } = await harness.server(`
listeners:
  - name: egress
    address: 127.0.0.1:0
    protocol: bolt
    route_config: services
    filters: [ { name: dubbo, config: { protocols: [bolt], labels_file: '${file}' } } ]
route_configs:
  - name: services
    virtual_hosts: [ { name: all, domains: ['*'], routes: [ ${route('blue')}, ${route('green')} ] } ]
clusters: [ ${cluster('blue', 0)}, ${cluster('green', 1)} ]
`);
  const caller = await harness.caller(address('egress'));
  const ask = async (): Promise<string> => {
    caller.send(boltRequest(++nextId, 'any', Buffer.from('x')));
    return (await caller.reply(nextId)).body.toString();
  };
  expect(await ask()).toBe('blue:x');
  writeFileSync(file, 'group="green"\n');
  await expect.poll(ask, { timeout: 10_000, interval: 100 }).toBe('green:x');
});
