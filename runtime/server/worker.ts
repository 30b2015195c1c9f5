import cluster from 'node:cluster';
import { ConfigError } from '../config/config-error.js';
import type { Snapshot } from '../config/snapshot.js';
import { createProcessLog, type ProcessLog } from '../observe/logger.js';
import {
  type Answers,
  type FromWorker,
  MESSAGES_VERSION,
  type PortWish,
  type Question,
  type ToWorker,
  type WorkerFacts,
} from '../supervisor/messages.js';
import { BUILTIN_FILTERS } from './builtin-filters.js';
import { HangWatch } from './hang-watch.js';
import { type LoadedConfig, loadSnapshot } from './load-snapshot.js';
import { type Preparation, Server } from './server.js';

const CRASH_DRAIN_MS = 5_000;
/** So many signs of life fit into what the watchdog allows. */
const BEATS = 5;
const LONGEST_BEAT_MS = 1_000;
/** After this share of it is told where the event loop stands: before the worker is killed. */
const TELL_SHARE = 0.5;

type Start = Extract<ToWorker, { type: 'start' }>;

/** Runs a server as one of the workers of a supervisor. Resolves to the exit code. */
export async function runWorker(): Promise<number> {
  // Else the process would end at once when its supervisor does, with all that is under way.
  cluster.worker!.exitedAfterDisconnect = true;
  const started = nextMessage('start');
  tell({ type: 'online', version: MESSAGES_VERSION });
  const start = await started;
  const log = createProcessLog(undefined, workerNumber());
  if (start.logLevel !== null) log.logger.level = start.logLevel;
  const worker = new WorkerSide(start, log);
  const code = await worker.run();
  log.flush();
  return code;
}

class WorkerSide {
  private server!: Server;
  private snapshot!: Snapshot;
  private ports: Readonly<Record<string, number>>;
  private prepared: { readonly snapshot: Snapshot; readonly preparation: Preparation } | null = null;
  private beat: NodeJS.Timeout | null = null;
  private hangWatch: HangWatch | null = null;
  /** What {@link hangWatch} was made for, in ms; 0: there is none. */
  private watched = 0;

  constructor(
    private readonly start: Start,
    private readonly log: ProcessLog,
  ) {
    this.ports = start.ports;
  }

  async run(): Promise<number> {
    const { logger } = this.log;
    try {
      const { snapshot, codecs } = await this.load(this.start.text);
      this.server = await Server.start(snapshot, codecs, {
        logger,
        supervised: true,
        watchFiles: this.start.watchFiles,
      });
      this.snapshot = snapshot;
    } catch (error) {
      // Of the file itself the place is told, of the start who says so.
      const ours = error instanceof ConfigError ? '' : 'proto-frame-proxy: ';
      await flushed({ type: 'failed', message: `${ours}${messageOf(error)}` });
      return 1;
    }
    const ended = this.untilEnded();
    process.on('message', (message: ToWorker) => this.onMessage(message));
    this.tellFacts();
    return ended;
  }

  private async load(text: string): Promise<LoadedConfig> {
    const loaded = await loadSnapshot(this.start.file, BUILTIN_FILTERS, text);
    return { ...loaded, snapshot: await this.withPorts(loaded.snapshot) };
  }

  /** Listeners that ask for any port get the one that all workers share; paths of unix sockets are made free. */
  private async withPorts(snapshot: Snapshot): Promise<Snapshot> {
    const wishes = snapshot.listeners
      .filter(({ address }) => address.port === 0)
      .map(({ name, address: { host, path } }): PortWish => {
        return path === undefined ? { name, host } : { name: `unix:${path}`, host, path };
      })
      .filter(({ name }) => this.ports[name] === undefined);
    if (wishes.length > 0) {
      const given = nextMessage('ports');
      tell({ type: 'want-ports', wishes });
      const { ports, failure } = await given;
      if (failure !== null) throw new Error(failure);
      this.ports = ports;
    }
    const listeners = snapshot.listeners.map((listener) => {
      const { address, name } = listener;
      const port = address.port === 0 ? (this.ports[name] ?? 0) : address.port;
      return { ...listener, address: { ...address, port } };
    });
    return { ...snapshot, listeners };
  }

  private onMessage(message: ToWorker): void {
    const { logger } = this.log;
    switch (message.type) {
      case 'ask':
        void this.answer(message.question).then((value) => tell({ type: 'answer', id: message.id, value }));
        return;
      case 'commit':
        if (this.prepared === null) return;
        this.prepared.preparation.commit();
        this.snapshot = this.prepared.snapshot;
        this.prepared = null;
        this.tellFacts();
        return;
      case 'drop':
        this.prepared?.preparation.drop();
        this.prepared = null;
        return;
      case 'log-level':
        logger.level = message.level;
        return;
      case 'reopen-access-log':
        this.server.reopenAccessLog();
        return;
      case 'drain':
        void this.server.drain(undefined, message.gradually);
        return;
      case 'start':
      case 'ports':
    }
  }

