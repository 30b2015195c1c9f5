import { type DnsServer, startDnsServer } from '../support/dns-server.js';
import { Act } from './oracle.js';
import { pause, type Result, scenario, type Stage } from './scenario.js';
import { ScriptedUpstream } from './scripted-upstream.js';

const NAME = 'echo.test';
/** Of each phase, ms: an answer holds for a second. */
const PHASE_MS = 2_500;

/**
 * D7. The name server says something else every second, nothing, that there is no such name, and what is no
 * answer: the last good one holds. 1,000 addresses are taken, and let go.
 */
export async function nameServers(seed: number): Promise<Result> {
  const dns = await startDnsServer();
  const host = new ScriptedUpstream();
  const port = await host.listen();
  const options = {
    upstreams: [],
    cluster: [
      `dns: { names: [{ name: ${NAME}, port: ${port} }], servers: ['${dns.address}'], refresh: 1s }`,
      'reconnect: { base: 50ms, max: 200ms }',
    ],
    route: ['retry: { num_retries: 3, on: [connect_failure] }'],
  };
  tell(dns, 1);
  try {
    return await scenario('D7 name servers', seed, options, async (stage) => {
      const { sidecar, random, verdict, figure, check } = stage;
      await hostsOf(stage, 1);
      const phases: [what: string, begin: () => void][] = [
        ['flapping', () => tell(dns, 1 + (phase++ % 2))],
        ['empty', () => dns.records.set(NAME, [])],
        ['no such name', () => dns.records.delete(NAME)],
        ['failing', () => (dns.broken = true)],
        [
          'answers of another question',
          () => (dns.spoil = (answer) => Buffer.concat([random.bytes(2), answer.subarray(2)])),
        ],
        ['junk', () => (dns.spoil = () => random.bytes(random.below(600)))],
      ];
      let phase = 0;
      for (const [what, begin] of phases) {
        const before = verdict.localError;
        const flaps = setInterval(begin, 500);
        begin();
        await askFor(stage, PHASE_MS);
        clearInterval(flaps);
        figure(`errors while ${what}`, verdict.localError - before, '0', verdict.localError === before);
        dns.spoil = null;
        dns.broken = false;
        tell(dns, 1);
      }
      tell(dns, 1_000);
      figure(
        'hosts of 1,000 addresses',
        await hostsOf(stage, 1_000),
        '1000',
        (await hostsOf(stage, 1_000)) === 1_000,
      );
      tell(dns, 1);
      figure('hosts afterwards', await hostsOf(stage, 1), '1', (await hostsOf(stage, 1)) === 1);
      const ok = verdict.ok;
      await stage.drive(1, { requests: 100, inFlight: 1 });
      check(verdict.ok === ok + 100, 'not every request was answered afterwards');
      check(sidecar.process.exitCode === null, 'the sidecar has ended');
    });
  } finally {
    dns.close();
    host.close();
  }
}

/** From now on the name has so many addresses, of which the first is somebody's. */
function tell(dns: DnsServer, count: number): void {
  const records = Array.from({ length: count }, (_, i) => {
    const address = `127.0.${Math.floor(i / 250)}.${1 + (i % 250)}`;
    return { type: 'A', address, ttl: 1 } as const;
  });
  dns.records.set(NAME, records);
}

async function askFor({ drive, random }: Stage, ms: number): Promise<void> {
  const until = performance.now() + ms;
  while (performance.now() < until) {
    const orders = () => ({ act: Act.reply, delay: random.below(5), size: 10 });
    await drive(2, { requests: 20, inFlight: 2, orders });
  }
}

/** How many hosts the cluster has, once there are as many as wanted, or after 15 s. */
async function hostsOf({ sidecar }: Stage, wanted: number): Promise<number> {
  let count = 0;
  for (let tries = 0; tries < 150; tries++) {
    const answer = await fetch(`http://127.0.0.1:${sidecar.adminPort}/clusters`);
    const [cluster] = (await answer.json()) as { hosts: unknown[] }[];
    count = cluster!.hosts.length;
    if (count === wanted) return count;
    await pause(100);
  }
  return count;
}
