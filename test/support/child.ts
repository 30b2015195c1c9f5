import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { ROOT } from './root.js';

/** A process that a test started, with its lines of output as they come. */
export interface Child {
  readonly process: ChildProcess;
  readonly pid: number;
  /** Everything it has printed so far, both streams. */
  readonly output: string[];
  /** The first line, said or still to come, that matches; rejects if the process ends or `ms` pass before. */
  line(pattern: RegExp, ms?: number): Promise<RegExpMatchArray>;
  /** Ends it by pid, SIGKILL if it does not obey within 5 s. Resolves to its exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
  /** Its exit code, null if a signal ended it. */
  readonly ended: Promise<number | null>;
}

const running = new Set<ChildProcess>();
// A test run that dies takes its children with it.
process.once('exit', () => running.forEach((child) => child.kill('SIGKILL')));

/**
 * Starts `node file ...args`; a relative file is relative to the project's root.
 *
 * @param env beside this process's
 * @param openFiles how many files it may open; as many as this process if left out
 */
export function startNode(
  file: string,
  args: string[] = [],
  nodeArgs: string[] = [],
  env: NodeJS.ProcessEnv = {},
  openFiles?: number,
): Child {
  const command = [process.execPath, ...nodeArgs, file, ...args];
  const [program, ...rest] =
    openFiles === undefined
      ? command
      : ['/bin/sh', '-c', `ulimit -n ${openFiles} && exec "$@"`, 'sh', ...command];
  const child = spawn(program!, rest, {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  running.add(child);
  const output: string[] = [];
  const waiting = new Set<(line: string | null) => void>();
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      output.push(line);
      waiting.forEach((take) => take(line));
    });
  }
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', (code) => {
      running.delete(child);
      waiting.forEach((take) => take(null));
      resolve(code);
    });
  });
  return {
    process: child,
    pid: child.pid!,
    output,
    ended,
    line(pattern, ms = 60_000) {
      const said = output.map((line) => line.match(pattern)).find((match) => match !== null);
      if (said) return Promise.resolve(said);
      return new Promise((resolve, reject) => {
        const fail = (why: string): void => {
          finish();
          reject(new Error(`${file} ${why} before it said ${pattern}:\n${output.slice(-20).join('\n')}`));
        };
        const timer = setTimeout(() => fail(`did nothing for ${ms} ms`), ms);
        const take = (line: string | null): void => {
          const match = line?.match(pattern);
          if (line === null) fail('ended');
          else if (match) {
            finish();
            resolve(match);
          }
        };
        const finish = (): void => {
          clearTimeout(timer);
          waiting.delete(take);
        };
        waiting.add(take);
      });
    },
    async stop(signal = 'SIGTERM') {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill(signal);
        const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
        await ended;
        clearTimeout(timer);
      }
      return ended;
    },
  };
}

/** How long a process may take to stop where many tests share the machine, in ms. */
const STOP_MS = 60_000;

/** Processor time of a process so far in ms, from /proc; 0 where there is no /proc. */
export async function cpuOf(pid: number): Promise<number> {
  const { readFile } = await import('node:fs/promises');
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // Behind the name, which may hold anything: state is the first field, user and system time the 12th and 13th.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * CLOCK_TICK_MS;
}

/** Linux counts processor time in hundredths of a second. */
const CLOCK_TICK_MS = 10;

/** Resident memory of a process in bytes, now and at its highest, from /proc; zeros where there is no /proc. */
export async function memoryOf(pid: number): Promise<{ rss: number; highest: number }> {
  const { readFile } = await import('node:fs/promises');
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kib = (name: string): number =>
    Number(status.match(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm'))?.[1] ?? 0);
  return { rss: kib('VmRSS') * 1024, highest: kib('VmHWM') * 1024 };
}

/** How many files and sockets a process has open, from /proc; 0 where there is no /proc. */
export async function openFilesOf(pid: number): Promise<number> {
  const { readdir } = await import('node:fs/promises');
  return (await readdir(`/proc/${pid}/fd`).catch(() => [])).length;
}
