import cluster from 'node:cluster';
import type { Logger } from '../observe/logger.js';
import { clearUnixPath } from '../network/unix-path.js';
import { BackOff } from './back-off.js';
import { freePort } from './free-port.js';
import type { Bound, PortWish, WorkerFacts } from './messages.js';
import { RetiredMetrics } from './retired-metrics.js';
import { Watchdog } from './watchdog.js';
import { type WorkerEvents, WorkerProcess } from './worker-process.js';

/** The first pause before a worker that died is replaced, and the longest, in ms. */
const RESPAWN_BASE_MS = 100;
const RESPAWN_MOST_MS = 10_000;
/** New workers of a hot restart have to live for so long before the old ones go, in ms. */
const SETTLE_MS = 1_000;
/** Free ports are chosen anew so often if another process was quicker. */
const PORT_TRIES = 3;

export interface SupervisorOptions {
  /** The program that workers run: looked up anew for each, so that a hot restart finds a new version. */
  readonly program: string;
  /** Path of the configuration file, and what it holds. */
  readonly file: string;
  readonly text: string;
  /** How many workers a configuration asks for. */
  workersOf(text: string): number;
  /** Whether workers read certificates again when their files change. */
  readonly watchFiles: boolean;
  readonly logger: Logger;
}

/**
 * Keeps a number of workers at work and carries no traffic itself. The listening sockets are shared through
 * node:cluster without its scheduling: the kernel hands connections to whichever worker is free, and none is in
 * the supervisor's hands when a worker dies.
 */
export class Supervisor implements WorkerEvents {
  readonly retired = new RetiredMetrics();
  /** Workers that died, or were killed because they hung. */
  deaths = 0;
  hangs = 0;
  restarts = 0;
  /** Resolves when all workers have ended after {@link stop}, whoever asked for it. */
  readonly stopped: Promise<boolean>;

  private onStopped: (finished: boolean) => void = () => {};
  /** By number; none while one waits to be replaced. */
  private serving: WorkerProcess[] = [];
  private readonly all = new Set<WorkerProcess>();
  private readonly respawns = new Map<number, NodeJS.Timeout>();
  private readonly backOff = new BackOff(RESPAWN_BASE_MS, RESPAWN_MOST_MS);
  private readonly ports: Record<string, number> = {};
  private readonly watchdog: Watchdog;
  private readonly logger: Logger;
  /** Started in the end: from then on workers that die are replaced. */
  private running = false;
  private stopping: Promise<boolean> | null = null;
  /** Reloads and restarts follow each other. */
  private exclusive: Promise<unknown> = Promise.resolve();
  /** Of the configuration in force. */
  private version = 1;
  private text: string;
  private logLevel: string | null = null;
  private giving: Promise<void> = Promise.resolve();

  constructor(private readonly options: SupervisorOptions) {
    this.text = options.text;
    this.stopped = new Promise((resolve) => (this.onStopped = resolve));
    this.logger = options.logger;
    cluster.schedulingPolicy = cluster.SCHED_NONE;
    cluster.setupPrimary({ exec: options.program, args: [] });
    this.watchdog = new Watchdog(
      () => this.all,
      (worker, silence) => this.onHang(worker, silence),
    );
  }

  /** Whether anybody takes requests. */
  get ready(): boolean {
    return this.stopping === null && this.serving.some(({ state }) => state === 'ready');
  }

  /** Those at work. */
  get workers(): readonly WorkerProcess[] {
    return this.serving.filter(({ state }) => state === 'ready');
  }

  /** All there are: also those that start, and those of before that have not finished yet. */
  get processes(): ReadonlySet<WorkerProcess> {
    return this.all;
  }

  /** Of any worker: they are alike. */
  get facts(): WorkerFacts | null {
    return this.serving.find(({ facts }) => facts !== null)?.facts ?? null;
  }

  get boundAddresses(): readonly Bound[] {
    return this.facts?.listeners ?? [];
  }

