import { z } from 'zod';
import type { Address } from './snapshot.js';

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
const UNIT_BYTES: Readonly<Record<string, number>> = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 };
const DURATION = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h)$/;
const SIZE = /^(\d{1,12})(B|KiB|MiB|GiB)$/;
const ADDRESS = /^(?:\[([0-9A-Fa-f:.]{2,45})\]|([A-Za-z0-9]([A-Za-z0-9._-]{0,252})?)):(\d{1,5})$/;
const UNIX = 'unix:';
const ANY_ADDRESS = new RegExp(`${ADDRESS.source}|^${UNIX}`);
/** What the kernel takes, its closing zero left out. */
const LONGEST_UNIX_PATH = 107;
/** Above, a timer of Node's would wrap around. */
const LONGEST_MS = 24 * 3_600_000;

/** `3s`, `250ms`, `1.5h` as milliseconds, or null. */
export function parseDuration(text: string): number | null {
  const parts = DURATION.exec(text);
  return parts === null ? null : Number(parts[1]) * UNIT_MS[parts[2]!]!;
}

/** `16MiB`, `512B` as bytes, or null. */
export function parseSize(text: string): number | null {
  const parts = SIZE.exec(text);
  return parts === null ? null : Number(parts[1]) * UNIT_BYTES[parts[2]!]!;
}

/** `127.0.0.1:80`, `[::1]:80`, `example.com:80`, `unix:/run/bolt.sock`, or null. */
export function parseAddress(text: string): Address | null {
  if (text.startsWith(UNIX)) {
    const path = text.slice(UNIX.length);
    return isUnixPath(path) ? { host: '', port: 0, path } : null;
  }
  const parts = ADDRESS.exec(text);
  if (parts === null || Number(parts[4]) > 65_535) return null;
  return { host: (parts[1] ?? parts[2])!, port: Number(parts[4]) };
}

/** An absolute path, without the tricks that paths can play, short enough for the kernel. */
function isUnixPath(path: string): boolean {
  if (!path.startsWith('/') || path.endsWith('/') || path.includes('\0')) return false;
  return Buffer.byteLength(path) <= LONGEST_UNIX_PATH;
}

/**
 * A duration in the file, milliseconds in the snapshot.
 * @param least the shortest that makes sense, in ms; 0 allows `0s`, which switches off what the key limits
 */
export function duration(least: number, most = LONGEST_MS) {
  const expected = 'expected a duration such as 3s or 250ms';
  return z
    .string({ error: expected })
    .regex(DURATION, { error: expected })
    .transform((text, context) => {
      const ms = parseDuration(text) ?? 0;
      if (ms >= least && ms <= most) return ms;
      context.addIssue({ code: 'custom', message: `expected ${formatMs(least)} to ${formatMs(most)}` });
      return z.NEVER;
    });
}

/** A size in the file, bytes in the snapshot. */
export function size(least: number, most: number) {
  const expected = 'expected a size such as 64KiB or 16MiB';
  return z
    .string({ error: expected })
    .regex(SIZE, { error: expected })
    .transform((text, context) => {
      const bytes = parseSize(text) ?? 0;
      if (bytes >= least && bytes <= most) return bytes;
      context.addIssue({ code: 'custom', message: `expected ${formatBytes(least)} to ${formatBytes(most)}` });
      return z.NEVER;
    });
}

/**
 * `host:port` or `unix:/path` in the file, split in the snapshot.
 * @param least the lowest port: 0 where the system may choose one
 */
export function address(least: 0 | 1) {
  const expected = 'expected host:port, such as 127.0.0.1:12200, or unix:/path';
  return z
    .string({ error: expected })
    .regex(ANY_ADDRESS, { error: expected })
    .transform((text, context) => {
      const parsed = parseAddress(text);
      if (parsed !== null && (parsed.path !== undefined || parsed.port >= least)) return parsed;
      const message = text.startsWith(UNIX)
        ? `expected an absolute path of at most ${LONGEST_UNIX_PATH} bytes after unix:`
        : `expected a port from ${least} to 65535`;
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    });
}

/** `0660` in the file, a number in the snapshot. */
export function permissions() {
  const expected = 'expected permissions in octal, such as "0660"';
  return z
    .string({ error: expected })
    .regex(/^0?[0-7]{3}$/, { error: expected })
    .transform((text) => Number.parseInt(text, 8));
}

/** A whole number from `least` to `most`. */
export function count(least: number, most = 1_000_000_000) {
  const error = `expected a whole number from ${least} to ${most}`;
  return z.int({ error }).min(least, { error }).max(most, { error });
}

function formatMs(ms: number): string {
  if (ms > 0 && ms % 3_600_000 === 0) return `${ms / 3_600_000}h`;
  return ms % 1_000 === 0 ? `${ms / 1_000}s` : `${ms}ms`;
}

function formatBytes(bytes: number): string {
  for (const unit of ['GiB', 'MiB', 'KiB']) {
    const scale = UNIT_BYTES[unit]!;
    if (bytes >= scale && bytes % scale === 0) return `${bytes / scale}${unit}`;
  }
  return `${bytes}B`;
}