  private async answer(question: Question): Promise<Answers[keyof Answers]> {
    const { source } = this.server;
    switch (question.what) {
      case 'prepare':
        return this.prepare(question.text);
      case 'stats':
        return source.stats();
      case 'metrics':
        return source.metrics();
      case 'config':
        return source.configDump();
      case 'clusters':
        return source.clusters();
      case 'listeners':
        return source.listeners();
      case 'certs':
        return source.certs();
    }
  }

  private async prepare(text: string): Promise<string | null> {
    try {
      const { snapshot, codecs } = await this.load(text);
      this.prepared?.preparation.drop();
      this.prepared = { snapshot, preparation: await this.server.prepare(snapshot, codecs) };
      return null;
    } catch (error) {
      return messageOf(error);
    }
  }

  private tellFacts(): void {
    const { admin, accessLog, drainTimeout, watchdog } = this.snapshot;
    const facts: WorkerFacts = {
      listeners: this.server.boundAddresses,
      admin,
      logsToStdout: accessLog !== null && accessLog.path === null,
      drainTimeout,
      watchdog,
    };
    tell({ type: 'ready', facts });
    if (this.beat !== null) clearInterval(this.beat);
    this.watchLoop(watchdog);
    if (watchdog === 0) return;
    const period = Math.max(10, Math.min(LONGEST_BEAT_MS, watchdog / BEATS));
    this.beat = setInterval(() => {
      tell({ type: 'beat' });
      this.hangWatch?.beat();
    }, period);
  }

  /** @param watchdog in ms; 0: the loop may stand still for ever */
  private watchLoop(watchdog: number): void {
    if (watchdog === this.watched) return;
    this.hangWatch?.stop();
    this.watched = watchdog;
    this.hangWatch = null;
    if (watchdog === 0) return;
    const { logger } = this.log;
    this.hangWatch = new HangWatch({
      limit: watchdog * TELL_SHARE,
      onHang: (stack) => {
        logger.error({ peer: this.server.serving, stack }, 'the event loop stands still');
        this.log.flush(); // It may never turn again.
      },
      onError: (error) => logger.warn({ err: error }, 'where the event loop hangs can not be told'),
    });
  }

  /** Signals are the supervisor's, but for those that end a process. */
  private untilEnded(): Promise<number> {
    const { logger } = this.log;
    return new Promise((resolve) => {
      let code = 0;
      let asked = false;
      void this.server.drained.then(async (finished) => {
        logger.info({ finished }, finished ? 'drained' : 'stopped before all requests had finished');
        const { text } = await this.server.source.metrics();
        await flushed({ type: 'farewell', metrics: text });
        resolve(code);
      });
      const stop = (signal: NodeJS.Signals): void => {
        if (asked) {
          this.log.flush();
          process.exit(143);
        }
        asked = true;
        logger.info({ signal }, 'draining');
        tell({ type: 'leaving' });
        void this.server.drain();
      };
      const onCrash = (error: unknown): void => {
        logger.fatal({ err: error }, 'uncaught error, stopping');
        code = 1;
        tell({ type: 'leaving' });
        void this.server.drain(CRASH_DRAIN_MS).catch(() => resolve(code));
      };
      process.on('SIGTERM', stop);
      process.on('SIGINT', () => {}); // Of a terminal, which sends it to the supervisor as well.
      for (const signal of ['SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const) process.on(signal, () => {});
      process.on('uncaughtException', onCrash);
      process.on('unhandledRejection', onCrash);
      process.once('disconnect', () => {
        logger.warn('the supervisor is gone, draining');
        void this.server.drain();
      });
    });
  }
}

function workerNumber(): number {
  return Number(process.env['PROTO_FRAME_WORKER'] ?? '0');
}

function tell(message: FromWorker): void {
  if (process.connected) process.send!(message, undefined, {}, () => {});
}

/** As {@link tell}, and resolves when it is out. */
function flushed(message: FromWorker): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected) process.send!(message, undefined, {}, () => resolve());
    else resolve();
  });
}

function nextMessage<Type extends ToWorker['type']>(type: Type): Promise<Extract<ToWorker, { type: Type }>> {
  return new Promise((resolve) => {
    const take = (message: ToWorker): void => {
      if (message.type !== type) return;
      process.off('message', take);
      resolve(message as Extract<ToWorker, { type: Type }>);
    };
    process.on('message', take);
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
