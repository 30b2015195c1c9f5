import type { ProcessLog } from '../observe/logger.js';
import type { Reloader } from './reloader.js';
import type { Server } from './server.js';

const CRASH_DRAIN_MS = 5_000;

/**
 * Keeps the process in step with its server until it has stopped.
 *
 * SIGTERM and SIGINT drain; a second one ends the process at once. SIGHUP reloads the configuration, SIGUSR1
 * opens the access log anew. An error nobody caught is logged, and what is under way gets five seconds.
 *
 * @returns the exit code
 */
export function runToEnd(server: Server, log: ProcessLog, reloader: Reloader): Promise<number> {
  const { logger } = log;
  return new Promise((resolve) => {
    let stopping = false;
    let code = 0;

    const onSignal = (signal: NodeJS.Signals): void => {
      if (stopping) {
        logger.warn({ signal }, 'stopping at once');
        log.flush();
        process.exit(signal === 'SIGINT' ? 130 : 143);
      }
      stopping = true;
      logger.info({ signal }, 'draining');
      void server.drain();
    };

    // Whoever asked for it: a signal, the admin port, an error nobody caught.
    void server.drained.then((finished) => {
      logger.info({ finished }, finished ? 'drained' : 'stopped before all requests had finished');
      resolve(code);
    });

    const onCrash = (error: unknown): void => {
      logger.fatal({ err: error }, 'uncaught error, stopping');
      log.flush();
      stopping = true;
      code = 1;
      void server.drain(CRASH_DRAIN_MS).catch(() => resolve(code));
    };

    process.on('SIGTERM', onSignal);
    process.on('SIGINT', onSignal);
    process.on('SIGHUP', () => void reloader.reload());
    process.on('SIGUSR1', () => {
      logger.info('opening the access log anew');
      server.reopenAccessLog();
    });
    process.on('SIGUSR2', () => logger.warn('a hot restart needs workers: start with --workers'));
    process.on('uncaughtException', onCrash);
    process.on('unhandledRejection', onCrash);
  });
}
