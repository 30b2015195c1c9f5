/** How the configuration fared since the start. */
export class ConfigStats {
  /** Reloads that were taken, and that were refused. */
  reloads = 0;
  failures = 0;
  /** When the configuration in force was taken, epoch milliseconds. */
  loadedAt = Date.now();
  /** Why the last attempt was refused; null if it was taken, or there was none. */
  lastError: string | null = null;
  /** When that was, epoch milliseconds. */
  lastErrorAt = 0;

  taken(): void {
    this.reloads += 1;
    this.loadedAt = Date.now();
    this.lastError = null;
  }

  refused(reason: string): void {
    this.failures += 1;
    this.lastError = reason;
    this.lastErrorAt = Date.now();
  }
}