  /**
   * Starts the workers.
   *
   * @returns null once all are ready, or why the first that could not start could not; then none is left
   */
  async start(): Promise<string | null> {
    for (let tries = 1; ; tries++) {
      this.serving = this.spawnAll(this.text);
      const failed = await this.firstFailure(this.serving);
      if (failed === null) break;
      const ends = [...this.all].map(({ ended }) => ended);
      for (const worker of this.all) worker.kill();
      if (tries === PORT_TRIES || !this.lostPort(failed.failure)) {
        return failed.failure ?? `proto-frame-proxy: worker ${failed.number} ended while it started`;
      }
      await Promise.all(ends);
      for (const name of Object.keys(this.ports)) delete this.ports[name];
    }
    this.running = true;
    this.watchdog.start();
    return null;
  }

  /**
   * Has all workers take another configuration, or none.
   *
   * @throws Error saying why not
   */
  reload(text: string): Promise<void> {
    return this.inTurn(async () => {
      if (this.stopping !== null) throw new Error('the server is stopping');
      const workers = this.workers;
      const refused = await this.prepareAll(workers, text);
      if (refused !== null) {
        for (const worker of workers) worker.tell({ type: 'drop' });
        throw refused;
      }
      this.text = text;
      this.version++;
      for (const worker of workers) {
        worker.version = this.version;
        worker.tell({ type: 'commit' });
      }
      if (this.options.workersOf(text) !== this.serving.length) {
        this.logger.warn('another number of workers needs a restart (SIGUSR2)');
      }
    });
  }

  /**
   * Starts workers anew, of the program and the configuration as they are on disk now, and lets the old ones
   * finish once all new ones are at work. Nobody is refused in between: both listen. Those that were left from a
   * restart before this one hurry, so that no more than two generations ask their callers to leave bit by bit.
   *
   * @throws Error saying why the old ones stay
   */
  restart(text: string): Promise<void> {
    return this.inTurn(async () => {
      if (this.stopping !== null) throw new Error('the server is stopping');
      const fresh = this.spawnAll(text);
      const failed = (await this.firstFailure(fresh)) ?? (await this.firstDeath(fresh, SETTLE_MS));
      if (failed !== null || this.stopping !== null) {
        for (const worker of fresh) worker.kill();
        throw new Error(failed?.failure ?? `worker ${failed?.number ?? ''} ended while it started`);
      }
      const old = this.serving;
      this.serving = fresh;
      this.text = text;
      this.version++;
      this.restarts++;
      for (const worker of fresh) worker.version = this.version;
      for (const timer of this.respawns.values()) clearTimeout(timer);
      this.respawns.clear();
      for (const worker of this.all) if (worker.state === 'draining') worker.drain();
      for (const worker of old) worker.drain(true);
    });
  }

  /** Lets all workers finish. Resolves to whether they had nothing left to do when they ended. */
  stop(): Promise<boolean> {
    this.stopping ??= this.stopAll().then((finished) => {
      this.onStopped(finished);
      return finished;
    });
    return this.stopping;
  }

  /** Ends all workers at once. */
  kill(): void {
    for (const worker of this.all) worker.kill();
  }

  reopenAccessLog(): void {
    for (const worker of this.all) worker.tell({ type: 'reopen-access-log' });
  }

  setLogLevel(level: string): void {
    this.logLevel = level;
    for (const worker of this.all) worker.tell({ type: 'log-level', level });
  }

  onWantPorts(worker: WorkerProcess, wishes: readonly PortWish[]): void {
    const give = async (): Promise<void> => {
      let failure: string | null = null;
      try {
        for (const wish of wishes) this.ports[wish.name] ??= await portFor(wish);
      } catch (error) {
        failure = error instanceof Error ? error.message : String(error);
      }
      worker.tell({ type: 'ports', ports: this.ports, failure });
    };
    // One after the other, or two workers would get different ports for one name.
    this.giving = this.giving.then(give).catch(() => worker.kill());
  }

  onReady(worker: WorkerProcess): void {
    // The configuration changed while it started.
    if (this.running && worker.version !== this.version && this.serving.includes(worker)) worker.kill();
    else this.logger.info({ worker: worker.number, workerPid: worker.pid }, 'worker ready');
  }

  onLeaving(worker: WorkerProcess): void {
    this.deaths++;
    worker.drain();
    this.replace(worker);
  }

