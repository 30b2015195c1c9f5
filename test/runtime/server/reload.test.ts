import { afterEach, expect, test } from 'vitest';
import type { Server } from '../../../runtime/server/server.js';
import { boltRequest } from '../../support/bolt-frames.js';
import { handWrittenBolt } from '../../support/hand-written-bolt.js';
import { admin, Harness } from './harness.js';
import { TestCaller, type TestHost } from './peers.js';

const harness = new Harness();
afterEach(() => harness.cleanup());

interface Variant {
  readonly listeners: readonly string[];
  /** Where requests go. */
  readonly cluster: 'one' | 'two';
  readonly admin?: string;
  /** A further line. */
  readonly more?: string;
}

function yaml(
  hosts: readonly TestHost[],
  { listeners, cluster, admin = '127.0.0.1:0', more = '' }: Variant,
): string {
  return `
listeners:
${listeners.map((listener) => `  - { address: "127.0.0.1:0", protocol: bolt, route_config: services, ${listener} }`).join('\n')}
route_configs:
  - name: services
    virtual_hosts: [ { name: all, domains: ["*"], routes: [ { match: {}, route: { cluster: ${cluster} } } ] } ]
clusters:
  - { name: ${cluster}, hosts: [ { address: "127.0.0.1:${hosts[cluster === 'one' ? 0 : 1]!.port}" } ] }
admin: { address: "${admin}" }
${more}
`;
}

const egress: Variant = { listeners: ['name: egress'], cluster: 'one' };
const any = (id: number, body = 'x'): Buffer => boltRequest(id, 'any', Buffer.from(body));
const bodyOf = async (caller: TestCaller, id: number): Promise<string> =>
  (await caller.reply(id)).body.toString();

async function start(): Promise<{
  hosts: TestHost[];
  server: Server;
  address: (name: string) => string;
  apply: (variant: Variant) => Promise<void>;
}> {
  const hosts = [await harness.host('one'), await harness.host('two')];
  const { server, address } = await harness.server(yaml(hosts, egress));
  const apply = (variant: Variant): Promise<void> =>
    server.apply(harness.snapshot(yaml(hosts, variant)), [handWrittenBolt]);
  return { hosts, server, address, apply };
}

test('another route holds for the next request, on the same connection', async () => {
  const { hosts, address, apply } = await start();
  const caller = await harness.caller(address('egress'));
  hosts[0]!.hold = true;
  caller.send(any(1));
  await expect.poll(() => hosts[0]!.requests.length).toBe(1);
  const before = address('egress');
  await apply({ ...egress, cluster: 'two' });
  expect(address('egress')).toBe(before);
  caller.send(any(2));
  expect(await bodyOf(caller, 2)).toBe('two:x');
  // The request under way keeps the cluster it went to, though that is no longer configured.
  hosts[0]!.release();
  expect(await bodyOf(caller, 1)).toBe('one:x');
  expect(caller.closed).toBe(false);
  expect((await admin(address('admin'), '/config_dump')).text).toContain('"two"');
});

test('filters and limits change too; open connections keep their limits', async () => {
  const { hosts, address, apply } = await start();
  const caller = await harness.caller(address('egress'));
  caller.send(any(1));
  await caller.reply(1);
  const changed = 'filters: [ { name: header_rewrite, config: { request: { set: { v: "2" } } } } ]';
  await apply({ ...egress, listeners: [`name: egress, max_frame: 100B, ${changed}`] });
  caller.send(any(2, 'x'.repeat(200)));
  expect(await bodyOf(caller, 2)).toBe(`one:${'x'.repeat(200)}`);
  const fresh = await harness.caller(address('egress'));
  fresh.send(any(3, 'y'));
  expect(await bodyOf(fresh, 3)).toBe('one:y');
  expect(hosts[0]!.requests.at(-1)!.headers).toEqual({ service: 'any', v: '2' });
  fresh.send(any(4, 'x'.repeat(200)));
  await expect.poll(() => fresh.closed).toBe(true);
  expect(caller.closed).toBe(false);
});

test('listeners come and go; callers of one that goes are asked to leave', async () => {
  const { server, address, apply } = await start();
  const caller = await harness.caller(address('egress'));
  caller.send(any(1));
  await caller.reply(1);
  const before = address('egress');
  await apply({ ...egress, listeners: ['name: ingress'] });
  expect(server.boundAddresses.map(({ name }) => name)).toEqual(['ingress', 'admin']);
  const fresh = await harness.caller(address('ingress'));
  fresh.send(any(2));
  expect(await bodyOf(fresh, 2)).toBe('one:x');
  await expect.poll(() => caller.frames.some((frame) => frame.cmd === 100)).toBe(true);
  await expect.poll(() => caller.closed).toBe(true);
  await expect(TestCaller.connect(before)).rejects.toThrow('ECONNREFUSED');
});

