import { join } from 'node:path';
import { openFilesOf, startNode } from '../../support/child.js';
import { ROOT } from '../../support/root.js';
import { Act } from '../oracle.js';
import { pause, type Result, scenario } from '../scenario.js';
import type { Sidecar } from '../../support/sidecar.js';

/** The design's 2 s are for a machine of one's own; on a shared one a start of the program is the measure. */
const RESPAWN_MS = 2_000;
const STARTS = 5;
const MAIN = join(ROOT, 'runtime/dist/server/main.js');

interface Worker {
  readonly pid: number;
  readonly state: string;
}

/**
 * E6. One of two workers is killed, again and again, under load: what it had under way ends, once and at once,
 * nothing else does, nobody is refused, and a new one takes its place.
 */
export function workerKill(kills: number, seed: number): Promise<Result> {
  const setup = { top: ['workers: 2'] };
  return scenario(`E6 ${kills} workers killed`, seed, setup, async (stage) => {
    const { sidecar, random, steady, verdict, check, atMost, notes } = stage;
    const orders = () => ({ act: Act.reply, delay: random.below(20), size: random.below(10_000) });
    const callers = steady(64, { inFlight: 4, orders });
    let slowest = 0;
    const start = await startTime(sidecar.file);
    for (let i = 0; i < kills; i++) {
      const ready = await readyWorkers(sidecar);
      await pause(200 + random.below(300));
      const before = callers.reduce((sum, { cut }) => sum + cut, 0);
      const victim = random.pick(ready);
      const files = await openFilesOf(victim);
      process.kill(victim, 'SIGKILL');
      const from = performance.now();
      const next = await readyWorkers(sidecar, victim);
      slowest = Math.max(slowest, performance.now() - from);
      check(next.length === 2, `worker ${victim} was not replaced`);
      const cut = callers.reduce((sum, caller) => sum + caller.cut, 0) - before;
      check(cut <= files, `${cut} callers were cut where the worker had ${files} files open`);
    }
    await Promise.all(callers.map((caller) => caller.stop()));
    const refused = callers.reduce((sum, caller) => sum + caller.refused, 0);
    check(refused === 0, `${refused} connections were refused`);
    check(verdict.localError === 0, 'a request got an error that no kill explains');
    const most = RESPAWN_MS + Math.round(STARTS * start);
    atMost('the longest without the second worker', Math.round(slowest), ' ms', most);
    const deaths = await sidecar.metric('worker_deaths_total');
    check(deaths === kills, `${deaths} deaths were counted`);
    const cut = callers.reduce((sum, caller) => sum + caller.cut, 0);
    notes.push(`${cut} connections with ${verdict.closed} requests cut`);
  });
}

/** How long the program takes to start and read its configuration at the moment, in ms. */
async function startTime(file: string): Promise<number> {
  const from = performance.now();
  await startNode(MAIN, ['--check', file]).ended;
  return performance.now() - from;
}

/** Process ids of the two that serve, once there are two and `gone` is not one of them. */
async function readyWorkers({ adminPort }: Sidecar, gone = 0): Promise<number[]> {
  for (let tries = 0; tries < 600; tries++) {
    const response = await fetch(`http://127.0.0.1:${adminPort}/stats`);
    const { workers } = (await response.json()) as { workers: readonly Worker[] };
    const ready = workers.filter(({ pid, state }) => state === 'ready' && pid !== gone);
    if (ready.length === 2) return ready.map(({ pid }) => pid);
    await pause(50);
  }
  return [];
}
