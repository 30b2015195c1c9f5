import { type Child, startNode } from '../../support/child.js';
import { ROOT } from '../../support/root.js';
import { type Sidecar, type SidecarOptions, startSidecar } from '../../support/sidecar.js';

/** How often what is compared takes turns, and how long a turn is. */
export const ROUNDS = Number(process.env['ROUNDS'] ?? 5);
export const MILLISECONDS = Number(process.env['MILLISECONDS'] ?? 2000);

/** A process that listens on a port of 127.0.0.1. */
export interface Listening {
  readonly child: Child;
  readonly port: number;
}

/** What the load generator tells. */
export interface Load {
  readonly rps: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly errors: number;
  readonly miscorrelated: number;
  /** All replies, those of the warm-up included. */
  readonly replies: number;
}

/** The processes of one part; ended with it. */
export interface Bench {
  /** Answers every request with its content. */
  readonly echo: Listening;
  /** The baseline, in front of the echo server. */
  readonly pipe: Listening;
  /** Starts a sidecar in front of the echo server. */
  sidecar(options?: Partial<SidecarOptions>): Promise<Sidecar>;
  /** Starts a script of test/bench/processes that prints its port. */
  listening(script: string, args?: readonly (string | number)[]): Promise<Listening>;
  /** Starts a script that goes on after it has printed a line of JSON. */
  start(script: string, args: readonly number[]): Promise<{ child: Child; line: string }>;
  stop(): Promise<void>;
}

/** Starts echo server and pipe. */
export async function startBench(): Promise<Bench> {
  const children: Child[] = [];
  const listening: Bench['listening'] = async (name, args = []) => {
    const child = startNode(scriptOf(name), args.map(String));
    children.push(child);
    const [, port] = await child.line(/^listening on (\d+)/);
    return { child, port: Number(port) };
  };
  const echo = await listening('echo-server');
  const pipe = await listening('tcp-pipe', [echo.port]);
  return {
    echo,
    pipe,
    listening,
    async sidecar(options = {}) {
      const sidecar = await startSidecar({ upstreams: [echo.port], ...options });
      children.push(sidecar);
      return sidecar;
    },
    async start(name, args) {
      const child = startNode(scriptOf(name), args.map(String));
      children.push(child);
      const [line] = await child.line(/^\{.*\}$/, 120_000);
      return { child, line };
    },
    async stop() {
      await Promise.all(children.reverse().map((child) => child.stop()));
    },
  };
}

/** How callers come, beside their number. */
export interface Callers {
  /** A file with the certificate of who signed the sidecar's: they come by TLS 1.3. */
  readonly ca?: string;
  /** Called when all are connected, at their first requests. */
  readonly connected?: () => void;
}

/** Keeps requests of 412 bytes under way for a turn. */
export function load(
  port: number,
  connections: number,
  inFlight: number,
  { ca, connected }: Callers = {},
): Promise<Load> {
  const args = [port, connections, inFlight, MILLISECONDS, ...(ca === undefined ? [] : [ca])];
  return runScript<Load>('load-generator', args, connected);
}

/**
 * Runs a script of test/bench/processes to its end; what it prints is one line of JSON.
 *
 * @param connected called when it says `connected`, which it has to if this is given
 */
export async function runScript<T>(
  name: string,
  args: readonly (string | number)[],
  connected?: () => void,
): Promise<T> {
  const child = startNode(scriptOf(name), args.map(String));
  if (connected !== undefined) await child.line(/^connected$/).then(connected);
  const [line] = await child.line(/^\{.*\}$/, 120_000);
  await child.ended;
  return JSON.parse(line) as T;
}

function scriptOf(name: string): string {
  return `${ROOT}test/dist/bench/processes/${name}.js`;
}
