import type { AdminSource } from '../admin/admin-server.js';
import type { LiveStats } from '../admin/live/stats.js';
import { reloadStats } from '../admin/live-stats.js';
import type { Logger } from '../observe/logger.js';
import type { Metrics } from '../observe/metrics.js';
import type { ProcessStats } from '../observe/process-stats.js';
import { PrometheusRenderer } from '../observe/prometheus.js';
import { mergePrometheus } from './merge-prometheus.js';
import { mergeStatus } from './merge-status.js';
import type { Answers, Question } from './messages.js';
import type { Supervisor } from './supervisor.js';

/** What the supervisor has to say for itself. */
export interface OwnStats {
  readonly metrics: Metrics;
  readonly process: ProcessStats;
  readonly logger: Logger;
}

/** What the admin port shows and does where there are workers: their figures as one. */
export function supervisedSource(supervisor: Supervisor, own: OwnStats, drain: () => void): AdminSource {
  const prometheus = new PrometheusRenderer(own.metrics, own.process, null);
  return {
    ready: () => supervisor.ready,
    async metrics() {
      const answers = await askAll(supervisor, 'metrics', (worker, { text }) => (worker.lastMetrics = text));
      const texts = [await prometheus.render(), supervisor.retired.text, ...answers.map(({ text }) => text)];
      return { type: prometheus.contentType, text: mergePrometheus(texts) + supervisorSeries(supervisor) };
    },
    async stats() {
      const answers = await askAll(supervisor, 'stats');
      const merged = answers.length === 0 ? nothing() : mergeStatus(answers);
      return {
        ...merged,
        pid: process.pid,
        ready: supervisor.ready,
        uptime_seconds: own.process.uptimeSeconds,
        resident_bytes: merged.resident_bytes + own.process.residentBytes,
        config: reloadStats(own.metrics.config),
        workers: Array.from(supervisor.processes, ({ number, pid, state }) => ({ number, pid, state })),
        errors: merged.errors.slice(0, MOST_ERRORS),
      };
    },
    configDump: async () => anyOf(supervisor).ask({ what: 'config' }),
    certs: async () => anyOf(supervisor).ask({ what: 'certs' }),
    clusters: async () => merged(await askAll(supervisor, 'clusters')),
    listeners: async () => merged(await askAll(supervisor, 'listeners')),
    logLevel: () => own.logger.level,
    setLogLevel(level) {
      if (!Object.hasOwn(own.logger.levels.values, level)) return false;
      own.logger.level = level;
      supervisor.setLogLevel(level);
      return true;
    },
    drain,
  };
}

/** They are alike. */
function anyOf({ workers }: Supervisor): Supervisor['workers'][number] {
  const [worker] = workers;
  if (worker === undefined) throw new Error('there is no worker at the moment');
  return worker;
}

/** As many as one listener keeps. */
const MOST_ERRORS = 50;

/** The answers of those workers that give one: others may just be going. */
async function askAll<What extends Exclude<keyof Answers, 'prepare'>>(
  supervisor: Supervisor,
  what: What,
  each: (worker: Supervisor['workers'][number], answer: Answers[What]) => void = () => {},
): Promise<Answers[What][]> {
  const question = { what } as Question & { what: What };
  const reachable = [...supervisor.processes].filter(
    ({ state }) => state === 'ready' || state === 'draining',
  );
  const asked = reachable.map(async (worker) => {
    const answer = await worker.ask(question);
    each(worker, answer);
    return answer;
  });
  const answers = await Promise.allSettled(asked);
  return answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
}

function merged<T>(lists: readonly (readonly T[])[]): readonly T[] {
  return lists.length === 0 ? [] : mergeStatus(lists);
}

function supervisorSeries({ processes, deaths, hangs, restarts }: Supervisor): string {
  const states = Array.from(processes, ({ state }) => state);
  const count = (state: string): number => states.filter((one) => one === state).length;
  return [
    '# HELP proto_frame_workers Worker processes',
    '# TYPE proto_frame_workers gauge',
    ...['starting', 'ready', 'draining'].map(
      (state) => `proto_frame_workers{state="${state}"} ${count(state)}`,
    ),
    '',
    '# HELP proto_frame_worker_deaths_total Workers that ended unasked',
    '# TYPE proto_frame_worker_deaths_total counter',
    `proto_frame_worker_deaths_total ${deaths}`,
    '',
    '# HELP proto_frame_worker_hangs_total Workers that were killed because they hung',
    '# TYPE proto_frame_worker_hangs_total counter',
    `proto_frame_worker_hangs_total ${hangs}`,
    '',
    '# HELP proto_frame_hot_restarts_total Hot restarts that came to their end',
    '# TYPE proto_frame_hot_restarts_total counter',
    `proto_frame_hot_restarts_total ${restarts}`,
    '',
  ].join('\n');
}

/** While there is no worker at all. */
function nothing(): LiveStats {
  return {
    time: Date.now(),
    pid: process.pid,
    ready: false,
    uptime_seconds: 0,
    resident_bytes: 0,
    heap_bytes: 0,
    cpu_seconds: 0,
    config: { loaded_at: 0, reloads: 0, failures: 0, last_error: null, last_error_at: null },
    workers: [],
    latency_bounds_ms: [],
    listeners: [],
    clusters: [],
    errors: [],
  };
}
