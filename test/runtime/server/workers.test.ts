import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { boltRequest } from '../../support/bolt-frames.js';
import { type Child, startNode } from '../../support/child.js';
import { ROOT } from '../../support/root.js';
import { writeCodecModule } from './codec-module.js';
import { startHost, TestCaller, type TestHost } from './peers.js';

const folder = mkdtempSync(join(tmpdir(), 'workers-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
writeCodecModule(folder, 'bolt-by-hand');
// A codec with a bug: a request for the service `spin` never comes to an end.
writeCodecModule(folder, 'spinning', (source) =>
  source
    .replace('remember: (b, at) => (', 'remember: (b, at) => (spin(b), ')
    .concat('\nfunction spin(b) { while (Buffer.from(b).includes("spin forever")); }\n'),
);

// Preloaded by a supervisor: takes so many of the ports that it finds free before its workers can.
const thief = join(folder, 'thief.mjs');
writeFileSync(
  thief,
  `import cluster from 'node:cluster';
import { createServer, Server } from 'node:net';
const { close } = Server.prototype;
let left = cluster.isPrimary ? Number(process.env.THEFTS) : 0;
Server.prototype.close = function (done) {
  const { address: host, port } = this.address() ?? {};
  if (port === undefined || left-- <= 0) return close.call(this, done);
  const take = () => createServer().listen({ host, port, exclusive: true }, done).unref();
  return close.call(this, take);
};
`,
);

/** A machine may be busy: what is waited for may take its time. */
const poll: typeof expect.poll = (read) => expect.poll(read, { timeout: 15_000 });
const MAIN = join(ROOT, 'runtime/dist/server/main.js');
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

function yaml(port: number, more = '', protocol = 'bolt-by-hand'): string {
  return `
codecs: [ ./${protocol}.mjs ]
listeners:
  - { name: egress, address: "127.0.0.1:0", protocol: ${protocol}, route_config: services }
  - { name: second, address: "127.0.0.1:0", protocol: ${protocol}, route_config: services }
route_configs:
  - name: services
    virtual_hosts:
      - { name: all, domains: ["*"], routes: [ { match: {}, route: { cluster: echo } } ] }
clusters:
  - { name: echo, hosts: [ { address: "127.0.0.1:${port}" } ] }
admin: { address: "127.0.0.1:0" }
drain_timeout: 5s
${more}`;
}

interface Running {
  readonly child: Child;
  readonly address: string;
  readonly second: string;
  readonly path: string;
  page<T>(path: string): Promise<T>;
  metric(name: string): Promise<number>;
  /** Process ids of the workers that serve. */
  workers(): Promise<number[]>;
}

async function host(name: string): Promise<TestHost> {
  const started = await startHost(name);
  ends.push(() => started.stop());
  return started;
}

async function caller(address: string): Promise<TestCaller> {
  const connected = await TestCaller.connect(address);
  ends.push(() => connected.end());
  return connected;
}

/** @param thefts how many free ports are taken by somebody else */
function launch(text: string, args: readonly string[], thefts = 0): { child: Child; path: string } {
  const path = join(mkdtempSync(join(folder, 'run-')), 'egress.yaml');
  writeFileSync(path, text.replace('./', `${folder}/`));
  const stealing = thefts > 0 ? ['--import', thief] : [];
  const child = startNode(MAIN, ['-c', path, '--no-watch', ...args], stealing, { THEFTS: String(thefts) });
  ends.push(() => child.stop('SIGKILL'));
  return { child, path };
}

async function start(text: string, args: readonly string[] = [], thefts = 0): Promise<Running> {
  const { child, path } = launch(text, args, thefts);
  const bound = async (name: string): Promise<string> =>
    (await child.line(new RegExp(`^${name} listens on (\\S+)$`)))[1]!;
  const address = await bound('egress');
  const admin = await bound('admin');
  await child.line(/^ready$/);
  const text_ = async (page: string): Promise<string> => (await fetch(`http://${admin}${page}`)).text();
  return {
    child,
    address,
    second: await bound('second'),
    path,
    page: async <T>(page: string) => JSON.parse(await text_(page)) as T,
    async metric(name) {
      const lines = (await text_('/stats/prometheus')).split('\n');
      const line = lines.find((one) => one.startsWith(name));
      return Number(line?.slice(line.lastIndexOf(' ')));
    },
    async workers() {
      const stats = JSON.parse(await text_('/stats')) as { workers: { pid: number; state: string }[] };
      return stats.workers.filter(({ state }) => state === 'ready').map(({ pid }) => pid);
    },
  };
}

const saidGoaway = ({ frames }: TestCaller): boolean => frames.some((frame) => frame.cmd === 100);

let id = 0;
async function ask(from: TestCaller, body = 'x'): Promise<string> {
  const mine = ++id;
  from.send(boltRequest(mine, 'any', Buffer.from(body)));
  return (await from.reply(mine)).body.toString();
}

describe('two workers', () => {
  // One sidecar for all of these, in their order: a start takes seconds.
  let hosts: TestHost[];
  let running: Running;
  let keep: (() => unknown)[] = [];
  const open: { end(): void }[] = [];
  const join = async (address = running.address): Promise<TestCaller> => {
    const connected = await TestCaller.connect(address);
    open.push(connected);
    return connected;
  };
  const requests = (): Promise<number> =>
    running.metric('proto_frame_downstream_requests_total{listener="egress"}');
  const text = (host: TestHost): string =>
    yaml(host.port, 'workers: 2').replace('drain_timeout: 5s', 'drain_timeout: 10m');

  beforeAll(async () => {
    hosts = [await startHost('one'), await startHost('two')];
    running = await start(text(hosts[0]!));
    keep = ends.splice(0);
  });
  afterEach(() => open.splice(0).forEach((caller) => caller.end()));
  afterAll(async () => {
    for (const end of keep) await end();
    for (const { stop } of hosts) await stop();
  });

  test('share the listeners; figures are those of both', async () => {
    const { address, second, metric, page, workers } = running;
    expect(await workers()).toHaveLength(2);
    for (let i = 0; i < 20; i++) expect(await ask(await join(i % 2 === 0 ? address : second))).toBe('one:x');
    expect(await requests()).toBe(10);
    expect(await metric('proto_frame_workers{state="ready"}')).toBe(2);
    const [cluster] = await page<{ hosts: { connections: number }[] }[]>('/clusters');
    expect(cluster!.hosts).toHaveLength(1);
    const listeners = await page<{ name: string; address: string; connections: number }[]>('/listeners');
    expect(listeners.map(({ name, address: at, connections }) => [name, at, connections])).toEqual([
      ['egress', address, 10],
      ['second', second, 10],
    ]);
  });

  test('one that is killed is replaced; only its own callers notice, and no count falls', async () => {
    const { child, metric, workers } = running;
    const before = await requests();
    const callers = await Promise.all(Array.from({ length: 12 }, () => join()));
    for (const each of callers) await ask(each);
    expect(await requests()).toBe(before + 12);
    const [victim, other] = await workers();
    process.kill(victim!, 'SIGKILL');
    await child.line(/"how":"signal SIGKILL".*worker died/);
    await poll(workers).toHaveLength(2);
    expect(await workers()).toContain(other);
    for (const each of callers) if (!each.closed) await ask(each);
    expect(await ask(await join())).toBe('one:x');
    expect(await requests()).toBeGreaterThan(before + 12);
    expect(await metric('proto_frame_worker_deaths_total')).toBe(1);
  });

  test('are all reached by a reload, or none', async () => {
    const { child, path, page } = running;
    const callers = await Promise.all(Array.from({ length: 12 }, () => join()));
    const answers = async (): Promise<Set<string>> => {
      const all = new Set<string>();
      for (const each of callers) all.add(await ask(each));
      return all;
    };
    expect(await answers()).toEqual(new Set(['one:x']));
    const changed = readFileSync(path, 'utf8').replace(`:${hosts[0]!.port}`, `:${hosts[1]!.port}`);
    writeFileSync(path, changed);
    child.process.kill('SIGHUP');
    await child.line(/"configuration reloaded"/);
    expect(await answers()).toEqual(new Set(['two:x']));
    // A listener more, whose address is taken: the cluster that is right stays out as well.
    const taken = `  - { name: third, address: "127.0.0.1:${hosts[0]!.port}", protocol: bolt-by-hand, route_config: services }\nroute_configs:`;
    writeFileSync(path, changed.replace('route_configs:', taken).replace(`:${hosts[1]!.port}"`, ':1"'));
    child.process.kill('SIGHUP');
    await child.line(/EADDRINUSE.*configuration not reloaded/);
    expect(await answers()).toEqual(new Set(['two:x']));
    const { config } = await page<{ config: { reloads: number; failures: number } }>('/stats');
    expect(config).toMatchObject({ reloads: 1, failures: 1 });
    // A listener more, that can be had.
    const third = taken.replace(String(hosts[0]!.port), '0');
    writeFileSync(path, changed.replace('route_configs:', third));
    child.process.kill('SIGHUP');
    await poll(() => child.output.filter((line) => /"configuration reloaded"/.test(line))).toHaveLength(2);
    const listeners = await page<{ name: string; address: string }[]>('/listeners');
    const at = listeners.find(({ name }) => name === 'third')!.address;
    for (let i = 0; i < 4; i++) expect(await ask(await join(at))).toBe('two:x');
  });

  test('are new ones after SIGUSR2, which take what is on disk; a broken one changes nothing', async () => {
    const { child, path, workers, metric } = running;
    const before = await workers();
    const counted = await requests();
    const held = await join();
    // A reload before this may have changed hosts.
    const asked = await ask(held);
    const [old, next] = asked === 'one:x' ? ['one', 'two'] : ['two', 'one'];
    const [oldHost, nextHost] = old === 'one' ? [hosts[0]!, hosts[1]!] : [hosts[1]!, hosts[0]!];
    // Each worker asks one at once, the others bit by bit.
    const others = await Promise.all(Array.from({ length: 8 }, () => join()));
    for (const each of others) expect(await ask(each)).toBe(`${old}:x`);
    const served = oldHost.requests.length;
    oldHost.hold = true;
    held.send(boltRequest(9_999, 'any', Buffer.from('held')));
    await poll(() => oldHost.requests.length).toBe(served + 1);

    writeFileSync(path, 'listeners: []\n');
    child.process.kill('SIGUSR2');
    await child.line(/expected at least one listener.*no hot restart/);
    expect(await workers()).toEqual(before);

    writeFileSync(path, text(nextHost).replace('./', `${folder}/`));
    child.process.kill('SIGUSR2');
    await child.line(/hot restart done/);
    expect(await ask(await join())).toBe(`${next}:x`);
    // Asked to leave, and answered nevertheless.
    await poll(() => saidGoaway(held)).toBe(true);
    oldHost.release();
    expect((await held.reply(9_999)).body.toString()).toBe(`${old}:held`);
    await poll(() => held.closed).toBe(true);
    await poll(workers).toHaveLength(2);
    expect((await workers()).filter((pid) => before.includes(pid))).toEqual([]);
    expect(await metric('proto_frame_hot_restarts_total')).toBe(1);
    expect(await requests()).toBe(counted + 11);
    expect(others.every(saidGoaway)).toBe(false);
    expect(await child.stop('SIGTERM')).toBe(0);
    expect(others.every(saidGoaway)).toBe(true);
    expect(child.output.filter((line) => /"worker":[12],.*"drained"/.test(line))).toHaveLength(4);
  });
});

test('free ports that somebody else takes first are chosen anew, but not for ever', async () => {
  const { port } = await host('one');
  const { address, second } = await start(yaml(port, 'workers: 1'), [], 1);
  expect(await ask(await caller(address))).toBe('one:x');
  expect(await ask(await caller(second))).toBe('one:x');
  const { child } = launch(yaml(port, 'workers: 1'), [], 1_000);
  expect(await child.ended).toBe(1);
  expect(child.output.join('\n')).toMatch(/^proto-frame-proxy: .*EADDRINUSE.*127\.0\.0\.1:\d+$/m);
});

test('a worker that hangs is killed and replaced, and the log says where and for whom; without a supervisor it ends by itself', async () => {
  const { port } = await host('one');
  const text = yaml(port, 'workers: 1', 'spinning').replace('drain_timeout: 5s', 'watchdog: 2s');
  const { address, child, metric } = await start(text);
  const stuck = await caller(address);
  stuck.send(boltRequest(1, 'any', Buffer.from('spin forever')));
  const [told] = await child.line(/.*the event loop stands still.*/);
  const line = JSON.parse(told) as { worker: number; peer: string; stack: string[] };
  expect(line.worker).toBe(1);
  expect(line.peer).toBe(stuck.address);
  // It may be in something of V8's that the spinning code calls.
  const calls = line.stack.filter((call) => !call.includes('node:') && !call.includes('<anonymous>'));
  expect(calls[0]).toMatch(/^spin \(\S+\/spinning\.mjs:\d+:\d+\)$/);
  expect(line.stack.join()).toContain('runtime/dist/protocol/');
  await child.line(/worker hangs, killing it/);
  await poll(() => stuck.closed).toBe(true);
  await poll(async () => ask(await caller(address)).catch(() => 'refused')).toBe('one:x');
  expect(await metric('proto_frame_worker_hangs_total')).toBe(1);
  // With no supervisor to kill it, it ends by itself.
  const again = await caller(address);
  again.send(boltRequest(1, 'any', Buffer.from('spin forever')));
  child.process.kill('SIGKILL');
  await poll(() => again.closed).toBe(true);
});

test('a start that can not be ends with its reason; workers outlive their supervisor only to finish', async () => {
  const { port, stop } = await host('one');
  const path = join(folder, 'taken.yaml');
  const taken = yaml(port).replace('127.0.0.1:0"', `127.0.0.1:${port}"`);
  writeFileSync(path, taken);
  const child = startNode(MAIN, ['-c', path, '--workers', '1']);
  expect(await child.ended).toBe(1);
  expect(child.output.join('\n')).toMatch(/^proto-frame-proxy: .*EADDRINUSE/m);
  const { child: orphaned, address } = await start(yaml(port, 'workers: 1'));
  const connected = await caller(address);
  expect(await ask(connected)).toBe('one:x');
  orphaned.process.kill('SIGKILL');
  await poll(() => connected.closed).toBe(true);
  await expect(TestCaller.connect(address)).rejects.toThrow('ECONNREFUSED');
  await stop();
});
