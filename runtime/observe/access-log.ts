import { type Status, statusName } from '@proto-frame/api';
import { close, open, write } from 'node:fs';
import { quoteText } from './escape-text.js';
import { HIJACK_REASONS, type HijackReason } from './hijack-reason.js';
import { IsoTime } from './iso-time.js';
import type { LogFormat } from './log-format.js';

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

  private lines: string[] = [];
  private waiting = 0;
  private writing = false;
  private reopening = false;
  private closed = false;
  private fd: number;
  private timer: NodeJS.Timeout | null = null;
  private idle: (() => void)[] = [];
  private readonly time = new IsoTime();

  /**
   * @param path of the file, appended to and created if need be; null for standard output
   * @param limit what may wait in memory, in bytes (counted as UTF-16 length)
   * @param lineOf how lines look
   */
  constructor(
    private readonly path: string | null,
    private readonly limit: number,
    private readonly lineOf: LogFormat = JSON_LINES,
  ) {
    this.fd = path === null ? 1 : NO_FILE;
  }

  /** Request headers that have to be kept until the request has ended. */
  get headers(): readonly string[] {
    return this.lineOf.headers;
  }

  write(entry: AccessLogEntry): void {
    if (this.closed) {
      this.dropped += 1;
      return;
    }
    if (this.waiting >= this.limit) {
      this.dropped += 1;
      return;
    }
    const line = this.lineOf.format(entry, this.time);
    this.lines.push(line);
    this.waiting += line.length;
    if (this.waiting >= FLUSH_AT_BYTES) this.flush();
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
    if (this.reopening && this.lines.length === 0) {
      this.reopening = false;
      this.closeFile();
    }
    if (this.lines.length === 0) {
      for (const resolve of this.idle.splice(0)) resolve();
      return;
    }
    this.writing = true;
    if (this.fd === NO_FILE && this.path !== null) {
      open(this.path, 'a', 0o640, (error, fd) => {
        if (error === null) {
          this.fd = fd;
          this.writeAll();
        } else this.finish(this.lines.length, 0);
      });
      return;
    }
    this.writeAll();
  }

  private writeAll(): void {
    const count = this.lines.length;
    this.writeFrom(Buffer.from(this.lines.join('')), 0, count);
  }

  /** The lines stay in `waiting` until they are out, so that the limit holds while a disk hangs. */
  private writeFrom(bytes: Buffer, from: number, count: number): void {
    write(this.fd, bytes, from, bytes.length - from, null, (error, done) => {
      if (error !== null && error.code === 'EAGAIN') {
        setTimeout(() => this.writeFrom(bytes, from, count), 10);
      } else if (error !== null) {
        this.finish(count, 0);
      } else if (from + done < bytes.length) {
        this.writeFrom(bytes, from + done, count);
      } else {
        this.finish(count, count);
      }
    });
  }

  private finish(count: number, written: number): void {
    this.written += written;
    this.dropped += count - written;
    for (let i = 0; i < count; i++) this.waiting -= this.lines[i]!.length;
    this.lines = this.lines.slice(count);
    this.writing = false;
    if (this.reopening || written < count) {
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

/** What requests look like if the configuration gives no template. */
const JSON_LINES: LogFormat = { headers: [], format: (entry, time) => formatEntry(entry, time) };

/** One line of JSON, with its line feed. */
export function formatEntry(entry: AccessLogEntry, time = new IsoTime()): string {
  return (
    `{"time":"${time.format(entry.start)}"` +
    `,"listener":${quoteText(entry.listener)}` +
    `,"protocol":${quoteText(entry.protocol)}` +
    `,"downstream":${quoteText(entry.downstream)}` +
    text('downstream_name', entry.downstreamName) +
    text('service', entry.service) +
    text('method', entry.method) +
    text('route', entry.route) +
    text('cluster', entry.cluster) +
    text('host', entry.host) +
    text('trace_id', entry.traceId) +
    (entry.oneway ? ',"oneway":true' : '') +
    (entry.attempts > 1 ? `,"attempts":${entry.attempts}` : '') +
    (entry.status === null ? '' : `,"status":"${statusName(entry.status)}"`) +
    (entry.wireStatus === null ? '' : `,"wire_status":${entry.wireStatus}`) +
    (entry.hijack === null ? '' : `,"hijack":"${HIJACK_REASONS[entry.hijack] ?? 'internal'}"`) +
    `,"duration_ms":${Math.round(entry.duration * 1000) / 1000}` +
    `,"request_bytes":${entry.requestBytes}` +
    `,"response_bytes":${entry.responseBytes}}\n`
  );
}

function text(key: string, value: string | null | undefined): string {
  return value === null || value === undefined ? '' : `,"${key}":${quoteText(value)}`;
}
