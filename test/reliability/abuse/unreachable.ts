import { createServer, type AddressInfo } from 'node:net';
import { startDeafHost } from '../../support/deaf-host.js';
import { cpuOf } from '../../support/process-facts.js';
import { sidecarYaml } from '../../support/sidecar.js';
import { pause, type Result, scenario, type Setup } from '../scenario.js';

const CONNECT_TIMEOUT = 300;
/** The design allows 50 ms; the rest is for a machine that is shared. */
const LATE = 1_000;
const WATCHED_MS = 3_000;
const RECONNECT = 'reconnect: { base: 50ms, max: 500ms }';
const CLUSTER = [`connect_timeout: ${CONNECT_TIMEOUT}ms`, RECONNECT];

/**
 * C8. Hosts that refuse, that are nowhere, that swallow every packet, and a process that has no socket left to
 * reach them with: each request is answered with an error in time, and nothing spins.
 */
export async function unreachable(seed: number): Promise<Result[]> {
  const refusing = await closedPort();
  const deaf = await startDeafHost(180_000);
  const nowhere = (): string =>
    sidecarYaml({ upstreams: [9], cluster: CLUSTER }).replace('127.0.0.1:9', '240.0.0.1:9');
  try {
    return [
      await failing('C8 a host that refuses', seed, { upstreams: [refusing], cluster: CLUSTER }),
      await failing('C8 a host that swallows packets', seed, { upstreams: [deaf.port], cluster: CLUSTER }),
      await failing('C8 a host that is nowhere', seed, { yaml: nowhere }),
      await noSocketLeft(seed),
    ];
  } finally {
    await deaf.stop();
  }
}

function failing(name: string, seed: number, setup: Setup): Promise<Result> {
  return scenario(name, seed, setup, async ({ steady, sidecar, verdict, atMost, check }) => {
    const callers = steady(4, { pause: 100 });
    await pause(500);
    const cpu = await cpuOf(sidecar.pid);
    const from = performance.now();
    await pause(WATCHED_MS);
    const share = ((await cpuOf(sidecar.pid)) - cpu) / (performance.now() - from);
    await Promise.all(callers.map((caller) => caller.stop()));
    check(verdict.ok === 0 && verdict.localError > 0, 'not every request was answered with an error');
    check(verdict.closed === 0, 'callers were disconnected');
    const longest = Math.max(...callers.flatMap(({ failed }) => failed));
    atMost('the longest wait', Math.round(longest), ' ms', CONNECT_TIMEOUT + LATE);
    atMost('CPU meanwhile', share * 100, '%', 20);
  });
}

/** 57 callers are let in with 128 files; with a connection of each one's own to the host there is no room for all. */
function noSocketLeft(seed: number): Promise<Result> {
  const setup = { openFiles: 128, cluster: [...CLUSTER, 'pool: binding'] };
  return scenario('C8 no socket left', seed, setup, async ({ steady, verdict, atMost, check, notes }) => {
    const callers = steady(56, { pause: 100 });
    await pause(WATCHED_MS);
    await Promise.all(callers.map((caller) => caller.stop()));
    check(verdict.ok > 0, 'nobody was served');
    check(verdict.localError + verdict.closed > 0, 'the process never ran out of files');
    const longest = Math.max(0, ...callers.flatMap(({ failed }) => failed));
    atMost('the longest wait for an error', Math.round(longest), ' ms', CONNECT_TIMEOUT + LATE);
    notes.push(`${verdict.localError + verdict.closed} requests without a socket`);
  });
}

async function closedPort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
