import { type FSWatcher, lstatSync, readlinkSync, watch } from 'node:fs';
import { isAbsolute, join, parse, resolve, sep } from 'node:path';

/** So long nothing has to happen before a change is reported, in ms, and it is after so long in any case. */
const QUIET_MS = 100;
const LONGEST_QUIET_MS = 1_000;
/** As many as Linux itself follows. */
const MOST_LINKS = 40;

/**
 * Watches a path for anything that may change what it leads to: the file is written, another one is renamed
 * over it, or a symbolic link on the way is swapped, as Kubernetes does when a ConfigMap changes. What counts is
 * what stands in the folders on the way, so those are watched, not the file.
 */
export class FileWatch {
  private watchers = new Map<string, FSWatcher>();
  private timer: NodeJS.Timeout | null = null;
  private firstEvent = 0;
  private closed = false;

  /**
   * @param onChange something happened; whether the contents changed is for the caller to see
   * @param onError watching is not possible (the system has no watches left), or not any more
   */
  constructor(
    private readonly path: string,
    private readonly onChange: () => void,
    private readonly onError: (error: Error) => void,
  ) {}

  start(): void {
    this.arm();
  }

  close(): void {
    this.closed = true;
    if (this.timer !== null) clearTimeout(this.timer);
    for (const watcher of this.watchers.values()) watcher.close();
    this.watchers.clear();
  }

  /** Watches the folders of now. Those that were replaced have other watchers than before, though of one name. */
  private arm(): void {
    const before = this.watchers;
    this.watchers = new Map();
    for (const [folder, names] of namesOnTheWay(this.path)) {
      try {
        const watcher = watch(folder, { persistent: false }, (_event, name) => {
          if (name === null || names.has(name)) this.onEvent();
        });
        watcher.on('error', (error: Error) => {
          if (!this.closed) this.onError(error);
        });
        this.watchers.set(folder, watcher);
      } catch (error) {
        // A folder that is gone comes back with an event of the one above it.
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') this.onError(error as Error);
      }
    }
    // Closed only now: in between nothing may happen unseen.
    for (const watcher of before.values()) watcher.close();
  }

  private onEvent(): void {
    const now = performance.now();
    if (this.timer === null) this.firstEvent = now;
    else clearTimeout(this.timer);
    const delay = Math.max(0, Math.min(QUIET_MS, this.firstEvent + LONGEST_QUIET_MS - now));
    this.timer = setTimeout(() => {
      this.timer = null;
      if (this.closed) return;
      this.arm();
      this.onChange();
    }, delay);
    this.timer.unref();
  }
}

/** The names that lead to `path`, by their folder: of each symbolic link, and of the file in the end. */
function namesOnTheWay(path: string): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  const add = (folder: string, name: string): void => {
    found.set(folder, (found.get(folder) ?? new Set()).add(name));
  };
  let at = parse(resolve(path)).root;
  let rest = resolve(path).slice(at.length).split(sep);
  for (let links = 0; rest.length > 0;) {
    const [name, ...further] = rest;
    const next = join(at, name!);
    const target = links < MOST_LINKS ? linkAt(next) : null;
    if (target !== null || further.length === 0) add(at, name!);
    if (target === null) {
      at = next;
      rest = further;
    } else {
      links++;
      const led = isAbsolute(target) ? target : join(at, target);
      at = parse(led).root;
      rest = [...led.slice(at.length).split(sep), ...further];
    }
  }
  return found;
}

function linkAt(path: string): string | null {
  try {
    return lstatSync(path).isSymbolicLink() ? readlinkSync(path) : null;
  } catch {
    return null;
  }
}
