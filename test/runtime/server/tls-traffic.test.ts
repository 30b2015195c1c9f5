import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ConnectionOptions } from 'node:tls';
import { boltHeartbeat, boltRequest } from '../../support/bolt-frames.js';
import { makeCertificate, makeServerCertificate } from '../../support/certificates.js';
import { eventually } from '../../support/bolt-client.js';
import { Harness } from './harness.js';

/** Traffic over TLS on both sides behaves as it does in plain text. */
const harness = new Harness();
const { ca, server: own } = makeServerCertificate();
const caller = makeCertificate({
  name: 'caller',
  sans: ['dns:caller', 'uri:spiffe://demo/caller'],
  issuer: ca,
});
const serving = { cert: own.certificate, key: own.key };
const calling: ConnectionOptions = { ca: ca.certificate, cert: caller.certificate, key: caller.key };
const HIGH = 256 * 1024;

/** Watches a gauge from now on: gives the highest value it ever had. */
function highestOf<K extends string>(stats: Record<K, number>, gauge: K): () => number {
  let now: number = stats[gauge];
  let highest = now;
  Object.defineProperty(stats, gauge, {
    get: () => now,
    set: (value: number) => {
      now = value;
      highest = Math.max(highest, value);
    },
  });
  return () => highest;
}

beforeAll(() => {
  harness.file('own.pem', own.certificate);
  harness.file('own.key', own.key);
  harness.file('ca.pem', ca.certificate);
});
afterEach(() => harness.cleanup());
afterAll(() => harness.cleanup());

function yaml(port: number, more: { listener?: string; cluster?: string; file?: string } = {}): string {
  return `
listeners:
  - name: ingress
    address: 127.0.0.1:0
    protocol: bolt
    route_config: services
    watermarks: { high: 256KiB }
    tls: { certificates: [{ certificate_chain: own.pem, private_key: own.key }], trusted_ca: ca.pem }
    ${more.listener ?? ''}
route_configs:
  - name: services
    virtual_hosts:
      - name: all
        domains: ['*']
        routes:
          - match: { service: strangers, caller_name: spiffe://demo/stranger }
            route: { cluster: echo }
          - match: { service: strangers }
            direct_response: { status: PERMISSION_DENIED }
          - match: { service: mirrored }
            route: { cluster: echo, mirror: { cluster: ${more.cluster?.includes('copies') ? 'copies' : 'echo'} } }
          - match: { caller_name: { prefix: 'spiffe://demo/' } }
            route: { cluster: echo }
clusters:
  - name: echo
    hosts: [{ address: '127.0.0.1:${port}' }]
    watermarks: { high: 256KiB }
    tls: { trusted_ca: ca.pem }
    ${more.cluster ?? ''}
${more.file ?? ''}
`;
}

describe('watermarks', () => {
  it('hold for a caller that does not read: it is reset, others are served, memory stays bounded', async () => {
    const body = Buffer.alloc(200 * 1024, 7);
    const host = await harness.host('a', 0, { tls: serving, large: body });
    const { server, address } = await harness.server(yaml(host.port));
    const stats = server.metrics.listener('ingress');
    const stalled = await harness.securedCaller(address('ingress'), calling);
    const good = await harness.securedCaller(address('ingress'), calling);
    stalled.pause();
    const most = highestOf(stats, 'bufferedBytes');
    for (let id = 1; id <= 200; id++) stalled.send(boltRequest(id, 'any', Buffer.from('large')));
    await eventually(() => stats.cancels > 0, 'the stalled caller to be reset', 20_000);
    expect(most()).toBeGreaterThan(HIGH);
    // Four times the high watermark, a frame, and what was read before the other side was held.
    expect(most()).toBeLessThan(4 * HIGH + 3 * body.length);
    good.send(boltRequest(1, 'any', Buffer.from('small')));
    expect((await good.reply(1)).body.toString()).toBe('a:small');
    good.end();
    await eventually(() => stats.connectionsActive === 0, 'both callers to be gone');
    expect(stats.bufferedBytes).toBe(0);
    expect(stats.requestsActive).toBe(0);
  });

  it('lose nothing of a caller that reads slowly', async () => {
    const host = await harness.host('a', 0, { tls: serving });
    const { server, address } = await harness.server(yaml(host.port));
    const slow = await harness.securedCaller(address('ingress'), calling);
    const body = Buffer.alloc(60_000, 5);
    const pace = setInterval(() => (slow.paused ? slow.resume() : slow.pause()), 3);
    for (let id = 1; id <= 100; id++) slow.send(boltRequest(id, 'any', body));
    await eventually(() => slow.frames.length === 100, 'all replies', 15_000);
    clearInterval(pace);
    slow.resume();
    expect(slow.frames.every((frame) => frame.body.length === body.length + 2)).toBe(true);
    expect(server.metrics.listener('ingress').cancels).toBe(0);
    await eventually(() => server.metrics.listener('ingress').bufferedBytes === 0, 'empty queues');
    expect(server.metrics.cluster('echo').bufferedBytes).toBe(0);
  });
});

