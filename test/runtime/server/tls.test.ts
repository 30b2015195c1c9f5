import { connect as connectPlain } from 'node:net';
import { connect as connectSecured, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { boltRequest } from '../../support/bolt-frames.js';
import { makeCertificate, makeServerCertificate } from '../../support/certificates.js';
import { type DnsServer, startDnsServer } from '../../support/dns-server.js';
import { admin, Harness } from './harness.js';
import { addressOf } from './peers.js';

const harness = new Harness();
const { ca, server: own } = makeServerCertificate();
const other = makeServerCertificate('other', ['dns:other.example', 'dns:*.wild.example']);
const caller = makeCertificate({
  name: 'caller',
  sans: ['dns:caller', 'uri:spiffe://demo/caller'],
  issuer: ca,
});
const stranger = makeCertificate({ name: 'stranger', sans: ['uri:spiffe://demo/stranger'], issuer: ca });
const forged = makeCertificate({ name: 'caller', sans: ['uri:spiffe://demo/caller'] });

beforeAll(() => {
  harness.file('own.pem', own.certificate);
  harness.file('own.key', own.key);
  harness.file('other.pem', other.server.certificate);
  harness.file('other.key', other.server.key);
  harness.file('ca.pem', ca.certificate);
  harness.file('caller.pem', caller.certificate);
  harness.file('caller.key', caller.key);
});
afterEach(() => harness.cleanup());
afterAll(() => harness.cleanup());

const CERTIFICATE = '{ certificate_chain: own.pem, private_key: own.key }';

/** @param tls of the listener. @param cluster further lines of the cluster */
function yaml(port: number | string, tls: readonly string[], cluster: readonly string[] = []): string {
  return `
listeners:
  - name: ingress
    address: 127.0.0.1:0
    protocol: bolt
    route_config: services
${tls.length === 0 ? '' : `    tls:\n${tls.map((line) => `      ${line}\n`).join('')}`}
route_configs:
  - name: services
    virtual_hosts: [{ name: all, domains: ['*'], routes: [{ match: {}, route: { cluster: echo } }] }]
clusters:
  - name: echo
    hosts: [{ address: '${typeof port === 'number' ? `127.0.0.1:${port}` : port}' }]
    connect_timeout: 1s
${cluster.map((line) => `    ${line}\n`).join('')}
admin: { address: 127.0.0.1:0 }
`;
}

async function metric(address: string, name: string): Promise<number> {
  const { text } = await admin(address, '/stats/prometheus');
  const line = text.split('\n').find((one) => one.startsWith(`proto_frame_${name}`));
  return Number(line?.slice(line.lastIndexOf(' ')));
}

const trusting: ConnectionOptions = { ca: ca.certificate };

/** A TLS connection, once it is up, or the error that came instead. */
function secured(address: string, options: ConnectionOptions): Promise<TLSSocket> {
  const to: ConnectionOptions = { ...addressOf(address), ...options };
  const socket = connectSecured(to);
  return new Promise((resolve, reject) => {
    socket.once('secureConnect', () => resolve(socket));
    socket.once('error', reject);
  });
}

/** Resolves once the proxy has closed the connection. */
function closed(socket: {
  once(event: 'close', done: () => void): unknown;
  resume(): unknown;
}): Promise<void> {
  socket.resume();
  return new Promise((resolve) => socket.once('close', () => resolve()));
}

describe('a listener with TLS', () => {
  it('serves callers with the certificate for the name they ask for', async () => {
    const host = await harness.host('a');
    const { address } = await harness.server(
      yaml(host.port, [
        'certificates:',
        `  - ${CERTIFICATE}`,
        '  - { certificate_chain: other.pem, private_key: other.key }',
        'alpn_protocols: [bolt, x]',
        'min_version: TLSv1.3',
      ]),
    );
    const one = await harness.securedCaller(address('ingress'), { ...trusting, servername: 'localhost' });
    one.send(boltRequest(7, 'any', Buffer.from('hi')));
    expect((await one.reply(7)).body.toString()).toBe('a:hi');
    const names = [
      ['localhost', 'CN=localhost'],
      ['OTHER.example', 'CN=other'],
      ['deep.wild.example', 'CN=other'],
      ['too.deep.wild.example', 'CN=localhost'],
      ['unknown.example', 'CN=localhost'],
    ] as const;
    for (const [servername, subject] of names) {
      const socket = await secured(address('ingress'), {
        servername,
        rejectUnauthorized: false,
        ALPNProtocols: ['y', 'x'],
      });
      expect(socket.getPeerX509Certificate()?.subject, servername).toBe(subject);
      expect(socket.alpnProtocol).toBe('x');
      expect(socket.getProtocol()).toBe('TLSv1.3');
      socket.end();
    }
    await expect(secured(address('ingress'), { ...trusting, maxVersion: 'TLSv1.2' })).rejects.toThrow(
      /version/,
    );
    await expect(secured(address('ingress'), { ...trusting, ALPNProtocols: ['y'] })).rejects.toThrow(
      /no application protocol|alert/,
    );
    await expect.poll(() => metric(address('admin'), 'downstream_tls_handshakes_total')).toBe(6);
    await expect.poll(() => metric(address('admin'), 'downstream_tls_failures_total')).toBe(2);
  });

  it('lets only callers in that have a certificate and a name which it expects', async () => {
    const host = await harness.host('a');
    const { address } = await harness.server(
      yaml(host.port, [
        `certificates: [${CERTIFICATE}]`,
        'trusted_ca: ca.pem',
        "match_subject_alt_names: ['spiffe://demo/caller']",
      ]),
    );
    const good = await harness.securedCaller(address('ingress'), {
      ...trusting,
      cert: caller.certificate,
      key: caller.key,
    });
    good.send(boltRequest(1, 'any', Buffer.from('hi')));
    expect((await good.reply(1)).body.toString()).toBe('a:hi');
    for (const bad of [stranger, forged, null]) {
      const identity = bad === null ? {} : { cert: bad.certificate, key: bad.key };
      // With TLS 1.3 the caller is done before it is looked at.
      const socket = await secured(address('ingress'), { ...trusting, ...identity });
      socket.on('error', () => {});
      socket.write(boltRequest(1, 'any', Buffer.from('hi')));
      await closed(socket);
    }
    expect(host.requests.length).toBe(1);
    await expect.poll(() => metric(address('admin'), 'downstream_tls_rejected_total')).toBe(2);
    await expect.poll(() => metric(address('admin'), 'downstream_tls_failures_total')).toBe(1);
  });

  it('takes callers without a certificate where one is optional, but none with a bad one', async () => {
    const host = await harness.host('a');
    const { address } = await harness.server(
      yaml(host.port, [
        `certificates: [${CERTIFICATE}]`,
        'trusted_ca: ca.pem',
        'client_certificate: optional',
      ]),
    );
    for (const identity of [{}, { cert: caller.certificate, key: caller.key }]) {
      const one = await harness.securedCaller(address('ingress'), { ...trusting, ...identity });
      one.send(boltRequest(1, 'any', Buffer.from('hi')));
      expect((await one.reply(1)).body.toString()).toBe('a:hi');
    }
    const bad = await secured(address('ingress'), { ...trusting, cert: forged.certificate, key: forged.key });
    bad.on('error', () => {});
    await closed(bad);
    expect(await metric(address('admin'), 'downstream_tls_rejected_total')).toBe(1);
  });

  it('serves plain text on the same port if it may, and else closes what is no TLS at once', async () => {
    const host = await harness.host('a');
    const both = await harness.server(
      yaml(host.port, [`certificates: [${CERTIFICATE}]`, 'allow_plaintext: true']),
    );
    for (const one of [
      await harness.caller(both.address('ingress')),
      await harness.securedCaller(both.address('ingress'), trusting),
    ]) {
      one.send(boltRequest(3, 'any', Buffer.from('hi')));
      expect((await one.reply(3)).body.toString()).toBe('a:hi');
    }
    const strict = await harness.server(yaml(host.port, [`certificates: [${CERTIFICATE}]`]));
    const garbage = [
      boltRequest(3, 'any', Buffer.from('hi')),
      Buffer.from('GET / HTTP/1.1\r\n\r\n'),
      Buffer.from([22, 3, 1, 0xff, 0xff]),
      Buffer.from([22, 3, 1, 0, 4, 9, 9, 9, 9]),
      Buffer.from([22, 3, 1, 0, 5, 1, 0, 0, 1, 9]),
      Buffer.from([21, 3, 3, 0, 2, 2, 40]),
    ];
    for (const bytes of garbage) {
      const socket = connectPlain(addressOf(strict.address('ingress')));
      socket.on('error', () => {});
      socket.write(bytes);
      await closed(socket);
    }
    expect(await metric(strict.address('admin'), 'downstream_tls_failures_total')).toBe(garbage.length);
    expect(await metric(strict.address('admin'), 'downstream_connections_total')).toBe(0);
  });

  it('gives up handshakes that stand still', async () => {
    const host = await harness.host('a');
    const { address } = await harness.server(
      yaml(host.port, [`certificates: [${CERTIFICATE}]`, 'handshake_timeout: 30ms']),
    );
    for (const bytes of ['', '\x16\x03\x01', null]) {
      const socket = connectPlain(addressOf(address('ingress')));
      socket.on('error', () => {});
      // A whole ClientHello, after which nothing comes.
      socket.write(bytes === null ? await firstFlight() : Buffer.from(bytes, 'latin1'));
      await closed(socket);
    }
    expect(await metric(address('admin'), 'downstream_tls_timeouts_total')).toBe(3);
    expect(await metric(address('admin'), 'downstream_tls_handshakes_active')).toBe(0);
  });
});

/** What a TLS caller sends first. */
async function firstFlight(): Promise<Buffer> {
  const { createServer } = await import('node:net');
  return new Promise((resolve) => {
    const listener = createServer((socket) => {
      socket.once('data', (bytes) => {
        resolve(bytes);
        socket.destroy();
        listener.close();
      });
    });
    listener.listen(0, '127.0.0.1', () => {
      const { port } = listener.address() as { port: number };
      connectSecured({ port, host: '127.0.0.1' }).on('error', () => {});
    });
  });
}

describe('a cluster with TLS', () => {
  const serving = { cert: own.certificate, key: own.key };

  async function ask(cluster: readonly string[], port: number | string): Promise<[string, string]> {
    const { address } = await harness.server(yaml(port, [], cluster));
    const one = await harness.caller(address('ingress'));
    one.send(boltRequest(1, 'any', Buffer.from('hi')));
    const reply = await one.reply(1);
    return [reply.status === 0 ? reply.body.toString() : `status ${reply.status}`, address('admin')];
  }

  it('talks to hosts whose certificate has the right authority and name', async () => {
    const host = await harness.host('a', 0, { tls: serving });
    expect((await ask(['tls: { trusted_ca: ca.pem }'], host.port))[0]).toBe('a:hi');
    expect((await ask(['tls: { trusted_ca: ca.pem, sni: localhost }'], host.port))[0]).toBe('a:hi');
    expect(
      (
        await ask(
          ['tls: { trusted_ca: ca.pem, sni: x.example, match_subject_alt_names: [localhost] }'],
          host.port,
        )
      )[0],
    ).toBe('a:hi');
    expect((await ask(['tls: { verify: false }'], host.port))[0]).toBe('a:hi');
    const heartbeats = ['tls: { trusted_ca: ca.pem }', 'health_check: { protocol: bolt, interval: 1m }'];
    expect((await ask(heartbeats, host.port))[0]).toBe('a:hi');
  });

  it.each([
    ['of another authority', 'tls: {}'],
    ['with another name', 'tls: { trusted_ca: ca.pem, sni: other.example }'],
    [
      'without a name that is expected',
      "tls: { trusted_ca: ca.pem, match_subject_alt_names: ['spiffe://x'] }",
    ],
    ['of a version that is too old', 'tls: { trusted_ca: ca.pem, min_version: TLSv1.3 }'],
  ])('talks to none with a certificate %s', async (_what, tls) => {
    const host = await harness.host('a', 0, { tls: { ...serving, maxVersion: 'TLSv1.2' } });
    const [answer, adminAddress] = await ask([tls], host.port);
    expect(answer).toMatch(/^status/);
    expect(host.requests.length).toBe(0);
    expect(await metric(adminAddress, 'cluster_tls_failures_total')).toBeGreaterThan(0);
  });

  it('shows its own certificate to hosts that ask for one', async () => {
    const tls = { ...serving, ca: ca.certificate, requestCert: true, rejectUnauthorized: true };
    const host = await harness.host('a', 0, { tls });
    const mine = 'certificate: { certificate_chain: caller.pem, private_key: caller.key }';
    expect((await ask([`tls: { trusted_ca: ca.pem, ${mine} }`], host.port))[0]).toBe('a:hi');
    expect((await ask(['tls: { trusted_ca: ca.pem }'], host.port))[0]).toMatch(/^status/);
  });
});

describe('a cluster with TLS whose hosts are found by DNS', () => {
  let dns: DnsServer;
  const named = makeCertificate({ name: 'echo', sans: ['dns:echo.demo'], issuer: ca });

  beforeAll(async () => {
    dns = await startDnsServer();
    dns.records.set('echo.demo', [{ type: 'A', address: '127.0.0.1', ttl: 60 }]);
    dns.records.set('other.demo', [{ type: 'A', address: '127.0.0.1', ttl: 60 }]);
  });
  afterAll(() => dns.close());

  it.each([
    ['asks for the name and takes its certificate', (port: number) => `{ name: echo.demo, port: ${port} }`],
    ['does so for a service, whatever its target is called', () => '{ name: _bolt._tcp.echo.demo }'],
  ])('%s, and carries requests', async (_what, name) => {
    const host = await harness.host('a', 0, { tls: { cert: named.certificate, key: named.key } });
    dns.records.set('_bolt._tcp.echo.demo', [
      { type: 'SRV', priority: 0, weight: 1, port: host.port, target: 'other.demo' },
    ]);
    const { address } = await harness.server(discovering(name(host.port)));
    const one = await harness.caller(address('ingress'));
    await ready(address('admin'));
    for (let id = 1; id <= 100; id++) one.send(boltRequest(id, 'any', Buffer.from('hi')));
    for (let id = 1; id <= 100; id++) expect((await one.reply(id)).body.toString()).toBe('a:hi');
    expect(host.handshakes[0]!.servername).toBe('echo.demo');
  });

  it('talks to none that has a certificate for another name', async () => {
    const host = await harness.host('a', 0, { tls: { cert: named.certificate, key: named.key } });
    const { address } = await harness.server(discovering(`{ name: other.demo, port: ${host.port} }`));
    const one = await harness.caller(address('ingress'));
    await ready(address('admin'));
    one.send(boltRequest(1, 'any', Buffer.from('hi')));
    expect((await one.reply(1)).status).not.toBe(0);
    expect(host.requests).toHaveLength(0);
    expect(await metric(address('admin'), 'cluster_tls_failures_total')).toBeGreaterThan(0);
  });

  function discovering(name: string): string {
    const cluster = ['tls: { trusted_ca: ca.pem }', `dns: { names: [${name}], servers: ['${dns.address}'] }`];
    return yaml(0, [], cluster).replace(/^    hosts: .*/m, '    hosts: []');
  }

  async function ready(adminAddress: string): Promise<void> {
    await expect.poll(() => metric(adminAddress, 'cluster_hosts{cluster="echo"}')).toBe(1);
  }
});

describe('certificates', () => {
  it('are shown by the admin port, keys never are', async () => {
    const host = await harness.host('a');
    const { address } = await harness.server(
      yaml(host.port, [`certificates: [${CERTIFICATE}]`, 'trusted_ca: ca.pem']),
    );
    const { text } = await admin(address('admin'), '/certs');
    expect(JSON.parse(text)).toMatchObject([
      {
        owner: 'listener ingress',
        use: 'certificate',
        subject: 'CN=localhost',
        issuer: 'CN=localhost CA',
        names: ['localhost', '127.0.0.1'],
        days_left: 3649,
      },
      { owner: 'listener ingress', use: 'trusted_ca', subject: 'CN=localhost CA' },
    ]);
    const secret = own.key.split('\n')[1]!;
    for (const page of ['/certs', '/config_dump', '/listeners', '/clusters', '/stats', '/stats/prometheus']) {
      const shown = (await admin(address('admin'), page)).text;
      expect(shown, page).not.toContain(secret);
      expect(shown, page).not.toContain('PRIVATE');
    }
    expect(await metric(address('admin'), 'certificate_expiry_timestamp_seconds')).toBeGreaterThan(
      Date.now() / 1_000,
    );
  });

  it('are replaced when their files change, and bad ones are not', async () => {
    const host = await harness.host('a');
    harness.file('turn.pem', own.certificate);
    harness.file('turn.key', own.key);
    const { address } = await harness.server(
      yaml(host.port, ['certificates: [{ certificate_chain: turn.pem, private_key: turn.key }]']),
    );
    const serial = async (): Promise<string> => {
      const socket = await secured(address('ingress'), { rejectUnauthorized: false });
      const shown = socket.getPeerX509Certificate()!.serialNumber;
      socket.destroy();
      return shown;
    };
    const early = await harness.securedCaller(address('ingress'), trusting);
    const first = await serial();
    harness.file('turn.pem', 'no certificate');
    const refused = 'certificate_reloads_total{result="refused"}';
    await expect.poll(() => metric(address('admin'), refused), { timeout: 5_000 }).toBeGreaterThan(0);
    expect(await serial()).toBe(first);
    harness.file('turn.pem', other.server.certificate);
    harness.file('turn.key', other.server.key);
    await expect.poll(serial, { timeout: 5_000 }).not.toBe(first);
    early.send(boltRequest(9, 'any', Buffer.from('still')));
    expect((await early.reply(9)).body.toString()).toBe('a:still');
  });

  it.each([
    [
      'a file that is not there',
      'certificates: [{ certificate_chain: gone.pem, private_key: own.key }]',
      /listener ingress: certificate_chain .*gone\.pem: ENOENT/,
    ],
    [
      'a key of another certificate',
      'certificates: [{ certificate_chain: own.pem, private_key: other.key }]',
      /private_key .*other\.key with certificate_chain .*own\.pem: key values mismatch/,
    ],
    [
      'a key in its place',
      'certificates: [{ certificate_chain: own.key, private_key: own.key }]',
      /certificate_chain .*own\.key: there is no certificate in it/,
    ],
    [
      'an authority that is none',
      `certificates: [${CERTIFICATE}]\n      trusted_ca: own.key`,
      /trusted_ca .*own\.key: there is no certificate in it/,
    ],
  ])('are refused at the start: %s', async (_what, tls, message) => {
    await expect(harness.server(yaml(1, [tls]))).rejects.toThrow(message);
  });
});
