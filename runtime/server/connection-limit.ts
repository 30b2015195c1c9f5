import { readFileSync } from 'node:fs';

/** A request takes a connection on either side, and files, logs and the admin port need some as well. */
const SHARE = 0.45;
const FALLBACK_FILES = 1_024;

/** How many callers' connections the process may have: 45 % of its file descriptor limit. */
export function connectionLimit(): number {
  return Math.floor(openFilesLimit() * SHARE);
}

function openFilesLimit(): number {
  try {
    const found = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1'));
    return found === null ? FALLBACK_FILES : Number(found[1]);
  } catch {
    return FALLBACK_FILES; // Not Linux.
  }
}
