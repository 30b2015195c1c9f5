import { bolt } from '#codecs/bolt.js';
import { dubbo } from '#codecs/dubbo.js';
import { redis } from '#codecs/redis.js';
import { createPrivateKey } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { type BoltFrame, boltRequest } from '../../support/bolt-frames.js';
import { makeCertificate, makeServerCertificate } from '../../support/certificates.js';
import { startDnsServer } from '../../support/dns-server.js';
import { ROOT } from '../../support/root.js';
import { Harness } from './harness.js';
import { addressOf, type TestCaller, type TestHost } from './peers.js';

const FOLDER = join(ROOT, 'test/examples');
const harness = new Harness([bolt, dubbo, redis]);
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
  await harness.cleanup();
});

/** Bolt's server_exception, threadpool_busy and no_processor. */
const INTERNAL = 2;
const OVERLOADED = 4;
const NO_ROUTE = 6;

/** One example at work: its listeners on free ports, a host behind each address of its clusters. */
interface Stage {
  /** By the address in the example. */
  readonly hosts: ReadonlyMap<string, TestHost>;
  address(listener: string): string;
  /** Which hosts have answered so many requests each, by the last digits of their addresses. */
  share(): Record<string, number>;
  ask(caller: TestCaller, service: string, options?: Asked): Promise<BoltFrame>;
  /** The state of each host as the admin port shows it, by the address in the example. */
  states(): Promise<Record<string, string>>;
}

