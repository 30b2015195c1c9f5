import { monitorEventLoopDelay } from 'node:perf_hooks';
import { openFilesOf } from '../support/child.js';
import { Random } from '../support/random.js';
import {
  type Launch,
  launchSidecar,
  type Sidecar,
  type SidecarOptions,
  sidecarYaml,
} from '../support/sidecar.js';
import { type ClientOptions, OracleClient } from './oracle-client.js';
import { Act, flaws, newVerdict, type Orders, type Verdict } from './oracle.js';
import { oneShot, type OneShotOptions, type OneShotResult } from './one-shot.js';
import { type Manners, ScriptedUpstream } from './scripted-upstream.js';
import { SteadyCaller, type SteadyOptions } from './steady-caller.js';

/** Something measured, beside what it has to be. */
export interface Figure {
  readonly what: string;
  readonly value: number | string;
  /** In words, such as "at most 50 ms". */
  readonly target: string;
  readonly met: boolean;
}

/** What came of one scenario. */
export interface Result {
  readonly name: string;
  readonly requests: number;
  readonly verdict: Verdict;
  readonly figures?: readonly Figure[];
  /** What else is worth printing. */
  readonly notes: string[];
  /** Why it failed; empty if it did not. */
  readonly flaws: string[];
  readonly seconds: number;
}

/** Scenarios by their names in shared/design/reliability.md; each takes the seed. */
export type Scenarios = Readonly<Record<string, (seed: number) => Promise<Result | Result[]>>>;

/** What a scenario works with: a sidecar in its own process between oracle clients and a scripted upstream. */
export interface Stage {
  readonly random: Random;
  readonly sidecar: Sidecar;
  /** The first one, or the only one. */
  readonly upstream: ScriptedUpstream;
  readonly upstreams: readonly ScriptedUpstream[];
  readonly verdict: Verdict;
  readonly notes: string[];
  /** Notes a flaw unless `holds`. */
  check(holds: boolean, flaw: string): void;
  /** Notes a figure; a flaw, if its target is missed. */
  figure(what: string, value: number | string, target: string, met: boolean): void;
  /** As {@link figure}, for a number that may be, or has to be, so much. */
  atMost(what: string, value: number, unit: string, most: number): void;
  atLeast(what: string, value: number, unit: string, least: number): void;
  /**
   * Notes a time in ms that has to be at most `limit`, and as much longer as this process and the sidecar were
   * late by themselves and as errors take that need nothing but the sidecar: machines are shared.
   */
  timed(what: string, ms: number, limit: number): Promise<void>;
  /** So many requests were sent in another way, and are in the verdict. */
  count(requests: number): void;
  /** Callers that keep asking until they are stopped, at the latest in the end; theirs count as well. */
  steady(callers: number, options?: Partial<SteadyOptions>): SteadyCaller[];
  /** A connection with its requests, from connect to close; they count. */
  once(options: Partial<OneShotOptions> & { requests: number }): Promise<OneShotResult>;
  /** Runs clients side by side, all with the same ids; their requests count towards the verdict. */
  drive(clients: number, options: Drive): Promise<void>;
}

export type Drive = Partial<Omit<ClientOptions, 'port' | 'random' | 'verdict' | 'requests'>> & {
  /** Of each client. */
  requests: number;
};

/** How a stage is set. */
export interface Setup extends Omit<SidecarOptions, 'upstreams'>, Launch {
  /** Ports of other hosts than the scripted upstream. */
  upstreams?: readonly number[];
  /** A configuration of its own, given the port of the scripted upstream; the first listener is `test`. */
  yaml?(upstream: number): string;
  /** How many scripted upstreams there are, all hosts of the only cluster; 1 if left out. */
  hosts?: number;
  /** Of the scripted upstreams. */
  manners?: Manners;
  /** What the sidecar ends with; 0 if left out. */
  exitCode?: number;
}

export const AT_ONCE: Orders = { act: Act.reply, delay: 0, size: 0 };

