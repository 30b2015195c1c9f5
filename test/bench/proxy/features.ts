import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeServerCertificate } from '../../support/certificates.js';
import { cpuOf } from '../../support/child.js';
import { ROOT } from '../../support/root.js';
import type { Sidecar, SidecarOptions } from '../../support/sidecar.js';
import { median } from '../measure.js';
import { type Bench, load, ROUNDS } from './bench.js';
import { type Figure, type Part, told } from './claim.js';

const CONNECTIONS = 64;
const IN_FLIGHT = 8;

type Feature = readonly [name: string, options: Partial<SidecarOptions>, ca?: string];

/** Configurations that have one thing more than the default one; with a `ca`, a file, callers come by TLS. */
function features(folder: string): readonly Feature[] {
  const routes = Array.from(
    { length: 1000 },
    (_, i) => `- { match: { service: 'com.demo.Other${i}:1.0' }, route: { cluster: echo } }`,
  );
  return [
    ['nothing: the same once more', {}],
    ['access log, JSON to a file', { top: [`access_log: { path: '${join(folder, 'access.log')}' }`] }],
    [
      'tracing, spans that go nowhere',
      { top: [`tracing: { module: '${ROOT}test/bench/processes/tracing.mjs' }`] },
    ],
    ['1,000 routes before the one taken', { routes }],
    ['retries configured', { route: ['retry: { num_retries: 2, on: [connect_failure, reset] }'] }],
    [
      'outlier detection and health checks',
      { cluster: ['outlier_detection: {}', 'health_check: { interval: 1s }'] },
    ],
  ];
}

/** TLS 1.3 on either side; handshakes are not among what a request takes. */
async function tls(bench: Bench, folder: string): Promise<readonly Feature[]> {
  const { ca: authority, server } = makeServerCertificate();
  const file = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const ca = file('ca.pem', authority.certificate);
  const chain = file('tls.crt', server.certificate);
  const key = file('tls.key', server.key);
  const echo = await bench.listening('echo-server', [chain, key]);
  const certificates = `[{ certificate_chain: '${chain}', private_key: '${key}' }]`;
  return [
    ['TLS of callers', { listener: [`tls: { certificates: ${certificates}, min_version: TLSv1.3 }`] }, ca],
    [
      'TLS to hosts',
      { upstreams: [echo.port], cluster: [`tls: { trusted_ca: '${ca}', min_version: TLSv1.3 }`] },
    ],
  ];
}

/**
 * What a feature costs: processor time of the sidecar for a request with it, divided by that without it. Time of the
 * processor and not of the clock, so that load generators and whoever else is on the machine do not count.
 */
export const FEATURES: Part = {
  name: 'features',
  about: `processor time for a request with one feature more, ${CONNECTIONS} connections with ${IN_FLIGHT} in flight, median of ${ROUNDS} rounds`,
  async run(bench) {
    const folder = mkdtempSync(join(tmpdir(), 'proto-frame-bench-'));
    const figures: Figure[] = [];
    try {
      const plain = await bench.sidecar();
      for (const [name, options, ca] of [...features(folder), ...(await tls(bench, folder))]) {
        const featured = await bench.sidecar(options);
        const shares: number[] = [];
        const costs: number[] = [];
        // The first rounds are for the optimising compiler.
        for (let round = -2; round < ROUNDS; round++) {
          const without = await cost(plain);
          const withIt = await cost(featured, ca);
          if (round < 0) continue;
          shares.push(withIt / without - 1);
          costs.push(withIt);
        }
        await featured.stop();
        const share = `${(median(shares) * 100).toFixed(0)} %`;
        figures.push(told(`${name} (${median(costs).toFixed(1)} us a request)`, share));
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
    return figures;
  },
};

/** Microseconds of processor time that a request takes on connections that are open. */
async function cost(sidecar: Sidecar, ca?: string): Promise<number> {
  let before = Promise.resolve(0);
  const connected = (): void => void (before = cpuOf(sidecar.pid));
  const { replies, errors, miscorrelated } = await load(sidecar.port, CONNECTIONS, IN_FLIGHT, {
    connected,
    ...(ca !== undefined && { ca }),
  });
  if (errors + miscorrelated > 0) throw new Error(`${errors} errors, ${miscorrelated} wrong replies`);
  return (((await cpuOf(sidecar.pid)) - (await before)) * 1000) / replies;
}
