import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../config/package-root.js';

/** A file of the live page. */
export interface PageFile {
  readonly type: string;
  readonly text: string;
}

/**
 * What the live page may do: load its own script and style, and ask this server. No markup of others, no
 * inline script, no other host.
 */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

/** Only names that the build gives its scripts: no path leads out of the folder. */
const SCRIPT = /^\/live\/([a-z][a-z-]*\.js)$/;

/** The live page's file at `path`, or null if that is none. */
export async function livePageFile(path: string): Promise<PageFile | null> {
  const root = packageRoot();
  if (path === '/') {
    return { type: 'text/html', text: await readFile(join(root, 'admin/live/live.html'), 'utf8') };
  }
  if (path === '/live.css') {
    return { type: 'text/css', text: await readFile(join(root, 'admin/live/live.css'), 'utf8') };
  }
  const script = SCRIPT.exec(path)?.[1];
  if (script === undefined) return null;
  try {
    return { type: 'text/javascript', text: await readFile(join(root, 'dist/admin/live', script), 'utf8') };
  } catch {
    return null;
  }
}
