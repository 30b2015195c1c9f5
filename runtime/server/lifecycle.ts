import type { ProcessLog } from '../observe/logger.js';
import type { Server } from './server.js';

const CRASH_DRAIN_MS = 5_000;

/**
 * Keeps the process in step with its server until it has stopped.
 *
 * SIGTERM and SIGINT drain; a second one ends the process at once. SIGHUP reloads the configuration, SIGUSR2
 * opens the access log anew. An error nobody caught is logged, and what is under way gets five seconds.
 *
 * @param reload reads the configuration again and applies it; rejects with the reason why not
 * @returns the exit code
 */
export function runToEnd(server: Server, log: ProcessLog, reload: () => Promise<void>): Promise<number> {
  const { logger } = log;
  return new Promise((resolve) => {
    let stopping = false;
    let code = 0;
    /** Reloads follow each other. */
    let reloading: Promise<void> = Promise.resolve();

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

    const onReload = (): void => {
      reloading = reloading.then(reload).then(
        () => logger.info('configuration reloaded'),
        (error: unknown) => {
          const reason = error instanceof Error ? error.message : String(error);
          logger.error({ reason }, 'configuration not reloaded, the old one stays');
        },
      );
    };

    const onCrash = (error: unknown): void => {
      logger.fatal({ err: error }, 'uncaught error, stopping');
      log.flush();
      stopping = true;
      code = 1;
      void server.drain(CRASH_DRAIN_MS).catch(() => resolve(code));
    };

    process.on('SIGTERM', onSignal);
    process.on('SIGINT', onSignal);
    process.on('SIGHUP', onReload);
    process.on('SIGUSR2', () => {
      logger.info('opening the access log anew');
      server.reopenAccessLog();
    });
    // Without a handler Node would open its debugger on a port.
    process.on('SIGUSR1', () => logger.warn('SIGUSR1 has no meaning here'));
    process.on('uncaughtException', onCrash);
    process.on('unhandledRejection', onCrash);
  });
}
