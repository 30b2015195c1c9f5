import cluster from 'node:cluster';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { ConfigError } from '../config/config-error.js';
import { fileJsonSchema, MOST_WORKERS } from '../config/file-schema.js';
import { createProcessLog } from '../observe/logger.js';
import { BUILTIN_FILTERS } from './builtin-filters.js';
import { runToEnd } from './lifecycle.js';
import { CodecError } from './load-codecs.js';
import { type LoadedConfig, loadSnapshot, readConfigFile } from './load-snapshot.js';
import { Reloader } from './reloader.js';
import { Server } from './server.js';
import { supervise, workersAsked } from './supervise.js';
import { runWorker } from './worker.js';

/** Where the command writes to. */
export interface CliOutput {
  out(text: string): void;
  err(text: string): void;
}

/** 0: done, 1: the configuration or the start failed, 2: called the wrong way. */
type ExitCode = 0 | 1 | 2;

const EXAMPLES = `
Examples:
  proto-frame-proxy --check egress.yaml      say what is wrong with a configuration, without starting
  proto-frame-proxy -c egress.yaml           start; prints the addresses it listens on
  proto-frame-proxy schema > schema.json     the JSON Schema of the file, for an editor

Signals:
  SIGTERM, SIGINT   finish what is under way, then exit with 0; a second one: exit at once
  SIGHUP            read the configuration again; if it is wrong the old one stays
  SIGUSR1           open the access log anew, after it was rotated
  SIGUSR2           with --workers: start them anew, of the program and configuration on disk; nobody is refused

Exit codes:
  0 done   1 the configuration can't be used, or the start failed   2 called the wrong way`;

/**
 * The proto-frame-proxy command. Resolves when it is done: with -c, when the server has stopped.
 *
 * @param args without the names of node and of the script
 * @returns the exit code
 */
export async function runCli(args: readonly string[], output: CliOutput): Promise<number> {
  if (cluster.isWorker && process.env['PROTO_FRAME_WORKER'] !== undefined) return runWorker();
  const program = new Command('proto-frame-proxy');
  let run: (() => Promise<number>) | null = null;
  program
    .description('A sidecar that routes the requests of RPC protocols.')
    .option('-c, --config <file>', 'run with this configuration')
    .option('--check <file>', 'only check this configuration')
    .option('--workers <number>', 'so many processes share the work, auto: one for each core', workersOption)
    .option('--no-watch', 'reload on SIGHUP only, not whenever the file, or a certificate, has changed')
    .addHelpText('after', EXAMPLES)
    .configureOutput({ writeOut: (text) => output.out(text), writeErr: (text) => output.err(text) })
    .exitOverride()
    .showHelpAfterError('See proto-frame-proxy --help.')
    .action((options: { config?: string; check?: string; watch: boolean; workers?: number | 'auto' }) => {
      const { config, check, watch, workers = null } = options;
      if (config !== undefined && check !== undefined) program.error('error: either -c or --check, not both');
      else if (check !== undefined) run = () => checkFile(check, output);
      else if (config !== undefined) run = () => runServer(config, { watch, workers }, output);
      else program.error('error: what to do? -c FILE runs, --check FILE checks');
    });
  program
    .command('schema')
    .description('print the JSON Schema of the configuration file')
    .action(() => {
      run = async () => {
        output.out(`${JSON.stringify(fileJsonSchema(), null, 2)}\n`);
        return 0;
      };
    });
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
  return run === null ? 2 : (run as () => Promise<number>)();
}

async function checkFile(file: string, output: CliOutput): Promise<ExitCode> {
  const loaded = await load(file, output);
  if (typeof loaded === 'number') return loaded;
  const { listeners, clusters } = loaded.snapshot;
  try {
    Server.check(loaded.snapshot, loaded.codecs, { logger: createProcessLog().logger });
  } catch (error) {
    output.err(`proto-frame-proxy: ${messageOf(error)}\n`);
    return 1;
  }
  output.out(`${file}: ok, ${plural(listeners.length, 'listener')}, ${plural(clusters.length, 'cluster')}\n`);
  return 0;
}

interface RunOptions {
  /** Whether to reload whenever the file has changed. */
  readonly watch: boolean;
  /** What was said about workers; null: nothing. */
  readonly workers: number | 'auto' | null;
}

function workersOption(text: string): number | 'auto' {
  if (text === 'auto' || text === '0') return 'auto';
  if (!/^[1-9]\d{0,2}$/.test(text) || Number(text) > MOST_WORKERS) {
    throw new InvalidArgumentError(`expected auto or a number up to ${MOST_WORKERS}`);
  }
  return Number(text);
}

async function runServer(file: string, options: RunOptions, output: CliOutput): Promise<number> {
  let text: string;
  try {
    text = await readConfigFile(file);
  } catch (error) {
    return tellFailure(error, output);
  }
  if (workersAsked(file, text, options.workers) === null) return runAlone(file, text, options, output);
  const log = createProcessLog();
  const code = await supervise({
    file,
    text,
    ...options,
    log,
    onFailure: (message) => output.err(`${message}\n`),
    onReady: (lines, stdoutFree) =>
      (stdoutFree ? output.out : output.err)(`${[...lines, 'ready'].join('\n')}\n`),
  });
  log.flush();
  return code;
}

async function runAlone(file: string, text: string, options: RunOptions, output: CliOutput): Promise<number> {
  const loaded = await load(file, output, text);
  if (typeof loaded === 'number') return loaded;
  const { snapshot, codecs } = loaded;
  const log = createProcessLog();
  let server: Server;
  try {
    server = await Server.start(snapshot, codecs, { logger: log.logger, watchFiles: options.watch });
  } catch (error) {
    output.err(`proto-frame-proxy: ${messageOf(error)}\n`);
    return 1;
  }
  const apply = async (changed: string): Promise<void> => {
    const fresh = await loadSnapshot(file, BUILTIN_FILTERS, changed);
    await server.apply(fresh.snapshot, fresh.codecs);
  };
  const reloader = new Reloader(file, text, apply, server.metrics.config, log.logger);
  // Signals are listened to before anybody is told that there is somebody to send them to.
  const ended = runToEnd(server, log, reloader);
  if (options.watch) reloader.watchFile();
  // Standard output belongs to the access log if that goes there.
  const tell = snapshot.accessLog?.path === null ? output.err : output.out;
  const lines = server.boundAddresses.map(({ name, address }) => `${name} listens on ${address}\n`);
  tell(`${lines.join('')}ready\n`);
  const code = await ended;
  reloader.close();
  log.flush();
  return code;
}

async function load(file: string, output: CliOutput, text?: string): Promise<LoadedConfig | ExitCode> {
  try {
    return await loadSnapshot(file, BUILTIN_FILTERS, text);
  } catch (error) {
    return tellFailure(error, output);
  }
}

function tellFailure(error: unknown, output: CliOutput): ExitCode {
  if (error instanceof ConfigError) {
    output.err(`${error.message}\n`);
    return 1;
  }
  output.err(`proto-frame-proxy: ${messageOf(error)}\n`);
  return error instanceof CodecError ? 1 : 2;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
