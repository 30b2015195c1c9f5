import { readdirSync } from 'node:fs';
import { startNode } from '../../support/child.js';
import { ROOT } from '../../support/root.js';
import { cpuOf, forgetHighest } from '../../support/process-facts.js';
import { type Result, scenario } from '../scenario.js';

/** Of CPU time and of memory, against what the other side spends and sends. */
const BAR = 10;

/** C12. For every protocol of the corpus: CPU and memory that its frames cost the sidecar, against the sender. */
export function amplification(frames: number, seed: number): Promise<Result> {
  const protocols = readdirSync(`${ROOT}test/corpus`, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  const yaml = (port: number): string => listenersOf(protocols, port);
  return scenario('C12 amplification', seed, { yaml }, async ({ sidecar, atMost, notes }) => {
    let [mostCpu, mostMemory] = [0, 0];
    for (const protocol of protocols) {
      const said = new RegExp(`^${protocol === protocols[0] ? 'test' : protocol} listens on \\S+:(\\d+)`);
      const [, port] = await sidecar.line(said);
      const { rss } = await sidecar.memory();
      await forgetHighest(sidecar.pid);
      const cpu = await cpuOf(sidecar.pid);
      const flood = startNode('test/dist/reliability/processes/frame-flood.js', [
        port!,
        protocol,
        String(frames),
      ]);
      const [told] = await flood.line(/^\{.*\}$/, 120_000);
      await flood.stop();
      const spent = JSON.parse(told) as { bytes: number; cpu: number };
      const cpuTimes = ((await cpuOf(sidecar.pid)) - cpu) / spent.cpu;
      const memoryTimes = ((await sidecar.memory()).highest - rss) / spent.bytes;
      mostCpu = Math.max(mostCpu, cpuTimes);
      mostMemory = Math.max(mostMemory, memoryTimes);
      notes.push(`${protocol} ${cpuTimes.toFixed(1)} and ${memoryTimes.toFixed(1)}`);
    }
    atMost('CPU time, times the sender', mostCpu, '', BAR);
    atMost('memory, times the bytes', mostMemory, '', BAR);
  });
}

/** A listener for each protocol, without a route. The cluster is there to be looked at in the end. */
function listenersOf(protocols: readonly string[], port: number): string {
  const listener = (protocol: string, i: number): string =>
    `  - { name: ${i === 0 ? 'test' : protocol}, address: '127.0.0.1:0', protocol: ${protocol.replace(/-/g, '_')}, route_config: none }`;
  return [
    'listeners:',
    ...protocols.map(listener),
    'route_configs:',
    "  - { name: none, virtual_hosts: [{ name: all, domains: ['*'], routes: [] }] }",
    `clusters: [{ name: unused, hosts: [{ address: '127.0.0.1:${port}' }] }]`,
    'admin: { address: 127.0.0.1:0 }',
    '',
  ].join('\n');
}