/** Sets the stage, plays, looks that nothing is left over, and clears away. */
export async function scenario(
  name: string,
  seed: number,
  setup: Setup,
  play: (stage: Stage) => Promise<void>,
): Promise<Result> {
  const from = performance.now();
  const upstreams = Array.from({ length: setup.hosts ?? 1 }, () => new ScriptedUpstream(setup.manners));
  const upstream = upstreams[0]!;
  const ports = await Promise.all(upstreams.map((one) => one.listen()));
  const yaml = setup.yaml?.(ports[0]!) ?? sidecarYaml({ ...setup, upstreams: setup.upstreams ?? ports });
  const sidecar = await launchSidecar(yaml, setup);
  const before = await footprint(sidecar);
  const random = new Random(seed);
  const verdict = newVerdict();
  const notes: string[] = [];
  const found: string[] = [];
  const figures: Figure[] = [];
  const callers: SteadyCaller[] = [];
  let requests = 0;
  const check = (holds: boolean, flaw: string): void => {
    if (!holds) found.push(flaw);
  };
  const figure: Stage['figure'] = (what, value, target, met) => {
    figures.push({ what, value, target, met });
    check(met, `${what} is ${value}, not ${target}`);
  };
  const atMost: Stage['atMost'] = (what, value, unit, most) =>
    figure(what, `${round(value)}${unit}`, `at most ${most}`, value <= most);
  const atLeast: Stage['atLeast'] = (what, value, unit, least) =>
    figure(what, `${round(value)}${unit}`, `at least ${least}`, value >= least);
  const steady: Stage['steady'] = (count, options) => {
    const started = Array.from({ length: count }, () =>
      new SteadyCaller({ port: sidecar.port, random, verdict, ...options }).start(),
    );
    callers.push(...started);
    return started;
  };
  const once: Stage['once'] = async (options) => {
    const result = await oneShot({ port: sidecar.port, random, verdict, ...options });
    requests += result.requests;
    return result;
  };
  const drive = async (clients: number, drive: Drive): Promise<void> => {
    requests += clients * drive.requests;
    const all = Array.from({ length: clients }, () =>
      new OracleClient({
        port: sidecar.port,
        inFlight: 64,
        timeout: 30_000,
        orders: () => AT_ONCE,
        random,
        verdict,
        ...drive,
      }).run(),
    );
    await Promise.all(all);
  };
  const count = (more: number): void => void (requests += more);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const timed: Stage['timed'] = async (what, ms, limit) => {
    const took: number[] = [];
    const onEnded = (_how: string, time: number): void => void took.push(time);
    await drive(4, { requests: 100, inFlight: 16, service: 'com.demo.Nobody', onEnded });
    const stopped = (await sidecar.metric('loop_delay_max_seconds')) * 1_000;
    const late = delay.max / 1e6 + stopped + quantile(took, 1);
    const target = `at most ${limit} ms, and ${late.toFixed(0)} ms that the machine was late`;
    figure(what, `${ms.toFixed(1)} ms`, target, ms <= limit + late);
  };
  try {
    const peers = { random, sidecar, upstream, upstreams, verdict };
    const measures = { notes, check, figure, atMost, atLeast, timed };
    await play({ ...peers, ...measures, count, steady, once, drive });
    await Promise.all(callers.map((caller) => caller.stop()));
    requests += callers.reduce((sum, { sent }) => sum + sent, 0);
    const collisions = upstreams.reduce((sum, one) => sum + one.collisions, 0);
    check(collisions === 0, `the proxy gave ${collisions} ids away while they were open`);
    const { exitCode, signalCode } = sidecar.process;
    if (exitCode === null && signalCode === null) {
      await leftovers(sidecar, check);
      await backTo(before, sidecar, check);
      const { highest } = await sidecar.memory();
      notes.push(`sidecar's memory at most ${(highest / 1024 / 1024).toFixed(0)} MiB`);
    }
  } finally {
    delay.disable();
    const code = await sidecar.stop();
    const tail = sidecar.output.slice(-5).join(' | ');
    check(code === (setup.exitCode ?? 0), `the sidecar's exit code is ${code}: ${tail}`);
    const uncaught = sidecar.output.filter((line) => /uncaught|internal error/.test(line));
    check(uncaught.length === 0, `the sidecar said ${uncaught[0] ?? ''}`);
    for (const one of upstreams) one.close();
  }
  return {
    name,
    requests,
    verdict,
    figures,
    notes,
    flaws: [...flaws(verdict, requests), ...found],
    seconds: (performance.now() - from) / 1000,
  };
}

/** Once all clients are gone, nothing may be under way or queued. */
export async function leftovers(sidecar: Sidecar, check: Stage['check']): Promise<void> {
  const gauges = ['downstream_connections_active', 'downstream_requests_active', 'downstream_buffered_bytes'];
  for (const gauge of [...gauges, 'cluster_requests_active', 'cluster_buffered_bytes']) {
    let value = NaN;
    for (let tries = 0; tries < 100 && value !== 0; tries++) {
      if (tries > 0) await new Promise((resolve) => setTimeout(resolve, 100));
      value = await sidecar.metric(gauge);
    }
    check(value === 0, `${gauge} is ${value} in the end`);
  }
}

/** What a process holds of the machine. */
interface Footprint {
  readonly files: number;
  readonly rss: number;
}

export async function footprint({ pid, memory }: Sidecar): Promise<Footprint> {
  return { files: await openFilesOf(pid), rss: (await memory()).rss };
}

/** Of the admin port's clients, and of a log that was opened meanwhile. */
const FEW_FILES = 4;
/** Code that was compiled, counters of status codes and the like, beside what V8 has not given back yet. */
const MORE_MEMORY = 128 * 1024 * 1024;

/** Checks that beside connections to hosts, which stay in their pools, what was taken has been given back. */
export async function backTo(before: Footprint, sidecar: Sidecar, check: Stage['check']): Promise<void> {
  let { files, rss } = await footprint(sidecar);
  const kept = await sidecar.metric('cluster_connections_active');
  // Sockets that were closed a moment ago may take another one to be gone.
  for (let tries = 0; files - before.files > kept + FEW_FILES && tries < 30; tries++) {
    await pause(100);
    ({ files, rss } = await footprint(sidecar));
  }
  check(files - before.files <= kept + FEW_FILES, `${files} files are open, ${before.files} were before`);
  const grown = rss - before.rss;
  check(grown <= MORE_MEMORY, `memory has grown by ${(grown / 1024 / 1024).toFixed(0)} MiB`);
}

/** The value below which `share` of all lie; 0 of none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

function round(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toPrecision(value >= 100 ? 4 : 3);
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
