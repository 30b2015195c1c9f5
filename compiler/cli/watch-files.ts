import { watch, type FSWatcher } from 'node:fs';
import { basename, dirname } from 'node:path';
import { EXTENSION } from './find-files.js';
import type { Terminal } from './terminal.js';

/** Editors write a file in several steps; this long nothing must happen before it is read. In ms. */
const QUIET = 80;

/**
 * Runs `once`, and again whenever a schema beside one of the files it depends on changes, until the signal.
 * Folders are watched rather than files, because editors replace files.
 *
 * @param once gives the absolute paths that its result depends on
 */
export async function watchFiles(
  once: () => Promise<readonly string[]>,
  { signal, out }: Terminal,
): Promise<void> {
  const watchers = new Map<string, FSWatcher>();
  let changed = false;
  let wake: () => void = () => undefined;
  const onChange = (name: string | null): void => {
    if (name !== null && !name.endsWith(EXTENSION)) return;
    changed = true;
    wake();
  };
  const follow = (paths: readonly string[]): void => {
    const folders = new Set(paths.map((path) => dirname(path)));
    for (const [folder, watcher] of watchers)
      if (!folders.has(folder)) {
        watcher.close();
        watchers.delete(folder);
      }
    for (const folder of folders)
      if (!watchers.has(folder))
        try {
          const watcher = watch(folder, (_, name) => onChange(name === null ? null : basename(name)));
          watcher.on('error', () => watchers.delete(folder));
          watchers.set(folder, watcher);
        } catch {
          // The folder of a used file need not exist; its `use` is an error until it does.
        }
  };

  signal.addEventListener('abort', () => wake(), { once: true });
  while (!signal.aborted) {
    changed = false;
    follow(await once());
    out('watching for changes; end with Ctrl-C\n');
    while (!changed && !signal.aborted) await new Promise<void>((resolve) => (wake = resolve));
    for (let quiet = false; !quiet && !signal.aborted;) {
      changed = false;
      await new Promise((resolve) => setTimeout(resolve, QUIET));
      quiet = !changed;
    }
  }
  for (const watcher of watchers.values()) watcher.close();
}
