import type { CertStatus, ClusterStatus, ListenerStatus } from '../admin/status.js';
import type { LiveStats } from '../admin/live/stats.js';
import type { AdminConfig } from '../config/snapshot.js';

/**
 * What supervisor and workers say to each other, over the channel that node:cluster gives them. A worker may
 * be of a later version of the program than its supervisor: whoever changes a message counts up.
 */
export const MESSAGES_VERSION = 3;

/** Where a listener of a worker is bound. */
export interface Bound {
  readonly name: string;
  readonly address: string;
}

/** A listener that asks for any free port, which has to be the same one in all workers; or for a unix socket. */
export interface PortWish {
  /** The listener's; of a unix socket `unix:/path`. */
  readonly name: string;
  readonly host: string;
  /** Of a unix socket; what a dead one has left there is removed before the first worker listens. */
  readonly path?: string;
}

/** What a worker can be asked, and what it answers. */
export interface Answers {
  /** Checks the configuration and binds what it needs: null, or why it can't be taken. */
  readonly prepare: string | null;
  readonly stats: LiveStats;
  readonly metrics: { readonly type: string; readonly text: string };
  readonly config: unknown;
  readonly clusters: readonly ClusterStatus[];
  readonly listeners: readonly ListenerStatus[];
  readonly certs: readonly CertStatus[];
}

export type Question =
  { readonly what: 'prepare'; readonly text: string } | { readonly what: Exclude<keyof Answers, 'prepare'> };

export type ToWorker =
  | {
      readonly type: 'start';
      /** Path of the configuration file, and what it held. */
      readonly file: string;
      readonly text: string;
      /** The level of the process log; null: the default. */
      readonly logLevel: string | null;
      /** The ports given out so far, by listener; 0 for unix sockets. */
      readonly ports: Readonly<Record<string, number>>;
      /** Whether certificates are read again when their files change. */
      readonly watchFiles: boolean;
    }
  | { readonly type: 'ask'; readonly id: number; readonly question: Question }
  | {
      readonly type: 'ports';
      readonly ports: Readonly<Record<string, number>>;
      /** Why a wish can't be met; null: all are. */
      readonly failure: string | null;
    }
  /** Takes what was prepared. */
  | { readonly type: 'commit' }
  /** Forgets what was prepared. */
  | { readonly type: 'drop' }
  | { readonly type: 'log-level'; readonly level: string }
  | { readonly type: 'reopen-access-log' }
  /** Finishes what is under way and exits. Callers are asked to leave all at once, or one after the other. */
  | { readonly type: 'drain'; readonly gradually: boolean };

/** What a supervisor has to know of the configuration. */
export interface WorkerFacts {
  readonly listeners: readonly Bound[];
  readonly admin: AdminConfig | null;
  /** Whether standard output belongs to the access log. */
  readonly logsToStdout: boolean;
  /** In ms. */
  readonly drainTimeout: number;
  /** For so long a worker's event loop may stand still, in ms; 0: for ever. */
  readonly watchdog: number;
}

export type FromWorker =
  | { readonly type: 'online'; readonly version: number }
  | { readonly type: 'want-ports'; readonly wishes: readonly PortWish[] }
  | { readonly type: 'ready'; readonly facts: WorkerFacts }
  /** It can't start. */
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'beat' }
  | { readonly type: 'answer'; readonly id: number; readonly value: unknown }
  /** All is done, it exits now. */
  | { readonly type: 'farewell'; readonly metrics: string }
  /** Something is wrong with it: it takes no more connections and exits when it is done. */
  | { readonly type: 'leaving' };
