import { expect, test } from 'vitest';
import { checkConfig, parseConfig } from '../../../runtime/config/load-config.js';
import type { Snapshot } from '../../../runtime/config/snapshot.js';
import { vocabulary } from './vocabulary.js';

function load(text: string): Snapshot {
  return checkConfig(parseConfig('/etc/proxy/test.yaml', text), vocabulary);
}

test('how connections are secured', () => {
  const { listeners, clusters } = load(`
listeners:
  - name: ingress
    address: unix:/run/bolt.sock
    mode: '0660'
    protocol: bolt
    route_config: services
    tls:
      certificates:
        - { certificate_chain: a.pem, private_key: /keys/a.key }
        - { certificate_chain: b.pem, private_key: b.key, password_file: b.txt, server_names: ['*.b.example'] }
      min_version: TLSv1.3
      alpn_protocols: [bolt]
      trusted_ca: ca.pem
      match_subject_alt_names: ['spiffe://demo/caller', { suffix: .example }]
      allow_plaintext: true
      handshake_timeout: 1s
      max_handshakes: 7
    network_filters:
      ip_access: { default_action: deny, rules: [{ action: allow, addresses: [10.0.0.0/8, '::1'] }] }
      connection_rate: { max_tokens: 5, fill_interval: 1s, per_address: true }
  - name: plain
    address: 127.0.0.1:0
    protocol: bolt
    route_config: services
    tls: { certificates: [{ certificate_chain: a.pem, private_key: a.key }] }
route_configs: [{ name: services, virtual_hosts: [{ name: all, domains: ['*'], routes: [] }] }]
clusters:
  - name: found
    hosts: []
    dns: { names: [{ name: echo.example, port: 1 }] }
    tls: { trusted_ca: ca.pem, certificate: { certificate_chain: me.pem, private_key: me.key } }
  - name: local
    hosts: [{ address: 'unix:/run/echo.sock' }]
    tls: { sni: echo.example, match_subject_alt_names: [{ prefix: 'spiffe://demo/' }] }
  - { name: open, hosts: [], tls: { verify: false } }
`);
  expect(listeners[0]).toMatchObject({
    address: { path: '/run/bolt.sock' },
    mode: 0o660,
    tls: {
      certificates: [
        { chain: '/etc/proxy/a.pem', privateKey: '/keys/a.key', passwordFile: null, serverNames: null },
        {
          chain: '/etc/proxy/b.pem',
          privateKey: '/etc/proxy/b.key',
          passwordFile: '/etc/proxy/b.txt',
          serverNames: ['*.b.example'],
        },
      ],
      minVersion: 'TLSv1.3',
      alpn: ['bolt'],
      clientCertificate: 'required',
      trustedCa: '/etc/proxy/ca.pem',
      names: [
        { kind: 'exact', value: 'spiffe://demo/caller' },
        { kind: 'suffix', value: '.example' },
      ],
      allowPlaintext: true,
      handshakeTimeout: 1_000,
      maxHandshakes: 7,
    },
    networkFilters: {
      ip_access: {
        default_action: 'deny',
        rules: [
          {
            action: 'allow',
            addresses: [
              { address: '10.0.0.0', prefix: 8 },
              { address: '::1', prefix: 128 },
            ],
          },
        ],
      },
      connection_rate: { max_tokens: 5, tokens_per_fill: 1, fill_interval: 1_000, per_address: true },
    },
  });
  expect(listeners[1]).toMatchObject({
    mode: 0o600,
    tls: {
      minVersion: 'TLSv1.2',
      alpn: [],
      clientCertificate: 'none',
      trustedCa: null,
      names: [],
      allowPlaintext: false,
      handshakeTimeout: 5_000,
      maxHandshakes: 100,
    },
  });
  expect(clusters.map(({ tls }) => tls)).toEqual([
    {
      certificate: { chain: '/etc/proxy/me.pem', privateKey: '/etc/proxy/me.key', passwordFile: null },
      minVersion: 'TLSv1.2',
      alpn: [],
      sni: null,
      trustedCa: '/etc/proxy/ca.pem',
      names: [],
      verify: true,
    },
    {
      certificate: null,
      minVersion: 'TLSv1.2',
      alpn: [],
      sni: 'echo.example',
      trustedCa: null,
      names: [{ kind: 'prefix', value: 'spiffe://demo/' }],
      verify: true,
    },
    expect.objectContaining({ verify: false, sni: null }),
  ]);
});