interface Asked {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

let nextId = 0;

/**
 * @param changes what the example says, and what it says here instead: paths, and times that nobody waits for
 * @param others addresses of hosts that the test has started itself, by those in the example
 */
async function play(
  name: string,
  changes: readonly (readonly [from: string, to: string])[] = [],
  others: Readonly<Record<string, string>> = {},
): Promise<Stage> {
  const hosts = new Map<string, TestHost>();
  const own = new Map(Object.entries(others));
  let section = '';
  const lines: string[] = [];
  for (const line of readFileSync(join(FOLDER, `${name}.yaml`), 'utf8').split('\n')) {
    section = /^(\w+):/.exec(line)?.[1] ?? section;
    const parts = line.split(/(?<=address: )((?:\d+\.){3}\d+:\d+)/);
    for (let i = 1; i < parts.length; i += 2) {
      const address = parts[i]!;
      if (section !== 'clusters') parts[i] = '127.0.0.1:0';
      else {
        if (!own.has(address)) {
          const host = await harness.host(address);
          hosts.set(address, host);
          own.set(address, `127.0.0.1:${host.port}`);
        }
        parts[i] = own.get(address)!;
      }
    }
    lines.push(parts.join(''));
  }
  const yaml = changes.reduce((text, [from, to]) => {
    expect(text, `${name}.yaml`).toContain(from);
    return text.replaceAll(from, to);
  }, lines.join('\n'));
  const { server, address } = await harness.server(yaml);
  return {
    hosts,
    address,
    share: () =>
      Object.fromEntries(
        [...hosts].flatMap(([at, { requests }]) =>
          requests.length === 0 ? [] : [[at.slice(-3), requests.length]],
        ),
      ),
    async ask(caller, service, { headers = {}, body = Buffer.from('x') } = {}) {
      const id = ++nextId;
      caller.send(boltRequest(id, service, body, { headers }));
      return caller.reply(id, 30_000);
    },
    states: async () => {
      const known = new Map([...own].map(([at, here]) => [here, at]));
      const shown = await server.source.clusters();
      return Object.fromEntries(
        shown.flatMap(({ hosts: all }) => all.map((one) => [known.get(one.address), one.state])),
      );
    },
  };
}

/** Asks so often; resolves to how many answers had which status. */
async function statuses(
  { ask }: Stage,
  caller: TestCaller,
  times: number,
  service: string,
  options?: Asked,
): Promise<Record<number, number>> {
  const counts: Record<number, number> = {};
  const answers = await Promise.all(Array.from({ length: times }, () => ask(caller, service, options)));
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

/** Resolves to all that came once the connection has been closed. */
function untilClosed(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', () => {});
  return new Promise((resolve) => socket.once('close', () => resolve(Buffer.concat(chunks).toString())));
}

/** Of a host that speaks another protocol, `port` known. */
async function otherHost(onConnection: (socket: Socket) => void): Promise<string> {
  const server = createServer((socket) => {
    ends.push(() => socket.destroy());
    onConnection(socket.on('error', () => {}));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  ends.push(() => server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const EXAMPLES: Record<string, () => Promise<void>> = {
  async balancing() {
    const stage = await play('balancing');
    const caller = await harness.caller(stage.address('egress'));
    for (let i = 0; i < 10; i++) await stage.ask(caller, 'com.demo.Cart:1.0', { headers: { user: 'ann' } });
    expect(Object.values(stage.share())).toEqual([10]);
    for (let i = 0; i < 30; i++)
      await stage.ask(caller, 'com.demo.Cart:1.0', { headers: { user: `user ${i}` } });
    await statuses(stage, caller, 60, 'com.demo.Report:1.0');
    await statuses(stage, caller, 300, 'any');
    const share = stage.share();
    expect(Object.keys(share).sort()).toEqual(['200', '201', '202', '300', '301', '400', '401']);
    expect(share['401']! / share['400']!).toBeGreaterThan(1.4);
  },

  async 'blue-green'() {
    const labels = harness.file('labels', 'group="blue"\n');
    const stage = await play('blue-green', [['/etc/istio/pod/labels', labels]]);
    const caller = await harness.caller(stage.address('egress'));
    await statuses(stage, caller, 10, 'com.demo.Echo:1.0');
    expect(stage.share()).toEqual({ 200: 10 });
    harness.file('labels', 'group="green"\n');
    await expect
      .poll(async () => (await stage.ask(caller, 'com.demo.Echo:1.0')).body.toString(), { timeout: 15_000 })
      .toBe('127.0.0.1:12201:x');
  },

  async discovery() {
    const dns = await startDnsServer();
    ends.push(() => dns.close());
    const [named, service] = [await harness.host('named'), await harness.host('service')];
    dns.records.set('echo.demo.svc.cluster.local', [{ type: 'A', address: '127.0.0.1', ttl: 60 }]);
    dns.records.set('_bolt._tcp.echo.example.com', [
      { type: 'SRV', priority: 0, weight: 1, port: service.port, target: 'echo.demo.svc.cluster.local' },
    ]);
    const stage = await play('discovery', [
      ['refresh: 30s', `refresh: 30s\n      servers: ['${dns.address}']`],
      ['port: 12200', `port: ${named.port}`],
    ]);
    await expect.poll(async () => Object.keys(await stage.states()).length, { timeout: 15_000 }).toBe(1);
    const caller = await harness.caller(stage.address('egress'));
    await expect
      .poll(async () => {
        expect((await stage.ask(caller, 'any')).status).toBe(0);
        return Math.min(named.requests.length, service.requests.length);
      })
      .toBeGreaterThan(0);
  },

  async faults() {
    const stage = await play('faults', [['fixed_delay: 2s', 'fixed_delay: 20ms']]);
    const caller = await harness.caller(stage.address('egress'));
    const headers = { rehearsal: 'slow-and-broken' };
    // Of 400 some twenty are refused: that none is, or a fifth, is less likely than one in a billion.
    const { 0: served = 0, [OVERLOADED]: refused = 0 } = await statuses(stage, caller, 400, 'any', {
      headers,
    });
    expect(served + refused).toBe(400);
    expect(refused).toBeGreaterThan(0);
    expect(refused).toBeLessThan(80);
    expect(await statuses(stage, caller, 100, 'any')).toEqual({ 0: 100 });
  },

  async filters() {
    const stage = await play('filters', [['fill_interval: 100ms', 'fill_interval: 1h']]);
    const caller = await harness.caller(stage.address('egress'));
    const body = Buffer.alloc(2 * 1024 * 1024);
    expect((await stage.ask(caller, 'com.demo.Upload:1.0', { body })).status).toBe(0);
    expect((await stage.ask(caller, 'com.demo.Echo:1.0', { body })).status).not.toBe(0);
    const [limited, free] = ['com.demo.Other:1.0', 'com.demo.Health:1.0'];
    expect(await statuses(stage, caller, 250, limited!)).toEqual({ 0: 200, [OVERLOADED]: 50 });
    expect(await statuses(stage, caller, 250, free!)).toEqual({ 0: 250 });
  },

  async headers() {
    const stage = await play('headers', [['fill_interval: 100ms', 'fill_interval: 1h']]);
    const caller = await harness.caller(stage.address('egress'));
    const headers = { tenant: 'gold', debug: '1', zone: 'west', via: 'caller' };
    const answer = await stage.ask(caller, 'any', { headers });
    expect(answer.headers).toEqual({ served_by: 'proto-frame' });
    const [got] = stage.hosts.get('127.0.0.1:12200')!.requests;
    expect(got!.headers).toMatchObject({ zone: 'east', via: 'sidecar' });
    expect(Object.keys(got!.headers)).not.toContain('tenant');
    expect(Object.keys(got!.headers)).not.toContain('debug');
    // Those of nobody share what is left of their own bucket.
    expect(await statuses(stage, caller, 120, 'any')).toEqual({ 0: 100, [OVERLOADED]: 20 });
    expect(stage.share()).toEqual({ 200: 1, 201: 100 });
  },

  async health() {
    const stage = await play('health', [
      ['interval: 10s', 'interval: 20ms'],
      ['unhealthy_interval: 2s', 'unhealthy_interval: 20ms'],
    ]);
    const caller = await harness.caller(stage.address('egress'));
    expect(await statuses(stage, caller, 30, 'any')).toEqual({ 0: 30 });
    expect(stage.share()).toEqual({ 200: 10, 201: 10, 202: 10 });
    await stage.hosts.get('127.0.0.1:12201')!.stop();
    await expect
      .poll(async () => (await stage.states())['127.0.0.1:12201'], { timeout: 30_000 })
      .toBe('unhealthy');
    expect(await statuses(stage, caller, 30, 'any')).toEqual({ 0: 30 });
  },

  async limits() {
    const stage = await play('limits');
    const caller = await harness.caller(stage.address('egress'));
    expect(await statuses(stage, caller, 10, 'any')).toEqual({ 0: 10 });
    const header = boltRequest(1, 'any', Buffer.alloc(0)).subarray(0, 22);
    header.writeUInt32BE(5 * 1024 * 1024, 18);
    caller.send(header);
    await expect.poll(() => caller.closed).toBe(true);
  },

  async 'network-filters'() {
    const stranger = await play('network-filters');
    const refused = untilClosed(connect(addressOf(stranger.address('ingress'))));
    expect(await refused).toBe('');
    const stage = await play('network-filters', [
      ['10.0.0.0/8', '127.0.0.0/8'],
      ['max_tokens: 200', 'max_tokens: 3'],
      ['tokens_per_fill: 50', 'tokens_per_fill: 1'],
      ['fill_interval: 1s', 'fill_interval: 1h'],
    ]);
    for (let i = 0; i < 3; i++) {
      const caller = await harness.caller(stage.address('ingress'));
      expect((await stage.ask(caller, 'any')).status).toBe(0);
    }
    expect(await untilClosed(connect(addressOf(stage.address('ingress'))))).toBe('');
  },

  async operations() {
    const stage = await play('operations');
    const caller = await harness.caller(stage.address('egress'));
    expect(await statuses(stage, caller, 5, 'com.demo.Echo:1.0')).toEqual({ 0: 5 });
    const page = async (path: string): Promise<string> =>
      (await fetch(`http://${stage.address('admin')}${path}`)).text();
    expect(await page('/stats/prometheus')).toContain(
      'proto_frame_downstream_requests_total{listener="egress"} 5\n',
    );
    expect(await page('/')).toContain('<html');
    await expect.poll(() => harness.read('access.log').trimEnd().split('\n').length).toBe(5);
    expect(JSON.parse(harness.read('access.log').split('\n')[0]!)).toMatchObject({
      service: 'com.demo.Echo:1.0',
      cluster: 'echo',
    });
  },

  async pools() {
    const seen: string[] = [];
    // Every line of a command is answered, and a subscriber hears of it without asking.
    const cache = await otherHost((socket) =>
      socket.on('data', (bytes: Buffer) => {
        for (const [, name] of bytes.toString().matchAll(/\r\n(GET|SUBSCRIBE)\r\n/g)) {
          seen.push(`${name} ${socket.remotePort}`);
          socket.write(name === 'GET' ? '$1\r\nv\r\n' : '*3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n');
        }
      }),
    );
    const stage = await play('pools', [], { '127.0.0.1:6379': cache });
    const legacy = stage.hosts.get('127.0.0.1:12300')!;
    legacy.hold = true;
    const caller = await harness.caller(stage.address('egress'));
    const all = ['com.legacy.A', 'com.legacy.B', 'com.demo.C', 'com.demo.D'].map((one) =>
      stage.ask(caller, one),
    );
    await expect.poll(() => legacy.requests.length).toBe(2);
    expect(legacy.connections).toBe(2);
    legacy.release();
    expect((await Promise.all(all)).map(({ status }) => status)).toEqual([0, 0, 0, 0]);
    expect(stage.hosts.get('127.0.0.1:12200')!.connections).toBe(1);

    const redisCallers = Array.from({ length: 2 }, () => connect(addressOf(stage.address('cache'))));
    ends.push(() => redisCallers.forEach((socket) => socket.destroy()));
    let heard = '';
    for (const socket of redisCallers) {
      socket.on('data', (bytes: Buffer) => (heard += bytes.toString()));
      socket.write('*2\r\n$3\r\nGET\r\n$1\r\nk\r\n'.repeat(2));
    }
    await expect.poll(() => heard).toBe('$1\r\nv\r\n'.repeat(4));
    redisCallers[0]!.write('*2\r\n$9\r\nSUBSCRIBE\r\n$1\r\nc\r\n');
    await expect.poll(() => heard).toContain('subscribe');
    const shared = new Set(seen.filter((one) => one.startsWith('GET')).map((one) => one.slice(4)));
    expect(shared.has(seen.at(-1)!.slice('SUBSCRIBE '.length))).toBe(false);
  },

  async priorities() {
    const stage = await play('priorities', [['interval: 5s', 'interval: 20ms']]);
    const caller = await harness.caller(stage.address('egress'));
    await statuses(stage, caller, 200, 'any');
    const shares = stage.hosts;
    const of = (address: string): number => shares.get(address)!.requests.length;
    // Zones are drawn, so that a fifth of 200 is between 10 and 90, but once in ten million times.
    expect(of('10.1.1.1:12200')).toBeGreaterThan(10);
    expect(of('10.1.1.1:12200')).toBeLessThan(90);
    expect(of('10.1.0.1:12200') + of('10.1.0.2:12200') + of('10.1.1.1:12200')).toBe(200);
    for (const near of ['10.1.0.1:12200', '10.1.0.2:12200', '10.1.1.1:12200']) await shares.get(near)!.stop();
    await expect
      .poll(async () => Object.values(await stage.states()).filter((state) => state === 'unhealthy').length, {
        timeout: 30_000,
      })
      .toBe(3);
    expect(await statuses(stage, caller, 20, 'any')).toEqual({ 0: 20 });
    expect(of('10.2.0.1:12200')).toBe(20);
  },

  async protocols() {
    const legacy = await otherHost((socket) =>
      socket.on('data', (bytes: Buffer) => socket.write(bytes.toString().toUpperCase())),
    );
    const stage = await play('protocols', [], { '127.0.0.1:9000': legacy });
    const caller = await harness.caller(stage.address('egress'));
    expect((await stage.ask(caller, 'any')).status).toBe(0);
    const other = connect(addressOf(stage.address('egress')));
    ends.push(() => other.destroy());
    let heard = '';
    other.on('data', (bytes: Buffer) => (heard += bytes.toString()));
    other.write('hello, whoever you are');
    await expect.poll(() => heard).toBe('HELLO, WHOEVER YOU ARE');
  },

  async retries() {
    const stage = await play('retries');
    const caller = await harness.caller(stage.address('egress'));
    await stage.hosts.get('127.0.0.1:12200')!.stop();
    const headers = { sofa_head_method_name: 'getOne' };
    expect(await statuses(stage, caller, 3, 'any', { headers })).toEqual({ 0: 3 });
    // Taken up, and then cut off: only the route whose requests may be repeated tries again.
    const second = stage.hosts.get('127.0.0.1:12201')!;
    second.hold = true;
    const pending = [stage.ask(caller, 'any', { headers }), stage.ask(caller, 'any')];
    await expect.poll(() => second.requests.length).toBe(5);
    await second.stop();
    const [, rest] = await Promise.all(pending);
    expect(rest!.status).not.toBe(0);
  },

  async routing() {
    const stage = await play('routing');
    const caller = await harness.caller(stage.address('egress'));
    const pay = 'com.demo.pay.Card';
    const card = { sofa_head_method_name: 'cardPay', version: '2.1', group: 'eu-fast' };
    const canary = (): number => stage.share()['300'] ?? 0;
    for (const user of ['ann', 'bob', 'cat']) {
      const before = canary();
      await statuses(stage, caller, 20, pay, { headers: { ...card, user } });
      expect((canary() - before) % 20, user).toBe(0);
    }
    const between = canary();
    await statuses(stage, caller, 200, pay, { headers: { sofa_head_method_name: 'cardPay' } });
    expect(canary() - between).toBe(10);
    const large = await stage.ask(caller, pay, { headers: { amount: '20000' } });
    expect(large.body.toString()).toBe('127.0.0.1:12300:x');
    const before = canary();
    await statuses(stage, caller, 100, pay, { headers: { 'internal-user': 'root', trail: 'shop' } });
    await expect.poll(canary).toBe(before + 10);
    const seen = stage.hosts.get('127.0.0.1:12200')!.requests.at(-1)!.headers;
    expect(seen).toMatchObject({ 'x-sent-by': 'egress', trail: expect.stringContaining('egress') as string });
    expect(seen).not.toHaveProperty('internal-user');
    const debug = await stage.ask(caller, pay, { headers: { debug: '1', 'debug-cluster': 'canary' } });
    expect(debug.body.toString()).toBe('127.0.0.1:12300:x');
    expect((await stage.ask(caller, 'com.demo.Old:1.0')).status).toBe(NO_ROUTE);
  },

  async subsets() {
    const stage = await play('subsets');
    const caller = await harness.caller(stage.address('egress'));
    await statuses(stage, caller, 3, 'any', { headers: { tester: '' } });
    expect(stage.share()).toEqual({ 202: 3 });
    await statuses(stage, caller, 4, 'any', { headers: { group: 'green' } });
    expect(stage.share()).toEqual({ 201: 4, 202: 3 });
    await statuses(stage, caller, 6, 'any', { headers: { group: 'nobody' } });
    expect(stage.share()).toEqual({ 200: 3, 201: 7, 202: 3 });
  },

  async tls() {
    const { ca, server: own } = makeServerCertificate();
    const signed = (name: string, ...sans: string[]): { certificate: string; key: string } =>
      makeCertificate({ name, sans, issuer: ca });
    const shop = signed('shop', 'uri:spiffe://example.com/shop');
    const billing = signed('billing', 'dns:billing.example.com', 'uri:spiffe://example.com/billing');
    const publicOne = signed('public', 'dns:api.example.com');
    for (const [name, { certificate, key }] of [
      ['tls', own],
      ['public', publicOne],
    ] as const) {
      harness.file(`${name}.crt`, certificate);
      harness.file(`${name}.key`, key);
    }
    const cipher = { cipher: 'aes-256-cbc', passphrase: 'quite secret' };
    harness.file(
      'public.key',
      createPrivateKey(publicOne.key)
        .export({ type: 'pkcs8', format: 'pem', ...cipher })
        .toString(),
    );
    harness.file('public.password', `${cipher.passphrase}\n`);
    harness.file('ca.pem', ca.certificate);
    const secured = {
      tls: { cert: billing.certificate, key: billing.key, ca: ca.certificate, requestCert: true },
    };
    const hosts = [await harness.host('billing', 0, secured), await harness.host('billing', 0, secured)];
    const unknown = await harness.host('echo', 0, { tls: { cert: own.certificate, key: own.key } });
    const at = ({ port }: TestHost): string => `127.0.0.1:${port}`;
    const stage = await play(
      'tls',
      [
        ['/etc/mesh/', ''],
        ['path: stdout', 'path: tls.log'],
      ],
      { '10.0.0.7:12443': at(unknown), '10.0.0.8:12443': at(hosts[0]!), '10.0.0.9:12443': at(hosts[1]!) },
    );
    const to = { ca: ca.certificate, servername: 'localhost', ALPNProtocols: ['bolt'] };
    const caller = await harness.securedCaller(stage.address('ingress'), {
      ...to,
      cert: shop.certificate,
      key: shop.key,
    });
    expect((await stage.ask(caller, 'com.demo.Billing')).body.toString()).toBe('billing:x');
    const other = signed('other', 'uri:spiffe://example.com/other');
    const second = await harness.securedCaller(stage.address('ingress'), {
      ...to,
      servername: 'api.example.com',
      cert: other.certificate,
      key: other.key,
    });
    expect((await stage.ask(second, 'com.demo.Billing')).status).toBe(INTERNAL);
    // Node's authorities do not know the one that signed for this host.
    expect((await stage.ask(caller, 'any')).status).not.toBe(0);
    expect(unknown.requests).toEqual([]);
    await expect
      .poll(() => harness.read('tls.log'))
      .toContain(' spiffe://example.com/shop com.demo.Billing ');
    const plain = connect(addressOf(stage.address('ingress')));
    plain.write(boltRequest(1, 'any', Buffer.from('x')));
    expect(await untilClosed(plain)).toBe('');
  },

  async tracing() {
    // The spans themselves: test/e2e/tracing.test.ts, with the same module.
    const stage = await play('tracing', [
      ['tracing: { module: otel.mjs }\n', ''],
      ['path: access.log', 'path: tracing.log'],
    ]);
    const caller = await harness.caller(stage.address('egress'));
    await stage.ask(caller, 'com.demo.Echo:1.0', { headers: { 'x-group': 'blue', user: 'ann "b"' } });
    const line =
      /^\[.+\] "com\.demo\.Echo:1\.0" - OK - [\d.]+ 127\.0\.0\.1:\d+ user="ann \\"b\\"" group=blue trace=-\n$/;
    await expect.poll(() => harness.read('tracing.log')).toMatch(/\n$/);
    expect(harness.read('tracing.log')).toMatch(line);
  },

  async unix() {
    const path = (name: string): string => join(harness.folder, name);
    const near = await harness.host('near', 0, { path: path('echo.sock') });
    const stage = await play('unix', [
      ['/run/proto-frame/', `${harness.folder}/`],
      ['/run/demo/', `${harness.folder}/`],
      ['interval: 5s', 'interval: 20ms'],
    ]);
    const caller = await harness.caller(`unix:${path('egress.sock')}`);
    expect((await stage.ask(caller, 'any')).body.toString()).toBe('near:x');
    await near.stop();
    await expect
      .poll(async () => Object.values(await stage.states()), { timeout: 30_000 })
      .toContain('unhealthy');
    expect((await stage.ask(caller, 'any')).body.toString()).toBe('127.0.0.1:12200:x');
  },
};

test.each(Object.entries(EXAMPLES))('%s.yaml does what it says', (_name, run) => run());

test('there is a play for each example', () => {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.yaml'));
  expect(Object.keys(EXAMPLES).map((name) => `${name}.yaml`)).toEqual(files.sort());
});