describe('a caller', () => {
  it('gets its replies after it has ended its own side', async () => {
    const host = await harness.host('a', 0, { tls: serving });
    host.hold = true;
    const { address } = await harness.server(yaml(host.port));
    const one = await harness.securedCaller(address('ingress'), { ...calling, allowHalfOpen: true } as never);
    one.send(boltRequest(1, 'any', Buffer.from('last')));
    one.finish();
    await eventually(() => host.requests.length === 1, 'the request to arrive');
    await new Promise((resolve) => setTimeout(resolve, 20));
    host.release();
    expect((await one.reply(1)).body.toString()).toBe('a:last');
    await eventually(() => one.closed, 'the connection to close');
  });

  it('is routed and logged by the name in its certificate', async () => {
    const host = await harness.host('a', 0, { tls: serving });
    const format = "format: '%SERVICE% %DOWNSTREAM_PEER_SAN% %STATUS%'";
    const { server, address } = await harness.server(
      yaml(host.port, { file: `access_log: { path: access.log, ${format} }` }),
    );
    const one = await harness.securedCaller(address('ingress'), calling);
    one.send(boltRequest(1, 'any', Buffer.from('x')));
    one.send(boltRequest(2, 'strangers', Buffer.from('x')));
    expect((await one.reply(1)).status).toBe(0);
    expect((await one.reply(2)).status).not.toBe(0);
    expect(host.requests.length).toBe(1);
    await server.close();
    expect(harness.read('access.log').split('\n').sort()).toEqual([
      '',
      'any spiffe://demo/caller OK',
      'strangers spiffe://demo/caller PERMISSION_DENIED',
    ]);
  });

  it('is bound over TLS to a fallback cluster if it speaks no protocol', async () => {
    const host = await harness.host('raw', 0, { tls: serving });
    const { address } = await harness.server(yaml(host.port, { listener: 'fallback: echo' }));
    const one = await harness.securedCaller(address('ingress'), calling);
    // Of bolt's frames the first byte is 1; the host speaks what we do not know.
    one.send(Buffer.from([0]));
    await eventually(() => host.bytes === 1, 'the byte to reach the host');
  });
});

describe('a cluster', () => {
  it('sends heartbeats, checks and copies over TLS', async () => {
    const host = await harness.host('a', 0, { tls: serving });
    const copies = await harness.host('b', 0, { tls: serving });
    const { server, address } = await harness.server(
      yaml(host.port, {
        cluster: `health_check: { protocol: bolt, interval: 10ms }
    keepalive: { interval: 20ms, timeout: 1s }
  - name: copies
    hosts: [{ address: '127.0.0.1:${copies.port}' }]
    tls: { trusted_ca: ca.pem }`,
      }),
    );
    const one = await harness.securedCaller(address('ingress'), calling);
    one.send(boltHeartbeat(5, false));
    await one.reply(5);
    one.send(boltRequest(1, 'mirrored', Buffer.from('x')));
    expect((await one.reply(1)).status).toBe(0);
    await eventually(() => copies.requests.length === 1, 'the copy');
    const stats = server.metrics.cluster('echo');
    await eventually(() => server.metrics.host('echo', `127.0.0.1:${host.port}`).healthChecks > 2, 'checks');
    await eventually(() => stats.heartbeatsSent > 1, 'heartbeats');
    expect(stats.heartbeatFailures).toBe(0);
    expect(server.metrics.host('echo', `127.0.0.1:${host.port}`).healthCheckFailures).toBe(0);
    expect(stats.tlsFailures).toBe(0);
  });

  /** A14: no connection of one is ever used for the other. */
  it('shares no connection with another one that is secured in another way', async () => {
    const asking = { ...serving, ca: ca.certificate, requestCert: true, rejectUnauthorized: false };
    const host = await harness.host('a', 0, { tls: asking });
    harness.file('caller.pem', caller.certificate);
    harness.file('caller.key', caller.key);
    const clusters = [
      '{ trusted_ca: ca.pem, sni: localhost }',
      '{ trusted_ca: ca.pem }',
      '{ verify: false }',
      '{ trusted_ca: ca.pem, certificate: { certificate_chain: caller.pem, private_key: caller.key } }',
      '{ trusted_ca: ca.pem, match_subject_alt_names: [localhost] }',
    ];
    const routes = clusters
      .map((_, i) => `{ match: { service: s${i} }, route: { cluster: c${i} } }`)
      .join(', ');
    const { server, address } = await harness.server(`
listeners: [{ name: ingress, address: '127.0.0.1:0', protocol: bolt, route_config: r }]
route_configs: [{ name: r, virtual_hosts: [{ name: all, domains: ['*'], routes: [${routes}] }] }]
clusters:
${clusters.map((tls, i) => `  - { name: c${i}, hosts: [{ address: '127.0.0.1:${host.port}' }], tls: ${tls} }`).join('\n')}
`);
    const one = await harness.caller(address('ingress'));
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < clusters.length; i++) {
        one.send(boltRequest(round * 10 + i, `s${i}`, Buffer.from('x')));
        expect((await one.reply(round * 10 + i)).status).toBe(0);
      }
    }
    expect(clusters.map((_, i) => server.metrics.cluster(`c${i}`).tlsHandshakes)).toEqual([1, 1, 1, 1, 1]);
    expect(host.handshakes.map(({ servername }) => servername)).toEqual([
      'localhost',
      false,
      false,
      false,
      false,
    ]);
    expect(host.handshakes.map(({ resumed }) => resumed)).toEqual([false, false, false, false, false]);
    expect(host.handshakes.map(({ subject }) => subject)).toEqual([
      undefined,
      undefined,
      undefined,
      'CN=caller',
      undefined,
    ]);
  });
});
