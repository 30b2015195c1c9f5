import type { ConfigStats } from '../observe/config-stats.js';
import type { Logger } from '../observe/logger.js';
import { FileWatch } from './file-watch.js';
import { readConfigFile } from './load-snapshot.js';

/**
 * Reads the configuration file again when asked to or when it has changed, has it applied, and tells how that
 * went in the log and in the counters. Attempts follow each other.
 */
export class Reloader {
  private running: Promise<void> = Promise.resolve();
  private watch: FileWatch | null = null;
  /** The text, or the reason why there was none, of the last attempt. */
  private last: string;

  /**
   * @param text what the file held at the start
   * @param apply takes the text of a configuration; rejects with the reason why not
   */
  constructor(
    private readonly file: string,
    text: string,
    private readonly apply: (text: string) => Promise<void>,
    private readonly stats: ConfigStats,
    private readonly logger: Logger,
  ) {
    this.last = text;
  }

  /** Tries now, though the file may be the same: what it names may have changed. */
  reload(): Promise<void> {
    return this.enqueue(true);
  }

  /** From now on tries whenever the file has changed. */
  watchFile(): void {
    this.watch = new FileWatch(
      this.file,
      () => void this.enqueue(false),
      (error) => {
        const reason = error.message;
        this.logger.warn({ reason }, 'the configuration file is not watched, SIGHUP reloads it');
      },
    );
    this.watch.start();
    // It may have changed since it was read.
    void this.enqueue(false);
  }

  close(): void {
    this.watch?.close();
  }

  private enqueue(always: boolean): Promise<void> {
    this.running = this.running.then(() => this.attempt(always));
    return this.running;
  }

  private async attempt(always: boolean): Promise<void> {
    try {
      let text: string;
      try {
        text = await readConfigFile(this.file);
      } catch (error) {
        if (!always && this.isOld(error)) return;
        throw error;
      }
      if (!always && text === this.last) return;
      this.last = text;
      await this.apply(text);
      this.stats.taken();
      this.logger.info('configuration reloaded');
    } catch (error) {
      const reason = reasonOf(error);
      this.stats.refused(reason);
      this.logger.error({ reason }, 'configuration not reloaded, the old one stays');
    }
  }

  /** Whether an error of reading is one to be silent about: told already, or the file is being replaced. */
  private isOld(error: unknown): boolean {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true;
    const reason = reasonOf(error);
    const old = reason === this.last;
    this.last = reason;
    return old;
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
