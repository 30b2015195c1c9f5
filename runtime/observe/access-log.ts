import type { Status } from '@proto-frame/api';
import { close, open, write } from 'node:fs';
import type { HijackReason } from './hijack-reason.js';
import { IsoTime } from './iso-time.js';
import { JSON_LINES } from './json-lines.js';
import type { LogFormat } from './log-format.js';
import { LogLines } from './log-lines.js';

/** One finished request. It is read inside {@link AccessLog.write}, so one object can be used again and again. */
export interface AccessLogEntry {
  /** Epoch milliseconds, when the request had been read. */
  start: number;
  /** Milliseconds until it ended. */
  duration: number;
  listener: string;
  protocol: string;
  /** `address:port`. */
  downstream: string;
  /** The first name in the caller's certificate, verified; null without one. */
  downstreamName: string | null;
  service: string | undefined;
  method: string | undefined;
  route: string | null;
  cluster: string | null;
  /** `address:port`. */
  host: string | null;
  /** null: there was no reply (oneway, or the caller had gone). */
  status: Status | null;
  /** The reply's status as the wire has it; null without a reply. */
  wireStatus: number | null;
  /** Set if the proxy made the reply. */
  hijack: HijackReason | null;
  oneway: boolean;
  /** How often it was, or was to be, sent to a host. */
  attempts: number;
  requestBytes: number;
  responseBytes: number;
  /** Of the request's span, if it is traced. */
  traceId: string | null;
  /** The request's headers that {@link AccessLog.headers} asks for, in its order; null if it asks for none. */
  headers: readonly (string | null | undefined)[] | null;
  /** What filters noted. */
  metadata: ReadonlyMap<string, string> | null;
}

const FLUSH_AFTER_MS = 100;
const FLUSH_AT_BYTES = 64 * 1024;
/** Memory for lines that is kept when they have been written. */
const KEPT_BYTES = 4 * FLUSH_AT_BYTES;
/** Said by no real write: the file could not be opened, so what waits stays until the next attempt. */
const NO_FILE = -1;

/**
 * Requests as lines, JSON or a template's, in a file or on standard output. Writing never waits: lines gather in memory and go
 * out in the background, one write at a time; when the disk does not keep up and `limit` is reached, or
 * writing fails, lines are dropped and counted.
 */
export class AccessLog {
  /** Lines that never reached the file. */
  dropped = 0;
  /** Lines written. */
  written = 0;

  /** Lines that wait, and those that are being written; they change places. */
  private lines = new LogLines();
  private leaving = new LogLines();
  private writing = false;
  private reopening = false;
  private closed = false;
  private fd: number;
  private timer: NodeJS.Timeout | null = null;
  private idle: (() => void)[] = [];
  private readonly time = new IsoTime();

  /**
   * @param path of the file, appended to and created if need be; null for standard output
   * @param limit what may wait in memory, in bytes
   * @param format how lines look
   */
  constructor(
    private readonly path: string | null,
    private readonly limit: number,
    private readonly format: LogFormat = JSON_LINES,
  ) {
    this.fd = path === null ? 1 : NO_FILE;
  }

  /** Request headers that have to be kept until the request has ended. */
  get headers(): readonly string[] {
    return this.format.headers;
  }

  write(entry: AccessLogEntry): void {
    const { lines } = this;
    // Lines stay counted until they are out, so that the limit holds while a disk hangs.
    if (this.closed || lines.length + this.leaving.length >= this.limit) {
      this.dropped += 1;
      return;
    }
    this.format.write(entry, lines, this.time);
    lines.end();
    if (lines.length >= FLUSH_AT_BYTES) this.flush();
    else if (this.timer === null && !this.writing) {
      this.timer = setTimeout(() => {
        this.timer = null;
        this.flush();
      }, FLUSH_AFTER_MS);
      this.timer.unref();
    }
  }

  /** Opens the file anew before the next line, for log rotation. Lines of before go to the old file. */
  reopen(): void {
    if (this.path === null) return;
    this.reopening = true;
    this.flush();
  }

  /** Writes what waits and closes the file. Later lines are dropped. */
  async close(): Promise<void> {
    this.closed = true;
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.flush();
    if (this.writing) await new Promise<void>((resolve) => this.idle.push(resolve));
    if (this.path !== null && this.fd !== NO_FILE) {
      const fd = this.fd;
      this.fd = NO_FILE;
      await new Promise<void>((resolve) => close(fd, () => resolve()));
    }
  }

  private flush(): void {
    if (this.writing) return;
    if (this.reopening && this.lines.count === 0) {
      this.reopening = false;
      this.closeFile();
    }
    if (this.lines.count === 0) {
      for (const resolve of this.idle.splice(0)) resolve();
      return;
    }
    this.writing = true;
    [this.lines, this.leaving] = [this.leaving, this.lines];
    if (this.fd === NO_FILE && this.path !== null) {
      open(this.path, 'a', 0o640, (error, fd) => {
        if (error === null) {
          this.fd = fd;
          this.writeAll();
        } else this.finish(false);
      });
      return;
    }
    this.writeAll();
  }

  private writeAll(): void {
    this.writeFrom(this.leaving.whole(), 0);
  }

  private writeFrom(bytes: Buffer, from: number): void {
    write(this.fd, bytes, from, bytes.length - from, null, (error, done) => {
      if (error !== null && error.code === 'EAGAIN') setTimeout(() => this.writeFrom(bytes, from), 10);
      else if (error !== null) this.finish(false);
      else if (from + done < bytes.length) this.writeFrom(bytes, from + done);
      else this.finish(true);
    });
  }

  private finish(written: boolean): void {
    const { leaving } = this;
    if (written) this.written += leaving.count;
    else this.dropped += leaving.count;
    leaving.clear(KEPT_BYTES);
    this.writing = false;
    if (this.reopening || !written) {
      this.reopening = false;
      this.closeFile();
    }
    this.flush();
  }

  private closeFile(): void {
    if (this.path === null || this.fd === NO_FILE) return;
    close(this.fd, () => {});
    this.fd = NO_FILE;
  }
}
