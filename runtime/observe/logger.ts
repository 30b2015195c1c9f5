import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino';
import { escapeControls } from './escape-text.js';

export type { Logger } from 'pino';

/** The log of the process, and how to get its last lines out before the process ends. */
export interface ProcessLog {
  readonly logger: Logger;
  /** Writes what still waits, blocking. */
  flush(): void;
}

/** What may wait for a slow reader of the log, in bytes; more is dropped. */
const MOST_WAITING = 1024 * 1024;

/**
 * JSON lines on standard error, written in the background, so that a reader that hangs does not stop the
 * proxy. Control characters of any kind are escaped.
 *
 * @param destination where lines go instead; for tests
 * @param worker the number of this worker, shown in every line; 0: there are none
 */
export function createProcessLog(destination?: DestinationStream, worker = 0): ProcessLog {
  const stderr =
    destination === undefined ? pino.destination({ dest: 2, sync: false, maxLength: MOST_WAITING }) : null;
  // A closed pipe loses log lines, not the process.
  stderr?.on('error', () => {});
  const target = destination ?? stderr!;
  const escaping: DestinationStream = { write: (line) => target.write(escapeControls(line)) };
  const logger = pino(
    { base: { pid: process.pid, ...(worker > 0 && { worker }) }, timestamp: stdTimeFunctions.isoTime },
    escaping,
  );
  return {
    logger,
    flush() {
      try {
        stderr?.flushSync();
      } catch {
        // Not open yet or closed by its reader: there is nobody left to tell.
      }
    },
  };
}
