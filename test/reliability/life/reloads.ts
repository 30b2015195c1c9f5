import { parseBolt, type ReferenceHeaders } from '../../support/reference-frames.js';
import { pause, type Result, scenario } from '../scenario.js';
import { ScriptedUpstream } from '../scripted-upstream.js';
import { replaceConfig, signal } from './versions.js';

const CALLERS = 8;
const PAUSE_MS = 100;

/**
 * E1. Reload after reload under load, each changing routes, header edits, weights and the hosts of the cluster.
 * Every configuration says its version in a header of the request, in one of the reply, and by which of two
 * hosts it asks: all three have to be of one version for every request.
 */
export async function reloads(times: number, seed: number, workers: number): Promise<Result> {
  const versionOf = (headers: ReferenceHeaders): string =>
    headers.find(([key]) => key === 'version')?.[1] ?? 'none';
  const mannersOf = (host: number) => ({
    headers: (request: ReferenceHeaders): ReferenceHeaders => [
      ['seen', versionOf(request)],
      ['host', String(host)],
    ],
  });
  const odd = new ScriptedUpstream(mannersOf(1));
  const oddPort = await odd.listen();
  let ports: number[] = [];
  const yaml = (even: number): string => {
    ports = [even, oddPort];
    return configOf(0, ports, workers);
  };
  const name = `E1 ${times} reloads${workers > 0 ? `, ${workers} workers` : ''}`;
  try {
    return await scenario(name, seed, { yaml, manners: mannersOf(0) }, async (stage) => {
      const { sidecar, steady, verdict, check, notes } = stage;
      const versions = new Map<string, number>();
      let mixed = 0;
      const onReply = (b: Buffer, start: number, end: number): void => {
        const { headers } = parseBolt(b.subarray(start, end));
        const value = (key: string): string => headers.find(([name]) => name === key)?.[1] ?? 'none';
        const version = value('version');
        versions.set(version, (versions.get(version) ?? 0) + 1);
        if (value('seen') !== version || Number(value('host')) !== Number(version) % 2) mixed++;
      };
      const callers = steady(CALLERS, { inFlight: 8, pause: 2, onReply });
      for (let version = 1; version <= times; version++) {
        await pause(PAUSE_MS);
        replaceConfig(sidecar, configOf(version, ports, workers));
        check(
          await signal(sidecar, 'SIGHUP', /"configuration reloaded"/),
          `version ${version} was not taken`,
        );
      }
      await pause(PAUSE_MS);
      await Promise.all(callers.map((caller) => caller.stop()));
      check(mixed === 0, `${mixed} requests saw two versions`);
      check(verdict.localError + verdict.closed === 0, 'a request failed');
      check(versions.has(String(times)), 'the last version was never seen');
      notes.push(`${versions.size} versions seen`);
    });
  } finally {
    odd.close();
  }
}

function configOf(version: number, ports: readonly number[], workers: number): string {
  const edit = `{ set: { version: '${version}' } }`;
  // What did not change between two versions is not what is tested: names, weights and hosts all do.
  return [
    'listeners:',
    "  - { name: test, address: '127.0.0.1:0', protocol: bolt, route_config: services }",
    'route_configs:',
    '  - name: services',
    '    virtual_hosts:',
    '      - name: all',
    "        domains: ['*']",
    '        routes:',
    `          - name: route-${version}`,
    "            match: { service: 'com.demo.Echo:1.0' }",
    `            request_headers: ${edit}`,
    `            response_headers: ${edit}`,
    '            route:',
    '              weighted_clusters:',
    `                - { name: echo, weight: ${1 + (version % 7)} }`,
    `                - { name: echo-${version}, weight: ${1 + (version % 3)} }`,
    'clusters:',
    ...['echo', `echo-${version}`].map(
      (name) => `  - { name: ${name}, hosts: [{ address: '127.0.0.1:${ports[version % 2]}' }] }`,
    ),
    "admin: { address: '127.0.0.1:0' }",
    ...(workers > 0 ? [`workers: ${workers}`] : []),
    '',
  ].join('\n');
}
