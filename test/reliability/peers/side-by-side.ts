import { Random } from '../../support/random.js';
import { launchSidecar, type Sidecar, sidecarYaml } from '../../support/sidecar.js';
import { replaceConfig, said, signal } from '../life/versions.js';
import { flaws, newVerdict } from '../oracle.js';
import { leftovers, pause, type Result } from '../scenario.js';
import type { Pair, PeerClient } from './pair.js';

const CLIENTS = 4;
const CALLS_AT_A_TIME = 8;
/** A call that has not ended after so long never will: twice what peers allow for one themselves, in ms. */
const LONGEST_MS = 20_000;
/** What a drain gives callers that do not leave, in seconds. */
const DRAIN_S = 4;
/** So long after a kill errors are its doing, in ms: some clients notice what was cut by a timeout of their own. */
const AFTERMATH_MS = 12_000;

export interface Times {
  readonly reloads: number;
  readonly restarts: number;
  readonly kills: number;
}

/**
 * A real client and a real server with the sidecar between them, which is reloaded, hot-restarted, and has its
 * workers killed while calls go on. Every call ends once, with its own result or with an error, and errors come
 * only where a kill explains them, or a client that does not leave when it is asked to.
 */
export async function sideBySide(pair: Pair, times: Times, seed: number): Promise<Result> {
  const from = performance.now();
  const random = new Random(seed);
  const verdict = newVerdict();
  const found: string[] = [];
  const notes = [`${times.reloads} reloads, ${times.restarts} hot restarts, ${times.kills} workers killed`];
  const errors: { at: number; text: string }[] = [];
  const kills: number[] = [];
  const check = (holds: boolean, flaw: string): void => {
    if (!holds) found.push(flaw);
  };
  const server = await pair.startServer();
  const top = ['workers: 2', `drain_timeout: ${DRAIN_S}s`];
  const yaml = sidecarYaml({ protocol: pair.protocol, match: pair.match, upstreams: [server.port], top });
  const sidecar = await launchSidecar(yaml);
  const clients: PeerClient[] = [];
  let calls = 0;
  let stopping = false;
  const keepCalling = async (client: PeerClient, name: string): Promise<void> => {
    for (let n = 0; !stopping; n++) {
      calls++;
      const how = await outcome(client.call(`${name}-${n}-${random.below(2 ** 32)}`));
      if (how === true) verdict.ok++;
      else if (how === false) verdict.wrong++;
      else if (how === null) verdict.missing++;
      else {
        verdict.localError++;
        errors.push({ at: performance.now(), text: how.message });
        await pause(10);
      }
    }
  };
  try {
    for (let i = 0; i < CLIENTS; i++) clients.push(await pair.connect(sidecar.port));
    const loops = clients.flatMap((client, c) =>
      Array.from({ length: CALLS_AT_A_TIME }, (_, i) => keepCalling(client, `${c}.${i}`)),
    );
    await pause(500);
    for (let i = 1; i <= times.reloads; i++) {
      replaceConfig(sidecar, yaml.replace('timeout: 60s', `timeout: ${60 + i}s`));
      check(await signal(sidecar, 'SIGHUP', /"configuration reloaded"/), 'a reload was not taken');
      await pause(100);
    }
    for (let i = 0; i < times.restarts; i++) {
      check(await signal(sidecar, 'SIGUSR2', /hot restart done/), 'a hot restart did not come to its end');
      // Until the old workers are gone, whose callers had to leave.
      check(await oldOnesGone(sidecar, 2 * (i + 1)), 'old workers did not go');
    }
    for (let i = 0; i < times.kills; i++) {
      const ready = said(sidecar, /worker ready/);
      kills.push(performance.now());
      process.kill(await anyWorker(sidecar, random), 'SIGKILL');
      for (let tries = 0; tries < 600 && said(sidecar, /worker ready/) === ready; tries++) await pause(50);
      await pause(500);
    }
    stopping = true;
    await Promise.all(loops);
    const unexplained = errors.filter(
      ({ at }) => !kills.some((kill) => at >= kill && at <= kill + AFTERMATH_MS),
    );
    const why = [...new Set(unexplained.map(({ text }) => text.slice(0, 100)))].join(' | ');
    // A client that goes on calling where it was asked to leave finds its connection closed once a restart.
    const allowed = pair.leaves ? 0 : times.restarts * CLIENTS * CALLS_AT_A_TIME;
    const count = unexplained.length;
    check(count <= allowed, `${count} errors that no kill explains, ${allowed} were to be expected: ${why}`);
    notes.push(`${count} errors of calls to workers that had to go`);
    const closing = clients.every(({ close }) => close !== undefined);
    for (const client of clients.splice(0)) await client.close?.();
    if (closing) await leftovers(sidecar, check);
  } finally {
    for (const client of clients) await client.close?.();
    const code = await sidecar.stop();
    check(code === 0, `the sidecar's exit code is ${code}: ${sidecar.output.slice(-5).join(' | ')}`);
    await server.stop();
  }
  return {
    name: `${pair.name} side by side`,
    requests: calls,
    verdict,
    notes,
    flaws: [...flaws(verdict, calls), ...found],
    seconds: (performance.now() - from) / 1000,
  };
}

/** Whether the reply was right, the error it ended with, or null if it did not end. */
async function outcome(call: Promise<boolean>): Promise<boolean | Error | null> {
  let timer: NodeJS.Timeout | undefined;
  const never = new Promise<null>((resolve) => (timer = setTimeout(() => resolve(null), LONGEST_MS)));
  const ended = call.catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));
  const how = await Promise.race([ended, never]);
  clearTimeout(timer);
  return how;
}

async function oldOnesGone(sidecar: Sidecar, count: number): Promise<boolean> {
  for (let tries = 0; tries < 1_200; tries++) {
    if (said(sidecar, /"worker ended"/) >= count) return true;
    await pause(50);
  }
  return false;
}

async function anyWorker({ adminPort }: Sidecar, random: Random): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${adminPort}/stats`);
  const { workers } = (await response.json()) as { workers: readonly { pid: number; state: string }[] };
  return random.pick(workers.filter(({ state }) => state === 'ready')).pid;
}
