import { Command, CommanderError, Option } from 'commander';
import { COMPILER_VERSION } from '../compiler-version.js';
import { check, FORMATS, type CheckOptions } from './commands/check.js';
import { compile, type CompileOptions } from './commands/compile.js';
import { EMITTED } from './generate-one.js';
import { explain, type ExplainOptions } from './commands/explain.js';
import { fmt, type FmtOptions } from './commands/fmt.js';
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

Exit codes: 0 all is well, 1 a schema has errors or an output is not current, 2 the command was wrong.
`;
