import { Command, CommanderError, Option } from 'commander';
import { COMPILER_VERSION } from '../compiler-version.js';
import { check, FORMATS, type CheckOptions } from './commands/check.js';
import { compile, type CompileOptions } from './commands/compile.js';
import { EMITTED } from './generate-all.js';
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
    .addHelpText('after', EXAMPLES);

  program
    .command('check')
    .description('report every mistake in some schemas and in those they use; writes nothing')
    .argument('<files...>', FILES)
    .addOption(
      new Option('--format <format>', 'text for people, json for scripts, sarif for code scanning')
        .choices(FORMATS)
        .default('text'),
    )
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
    .option('--json', 'as JSON', false)
    .action(async (name: string, options: ExplainOptions) => {
      code = await explain(name, options, terminal);
    });

  program
    .command('decode')
    .description('show frames as annotated trees: offset, bytes, field, value, meaning')
    .requiredOption('--schema <file>', 'the schema of the protocol')
    .option('--protocol <name>', 'which one, if the schema has several')
    .option('--from <side>', 'client or server, for protocols whose sides send frames of their own')
    .option('--hex <digits>', 'the frames as hex digits')
    .option('--file <file>', 'the frames as they are on the wire; a .hex file holds digits and # comments')
    .option('--pcap <file>', 'a capture (pcap or pcapng): every TCP connection that holds such frames')
    .option('--port <port>', 'with --pcap: connections to or from this port only', wholeNumber)
    .option('--frame <n>', 'only the n-th frame, counted from 1', wholeNumber)
    .option('--brief', 'one line a frame', false)
    .option('--json', 'one JSON object a line, which encode takes again', false)
    .action(async (options: DecodeOptions) => {
      code = await (await import('./commands/decode.js')).decode(options, terminal);
    });

  program
    .command('validate')
    .description('hold samples against a schema: valid ones have to be frames, invalid ones must not be')
    .requiredOption('--schema <file>', 'the schema of the protocol')
    .option('--protocol <name>', 'which one, if the schema has several')
    .option('--from <side>', 'client or server, for protocols whose sides send frames of their own')
    .option('-v, --valid <dir>', 'a folder of .hex and .bin files, each of whole frames')
    .option('-i, --invalid <dir>', 'a folder of files that are no whole frames')
    .option('--coverage', 'say which fields, arms and branches the valid samples never reach', false)
    .action(async (options: ValidateOptions) => {
      code = await (await import('./commands/validate.js')).validate(options, terminal);
    });

  program
    .command('encode')
    .description('make frames of JSON; lengths, constants, defaults and checksums are filled in')
    .requiredOption('--schema <file>', 'the schema of the protocol')
    .option('--protocol <name>', 'which one, if the schema has several')
    .option('--from <side>', 'client or server, for protocols whose sides send frames of their own')
    .option('--json <object>', "one frame's fields, or what decode --json printed")
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
    .addOption(
      new Option('--format <format>', 'text for people, json for scripts')
        .choices(['text', 'json'])
        .default('text'),
    )
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

  try {
    if (args.length === 0) {
      terminal.err(program.helpInformation() + EXAMPLES);
      return ExitCode.Usage;
    }
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    // Help and version end this way as well, with exit code 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.Ok : ExitCode.Usage;
    if (!(error instanceof UsageError)) throw error;
    terminal.err(`proto-frame: ${error.message}\n`);
    return ExitCode.Usage;
  }
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

const EXAMPLES = `
Examples:
  proto-frame check schemas/bolt.proto-frame
  proto-frame check schemas --format sarif > findings.sarif
  proto-frame compile schemas --out generated
  proto-frame compile schemas --out generated --check
  proto-frame fmt schemas
  proto-frame explain schemas/bolt.proto-frame
  proto-frame doc schemas --out docs/protocols --check
  proto-frame wireshark schemas/bolt.proto-frame --out dissectors
  proto-frame diff released/bolt.proto-frame schemas/bolt.proto-frame
  proto-frame init acme --dir my-protocol
  proto-frame decode --schema schemas/bolt.proto-frame --hex 0101000001000000050100000bb80000000000000000
  proto-frame decode --schema schemas/bolt.proto-frame --pcap traffic.pcap --port 12200 --brief
  proto-frame validate --schema schemas/bolt.proto-frame -v samples/valid -i samples/invalid --coverage
  proto-frame encode --schema schemas/bolt.proto-frame --json '{"type":"request","cmd":"heartbeat","request_id":7}'

Exit codes: 0 all is well, 1 a schema has errors, an output is not current or a change breaks the wire,
2 the command was wrong.
`;
