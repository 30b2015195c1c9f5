import { availableParallelism } from 'node:os';
import { AdminServer } from '../admin/admin-server.js';
import { parseConfig } from '../config/load-config.js';
import type { ProcessLog } from '../observe/logger.js';
import { Metrics } from '../observe/metrics.js';
import { ProcessStats } from '../observe/process-stats.js';
import { supervisedSource } from '../supervisor/supervised-source.js';
import { Supervisor } from '../supervisor/supervisor.js';
import { MOST_WORKERS } from '../config/file-schema.js';
import { readConfigFile } from './load-snapshot.js';
import { Reloader } from './reloader.js';

export interface SuperviseOptions {
  readonly file: string;
  readonly text: string;
  /** What the command line says about workers, instead of the configuration; null: nothing. */
  readonly workers: number | 'auto' | null;
  readonly watch: boolean;
  readonly log: ProcessLog;
  /** Told once everything listens. @param stdoutFree whether standard output is for this */
  onReady(lines: readonly string[], stdoutFree: boolean): void;
  /** Told why nothing was started. */
  onFailure(message: string): void;
}

/**
 * How many workers a configuration asks for; null if it asks for none, so that the server runs in this process.
 * A configuration that is wrong asks for none.
 *
 * @param asked on the command line, which goes first
 */
export function workersAsked(file: string, text: string, asked: number | 'auto' | null): number | null {
  const wanted = asked ?? workersOf(file, text);
  return wanted === 'auto' ? availableParallelism() : wanted;
}

function workersOf(file: string, text: string): number | 'auto' | null {
  try {
    const value = parseConfig(file, text).root.entries.get('workers')?.value;
    if (value === 'auto' || value === 0) return 'auto';
    return Number.isInteger(value) && Number(value) > 0 && Number(value) <= MOST_WORKERS
      ? Number(value)
      : null;
  } catch {
    return null;
  }
}

/** Runs workers until they have been stopped. Resolves to the exit code. */
export async function supervise(options: SuperviseOptions): Promise<number> {
  const { file, text, log } = options;
  const { logger } = log;
  const metrics = new Metrics();
  const own = new ProcessStats();
  own.start();
  const supervisor = new Supervisor({
    program: process.argv[1]!,
    file,
    text,
    watchFiles: options.watch,
    workersOf: (changed) => workersAsked(file, changed, options.workers) ?? 1,
    logger,
  });
  const reloader = new Reloader(file, text, (changed) => supervisor.reload(changed), metrics.config, logger);
  const stopped = untilStopped(supervisor, log, reloader, file);
  const failure = await supervisor.start();
  if (failure !== null) {
    options.onFailure(failure);
    return 1;
  }
  const config = supervisor.facts!.admin;
  const drain = (): void => void supervisor.stop();
  const admin =
    config === null
      ? null
      : new AdminServer(config, supervisedSource(supervisor, { metrics, process: own, logger }, drain));
  let adminAddress: string | null = null;
  try {
    if (admin !== null) adminAddress = await admin.start();
  } catch (error) {
    supervisor.kill();
    options.onFailure(`proto-frame-proxy: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
  if (options.watch) reloader.watchFile();
  const bound = [
    ...supervisor.boundAddresses,
    ...(adminAddress === null ? [] : [{ name: 'admin', address: adminAddress }]),
  ];
  const lines = bound.map(({ name, address }) => `${name} listens on ${address}`);
  options.onReady(lines, !supervisor.facts!.logsToStdout);
  const code = await stopped;
  reloader.close();
  own.stop();
  await admin?.close();
  return code;
}

/** What signals do; resolves to the exit code when no worker is left. */
function untilStopped(
  supervisor: Supervisor,
  log: ProcessLog,
  reloader: Reloader,
  file: string,
): Promise<number> {
  const { logger } = log;
  return new Promise((resolve) => {
    let stopping = false;
    const onSignal = (signal: NodeJS.Signals): void => {
      if (stopping) {
        logger.warn({ signal }, 'stopping at once');
        supervisor.kill();
        log.flush();
        process.exit(signal === 'SIGINT' ? 130 : 143);
      }
      stopping = true;
      logger.info({ signal }, 'draining');
      void supervisor.stop();
    };
    const restart = async (): Promise<void> => {
      try {
        logger.info('hot restart');
        await supervisor.restart(await readConfigFile(file));
        logger.info('hot restart done, the old workers finish');
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        logger.error({ reason }, 'no hot restart, the old workers stay');
      }
    };
    void supervisor.stopped.then((finished) => {
      logger.info({ finished }, 'all workers have ended');
      resolve(0);
    });
    process.on('SIGTERM', onSignal);
    process.on('SIGINT', onSignal);
    process.on('SIGHUP', () => void reloader.reload());
    process.on('SIGUSR1', () => {
      logger.info('opening the access log anew');
      supervisor.reopenAccessLog();
    });
    process.on('SIGUSR2', () => void restart());
    // Workers notice that their supervisor is gone and finish.
    process.on('uncaughtException', (error) => {
      logger.fatal({ err: error }, 'uncaught error of the supervisor, stopping');
      void supervisor.stop();
    });
  });
}