  onExit(worker: WorkerProcess, how: string): void {
    this.all.delete(worker);
    this.retired.add(worker.lastMetrics);
    const about = { worker: worker.number, workerPid: worker.pid, how };
    if (!this.serving.includes(worker) || this.stopping !== null || !this.running) {
      this.logger.info(about, 'worker ended');
      return;
    }
    this.deaths++;
    this.logger.error({ ...about, reason: worker.failure }, 'worker died');
    this.replace(worker);
  }

  /** Whether somebody else has taken a port between its choice here and a worker's bind. */
  private lostPort(failure: string | null): boolean {
    if (failure === null || !failure.includes('EADDRINUSE')) return false;
    return Object.values(this.ports).some((port) => port > 0 && failure.includes(`:${port}`));
  }

  private inTurn<T>(run: () => Promise<T>): Promise<T> {
    const result = this.exclusive.then(run);
    this.exclusive = result.catch(() => {});
    return result;
  }

  private spawnAll(text: string): WorkerProcess[] {
    const count = this.options.workersOf(text);
    return Array.from({ length: count }, (_, i) => this.spawn(i + 1, text));
  }

  private spawn(number: number, text: string): WorkerProcess {
    const { file, watchFiles } = this.options;
    const { ports, logLevel } = this;
    const start = { type: 'start', file, text, ports, logLevel, watchFiles } as const;
    const worker = new WorkerProcess(number, start, this);
    worker.version = this.version;
    this.all.add(worker);
    return worker;
  }

  /** In the place of one that is gone, or on its way. */
  private replace(worker: WorkerProcess): void {
    const at = this.serving.indexOf(worker);
    if (at < 0 || this.respawns.has(worker.number)) return;
    const delay = this.backOff.next(worker.worked);
    const timer = setTimeout(() => {
      this.respawns.delete(worker.number);
      if (this.stopping !== null || this.serving[at] !== worker) return;
      this.serving[at] = this.spawn(worker.number, this.text);
    }, delay);
    this.respawns.set(worker.number, timer);
  }

  private onHang(worker: WorkerProcess, silence: number): void {
    this.hangs++;
    const about = { worker: worker.number, workerPid: worker.pid, silence: Math.round(silence) };
    this.logger.error(about, 'worker hangs, killing it');
    worker.kill();
  }

  /** Null if all say yes. */
  private async prepareAll(workers: readonly WorkerProcess[], text: string): Promise<Error | null> {
    if (workers.length === 0) return new Error('there is no worker to take it at the moment');
    // The first one alone: if it refuses, the others need not be bothered.
    for (const group of [workers.slice(0, 1), workers.slice(1)]) {
      const asked = group.map((worker) => worker.ask({ what: 'prepare', text }));
      for (const answer of await Promise.allSettled(asked)) {
        if (answer.status === 'rejected') return answer.reason as Error;
        if (answer.value !== null) return new Error(answer.value);
      }
    }
    return null;
  }

  /** The first that does not start; null if all do. */
  private async firstFailure(workers: readonly WorkerProcess[]): Promise<WorkerProcess | null> {
    return new Promise((resolve) => {
      for (const worker of workers) {
        void worker.started.then((ready) => (ready ? undefined : resolve(worker)));
      }
      void Promise.all(workers.map(({ started }) => started)).then(() => resolve(null));
    });
  }

  /** The first that is gone within `ms`. */
  private firstDeath(workers: readonly WorkerProcess[], ms: number): Promise<WorkerProcess | null> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(null), ms);
      for (const worker of workers) {
        void worker.ended.then(() => {
          clearTimeout(timer);
          resolve(worker);
        });
      }
    });
  }

  private async stopAll(): Promise<boolean> {
    for (const timer of this.respawns.values()) clearTimeout(timer);
    for (const worker of this.all) worker.drain();
    const ends = await Promise.all([...this.all].map(({ ended }) => ended));
    this.watchdog.stop();
    return ends.every((how) => how === 'exit code 0');
  }
}

/** A free port; 0 for a unix socket, whose path is free then. */
async function portFor({ host, path }: PortWish): Promise<number> {
  if (path === undefined) return freePort(host);
  await clearUnixPath(path);
  return 0;
}