const saidGoaway = ({ frames }: TestCaller): boolean => frames.some((frame) => frame.cmd === 100);

test('callers of a listener that goes are asked to leave one after the other, when the server stops all at once', async () => {
  const { server, address, apply } = await start();
  const callers = await Promise.all(Array.from({ length: 8 }, () => harness.caller(address('egress'))));
  for (const caller of callers) {
    caller.send(any(1));
    await caller.reply(1);
  }
  await apply({ ...egress, listeners: ['name: ingress'], more: 'drain_timeout: 10m' });
  await expect.poll(() => callers.some(saidGoaway)).toBe(true);
  expect(callers.every(saidGoaway)).toBe(false);
  void server.drain(5_000);
  await expect.poll(() => callers.every(saidGoaway)).toBe(true);
});

test('a drain may ask callers one after the other, and be hurried', async () => {
  const { server, address } = await start();
  const callers = await Promise.all(Array.from({ length: 8 }, () => harness.caller(address('egress'))));
  for (const caller of callers) {
    caller.send(any(1));
    await caller.reply(1);
  }
  const drained = server.drain(600_000, true);
  await expect.poll(() => callers.some(saidGoaway)).toBe(true);
  expect(callers.every(saidGoaway)).toBe(false);
  expect(server.drain(600_000, true)).toBe(drained);
  expect(callers.every(saidGoaway)).toBe(false);
  void server.drain();
  await expect.poll(() => callers.every(saidGoaway)).toBe(true);
  expect(await drained).toBe(true);
});

test('a listener that goes does not wait longer for its callers than a drain may take', async () => {
  const { hosts, address, apply } = await start();
  const caller = await harness.caller(address('egress'));
  hosts[0]!.hold = true;
  caller.send(any(1));
  await expect.poll(() => hosts[0]!.requests.length).toBe(1);
  await apply({ ...egress, listeners: ['name: ingress'], more: 'drain_timeout: 200ms' });
  await expect.poll(() => caller.closed).toBe(true);
});

test('what can not be done changes nothing', async () => {
  const { hosts, server, address, apply } = await start();
  const caller = await harness.caller(address('egress'));
  const wanted = harness.snapshot(
    yaml(hosts, { listeners: ['name: egress', 'name: fine', 'name: taken'], cluster: 'two' }),
  );
  const inUse = { host: '127.0.0.1', port: hosts[0]!.port };
  const listeners = wanted.listeners.map((one) => (one.name === 'taken' ? { ...one, address: inUse } : one));
  await expect(server.apply({ ...wanted, listeners }, [handWrittenBolt])).rejects.toThrow('EADDRINUSE');
  expect(server.boundAddresses.map(({ name }) => name)).toEqual(['egress', 'admin']);
  await expect(apply({ ...egress, cluster: 'two', admin: '127.0.0.1:1' })).rejects.toThrow(
    "admin can't be changed without a restart",
  );
  caller.send(any(1));
  expect(await bodyOf(caller, 1)).toBe('one:x');
  expect((await admin(address('admin'), '/config_dump')).text).not.toContain('"two"');
});

test('30 reloads under load: every request is answered by one of the two, none fails', async () => {
  const { address, apply, server } = await start();
  const callers = await Promise.all(Array.from({ length: 4 }, () => harness.caller(address('egress'))));
  let id = 0;
  let stop = false;
  const load = callers.map(async (caller) => {
    while (!stop) {
      const first = id + 1;
      id += 20;
      for (let i = first; i < first + 20; i++) caller.send(any(i, String(i)));
      for (let i = first; i < first + 20; i++) {
        expect(await bodyOf(caller, i)).toMatch(new RegExp(`^(one|two):${i}$`));
      }
      caller.frames.length = 0;
    }
  });
  for (let i = 0; i < 30; i++) {
    await apply({
      listeners: [`name: egress, max_requests: ${1_000 + i}`],
      cluster: i % 2 === 0 ? 'two' : 'one',
    });
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  stop = true;
  await Promise.all(load);
  const stats = server.metrics.listener('egress');
  expect(stats.requests).toBe(id);
  expect(stats.hijacks.reduce((sum, count) => sum + count, 0)).toBe(0);
  expect([stats.requestsActive, stats.connectionsActive]).toEqual([0, 4]);
});
