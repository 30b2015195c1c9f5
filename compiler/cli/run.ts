import { Command, CommanderError, Option } from 'commander';
import { COMPILER_VERSION } from '../compiler-version.js';
import { check, FORMATS, type CheckOptions } from './commands/check.js';
import { compile, type CompileOptions } from './commands/compile.js';
import { EMITTED } from './generate-all.js';
import { FRAME_FORMATS } from './frame-format.js';
import { helpOf, helpOfAll } from './help.js';
import type { DiffOptions } from './commands/diff.js';
import type { DocOptions } from './commands/doc.js';
import { explain, type ExplainOptions } from './commands/explain.js';
import { fmt, type FmtOptions } from './commands/fmt.js';
import type { InitOptions } from './commands/init.js';
import type { DecodeOptions } from './commands/decode.js';
import type { EncodeOptions } from './commands/encode.js';
import type { WiresharkOptions } from './commands/wireshark.js';
import type { ValidateOptions } from './commands/validate.js';
import { ExitCode, UsageError, type Terminal } from './terminal.js';

/**
 * Carries out one command line.
 *
 * @param args without the names of node and the script
 */
export async function run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let code: ExitCode = ExitCode.Ok;
  const program = new Command('proto-frame')
    .description('Checks schemas of wire protocols and compiles them to TypeScript codecs.')
    .version(COMPILER_VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .showHelpAfterError('(proto-frame --help shows the commands)')
    .exitOverride()
    .configureOutput({ writeOut: (text) => terminal.out(text), writeErr: (text) => terminal.err(text) })
    .addHelpText('after', helpOfAll());

  program
    .command('check')
    .description('report every mistake in some schemas and in those they use; writes nothing')
    .argument('<files...>', FILES)
    .addOption(format(FORMATS, 'text for people, json for scripts, sarif for code scanning'))
    .action(async (names: string[], options: CheckOptions) => {
      code = await check(names, options, terminal);
    });

  program
    .command('compile')
    .description('write one TypeScript module for each protocol; with errors, none')
    .argument('<files...>', FILES)
    .requiredOption('--out <dir>', 'where the modules go')
    .option('--check', 'write nothing; fail if the modules on disk are not current (for CI)', false)
    .option('--watch', 'compile again whenever a schema changes', false)
    .option('--emit <kinds>', 'ts, js or both: js runs in Node without a TypeScript step', kinds, ['ts'])
    .action(async (names: string[], options: CompileOptions) => {
      code = await compile(names, options, terminal);
    });

  program
    .command('fmt')
    .description('bring schemas into canonical form; comments stay')
    .argument('<files...>', FILES)
    .option('--check', 'write nothing; fail if a schema is not in canonical form', false)
    .action(async (names: string[], options: FmtOptions) => {
      code = await fmt(names, options, terminal);
    });

  program
    .command('explain')
    .description('show what the compiler made of a schema: offsets, derived fields, matching, limits')
    .argument('<file>', 'a schema')
    .addOption(format(['text', 'json'], 'text for people, json for scripts'))
    .action(async (name: string, options: ExplainOptions) => {
      code = await explain(name, options, terminal);
    });

  program
    .command('decode')
    .description('show frames as annotated trees: offset, bytes, field, value, meaning')
    .requiredOption('--schema <file>', 'the schema of the protocol')
    .option('--protocol <name>', 'which one, if the schema has several')
    .option('--from <side>', 'client or server, for protocols whose sides send frames of their own')
    .option(
      '--given <facts>',
      'with --from server: of the request, where replies depend on it: flag,size=18; or none',
    )
    .option('--hex <digits>', 'the frames as hex digits')
    .option('--file <file>', 'the frames as they are on the wire; a .hex file holds digits and # comments')
    .option('--pcap <file>', 'a capture (pcap or pcapng): every TCP connection that holds such frames')
    .option('--port <port>', 'with --pcap: connections to or from this port only', wholeNumber)
    .option('--frame <n>', 'only the n-th frame, counted from 1', wholeNumber)
    .addOption(
      format(FRAME_FORMATS, 'trees, one line each, or one JSON object a line, which encode takes again'),
    )
    .action(async (options: DecodeOptions) => {
      code = await (await import('./commands/decode.js')).decode(options, terminal);
    });

  program
    .command('validate')
    .description('hold samples against a schema: valid ones have to be frames, invalid ones must not be')
    .requiredOption('--schema <file>', 'the schema of the protocol')
    .option('--protocol <name>', 'which one, if the schema has several')
    .option('--from <side>', 'client or server, for protocols whose sides send frames of their own')
    .option(
      '--given <facts>',
      'with --from server: of the request, where replies depend on it: flag,size=18; or none',
    )
    .option('-v, --valid <dir>', 'a folder of .hex and .bin files, each of whole frames')
    .option('-i, --invalid <dir>', 'a folder of files that are no whole frames')
    .option('--coverage', 'say which fields, arms and branches the valid samples never reach', false)
    .addOption(format(['text', 'json'], 'text for people, json for scripts'))
    .action(async (options: ValidateOptions) => {
      code = await (await import('./commands/validate.js')).validate(options, terminal);
    });

  program
    .command('encode')
    .description('make frames of JSON; lengths, constants, defaults and checksums are filled in')
    .requiredOption('--schema <file>', 'the schema of the protocol')
    .option('--protocol <name>', 'which one, if the schema has several')
    .option('--from <side>', 'client or server, for protocols whose sides send frames of their own')
    .option(
      '--given <facts>',
      'with --from server: of the request, where replies depend on it: flag,size=18; or none',
    )
    .option('--json <object>', "one frame's fields, or what decode --format json printed")
    .option('--file <file>', 'the same, one object a line')
    .option('--out <file>', 'write the bytes there; else hex digits are printed, one line a frame')
    .action(async (options: EncodeOptions) => {
      code = await (await import('./commands/encode.js')).encode(options, terminal);
    });

  program
    .command('doc')
    .description('write a Markdown page with bit diagrams for each protocol')
    .argument('<files...>', FILES)
    .option('--out <dir>', 'where the pages and diagrams go', 'docs/protocols')
    .option('--check', 'write nothing; fail if the pages on disk are not current (for CI)', false)
    .action(async (names: string[], options: DocOptions) => {
      code = await (await import('./commands/doc.js')).doc(names, options, terminal);
    });

  program
    .command('wireshark')
    .description('write a Wireshark dissector in Lua for each protocol')
    .argument('<files...>', FILES)
    .option('--out <dir>', 'where the dissectors go', '.')
    .action(async (names: string[], options: WiresharkOptions) => {
      code = await (await import('./commands/wireshark.js')).wireshark(names, options, terminal);
    });

  program
    .command('diff')
    .description('compare two versions of a schema; fail if they do not understand each other on the wire')
    .argument('<old>', 'a schema or folder as it was')
    .argument('<new>', 'the same as it is now')
    .addOption(format(['text', 'json'], 'text for people, json for scripts'))
    .action(async (before: string, after: string, options: DiffOptions) => {
      code = await (await import('./commands/diff.js')).diff(before, after, options, terminal);
    });

  program
    .command('init')
    .description('begin a protocol: a schema, first frames, a sidecar configuration, the lines for CI')
    .argument('<name>', 'of the protocol: lower-case letters, digits and _')
    .option('--dir <dir>', 'where the files go', '.')
    .action(async (name: string, options: InitOptions) => {
      code = await (await import('./commands/init.js')).init(name, options, terminal);
    });

  for (const command of program.commands) command.addHelpText('after', helpOf(command.name()));

  try {
    if (args.length === 0) {
      terminal.err(program.helpInformation() + helpOfAll());
      return ExitCode.Usage;
    }
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    // Help and version end this way as well, with exit code 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.Ok : ExitCode.Usage;
    // What the system refuses (no such folder, no right to write) is named by its own words.
    const isOurs = !(error instanceof UsageError) && !isSystemError(error);
    terminal.err(isOurs ? internalError(error) : `proto-frame: ${error.message}\n`);
    return isOurs ? ExitCode.Internal : ExitCode.Usage;
  }
}

/** The first of the formats is the one without the option. */
function format(formats: readonly string[], description: string): Option {
  return new Option('--format <format>', description).choices(formats).default(formats[0]);
}

/** What is said of a fault of our own: enough to report it, and not the generated code that it may quote. */
function internalError(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const places = stack.split('\n').filter((line) => /^ {4}at .{1,200}$/.test(line));
  const [message] = (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).split('\n');
  return [
    'proto-frame: this is a fault of proto-frame itself, not of what it was given.',
    `Please report it with the command, the schema and these lines (proto-frame ${COMPILER_VERSION}):`,
    `  ${message!.slice(0, 200)}`,
    ...places.slice(0, 6),
    '',
  ].join('\n');
}

function isSystemError(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error;
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new UsageError(`\`${text}\` is no number from 1 on`);
  return Number(text);
}

function kinds(text: string): string[] {
  const given = text.split(',').map((kind) => kind.trim());
  const unknown = given.find((kind) => !EMITTED.some((known) => known === kind));
  if (unknown !== undefined)
    throw new UsageError(`--emit knows ${EMITTED.join(' and ')}, not \`${unknown}\``);
  return given;
}

const FILES = 'schemas, or folders with schemas';
