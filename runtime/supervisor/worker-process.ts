import cluster, { type Worker } from 'node:cluster';
import {
  type Answers,
  type FromWorker,
  MESSAGES_VERSION,
  type Question,
  type ToWorker,
  type WorkerFacts,
} from './messages.js';

/** How long a worker may take to start, and to answer, in ms. */
const START_MS = 30_000;
const ANSWER_MS = 5_000;
const PREPARE_MS = 30_000;

/** Who is told what becomes of a worker. */
export interface WorkerEvents {
  /** It wants ports for listeners that take any. */
  onWantPorts(worker: WorkerProcess, wishes: Extract<FromWorker, { type: 'want-ports' }>['wishes']): void;
  onReady(worker: WorkerProcess): void;
  /** It takes no more connections, though nobody asked it to. */
  onLeaving(worker: WorkerProcess): void;
  /** It is gone. @param how such as `signal SIGKILL` */
  onExit(worker: WorkerProcess, how: string): void;
}

interface Pending {
  answer(value: unknown): void;
  fail(error: Error): void;
}

/** One worker as its supervisor sees it. */
export class WorkerProcess {
  state: 'starting' | 'ready' | 'draining' | 'gone' = 'starting';
  facts: WorkerFacts | null = null;
  /** Why it could not start, as it says itself. */
  failure: string | null = null;
  /** Of which configuration: counted up by the supervisor. */
  version = 0;
  /** Its counters, when last asked for. */
  lastMetrics = '';
  /** When it was heard of last, on performance.now()'s clock. */
  heard = performance.now();

  private readyAt: number | null = null;

  /** Resolves to true once it is ready, to false if it is gone before. */
  readonly started: Promise<boolean>;
  /** Resolves when it is gone, to how: such as `signal SIGKILL`. */
  readonly ended: Promise<string>;

  private readonly worker: Worker;
  private onStarted: (ready: boolean) => void = () => {};
  private onEnded: (how: string) => void = () => {};
  private readonly pending = new Map<number, Pending>();
  private nextId = 1;
  private readonly limits: NodeJS.Timeout[] = [];

  /** @param number as people count: from 1 */
  constructor(
    readonly number: number,
    start: Extract<ToWorker, { type: 'start' }>,
    private readonly events: WorkerEvents,
  ) {
    this.started = new Promise((resolve) => (this.onStarted = resolve));
    this.ended = new Promise((resolve) => (this.onEnded = resolve));
    this.worker = cluster.fork({ PROTO_FRAME_WORKER: String(number) });
    this.worker.on('message', (message: FromWorker) => this.onMessage(message, start));
    this.worker.on('error', (error: Error) => {
      // Else a message did not get through: its exit tells the rest.
      if (this.pid === 0) this.end(error.message);
    });
    this.worker.on('exit', (code: number | null, signal: string | null) => {
      this.end(signal === null || signal === '' ? `exit code ${code}` : `signal ${signal}`);
    });
    this.killAfter(START_MS, () => {
      if (this.state !== 'starting') return false;
      this.failure ??= `proto-frame-proxy: worker ${number} was not ready after ${START_MS / 1_000} s`;
      return true;
    });
  }

  get pid(): number {
    return this.worker.process.pid ?? 0;
  }

  /** For how long it has been at work, in ms; 0 if it never was ready. */
  get worked(): number {
    return this.readyAt === null ? 0 : performance.now() - this.readyAt;
  }

  /** Whether it waits for an answer that may take the worker longer than a turn should. */
  get busyAnswering(): boolean {
    return this.pending.size > 0;
  }

  /** Asks, and resolves to the answer; rejects if the worker is gone before, or takes too long. */
  ask<What extends keyof Answers>(question: Question & { what: What }): Promise<Answers[What]> {
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      const limit = question.what === 'prepare' ? PREPARE_MS : ANSWER_MS;
      const timer = setTimeout(
        () => this.pending.get(id)?.fail(new Error(`worker ${this.number} does not answer`)),
        limit,
      );
      const settle = (run: () => void): void => {
        clearTimeout(timer);
        this.pending.delete(id);
        run();
      };
      this.pending.set(id, {
        answer: (value) => settle(() => resolve(value as Answers[What])),
        fail: (error) => settle(() => reject(error)),
      });
      if (this.state === 'gone') this.pending.get(id)?.fail(new Error(`worker ${this.number} is gone`));
      else this.tell({ type: 'ask', id, question });
    });
  }

  tell(message: ToWorker): void {
    if (this.worker.isConnected()) this.worker.send(message);
  }

  /**
   * Lets it finish; it is killed if that takes longer than it should.
   * @param gradually has it ask its callers to leave one after the other; without, one that does so hurries
   */
  drain(gradually = false): void {
    if (this.state === 'gone' || (this.state === 'draining' && gradually)) return;
    this.tell({ type: 'drain', gradually });
    if (this.state === 'draining') return;
    this.state = 'draining';
    this.killAfter((this.facts?.drainTimeout ?? 0) + ANSWER_MS, () => true);
  }

  kill(): void {
    this.worker.process.kill('SIGKILL');
  }

  private onMessage(message: FromWorker, start: ToWorker): void {
    this.heard = performance.now();
    switch (message.type) {
      case 'online':
        if (message.version === MESSAGES_VERSION) this.tell(start);
        else {
          const other = `it speaks version ${message.version} with its supervisor, which speaks ${MESSAGES_VERSION}`;
          this.failure = `${other}: restart the supervisor`;
          this.kill();
        }
        return;
      case 'want-ports':
        this.events.onWantPorts(this, message.wishes);
        return;
      case 'ready':
        this.facts = message.facts;
        if (this.state !== 'starting') return;
        this.state = 'ready';
        this.readyAt = performance.now();
        this.events.onReady(this);
        this.onStarted(true);
        return;
      case 'failed':
        this.failure = message.message;
        return;
      case 'answer':
        this.pending.get(message.id)?.answer(message.value);
        return;
      case 'farewell':
        this.lastMetrics = message.metrics;
        return;
      case 'leaving':
        if (this.state === 'ready') this.events.onLeaving(this);
        return;
      case 'beat':
    }
  }

  private end(how: string): void {
    if (this.state === 'gone') return;
    this.state = 'gone';
    this.onStarted(false);
    this.onEnded(how);
    for (const limit of this.limits) clearTimeout(limit);
    for (const { fail } of [...this.pending.values()])
      fail(new Error(`worker ${this.number} is gone: ${how}`));
    this.events.onExit(this, how);
  }

  private killAfter(ms: number, applies: () => boolean): void {
    this.limits.push(setTimeout(() => void (applies() && this.kill()), ms));
  }
}
