import { parseArgs, type ParseArgsConfig } from 'node:util';

type Options = NonNullable<ParseArgsConfig['options']>;

/**
 * What a command of the tests was given. `--help` shows the help and ends the process; what does not belong there is
 * said on stderr with the help, and ends it with 2.
 *
 * @param help how the command is used, with examples
 * @param names what may be named beside the options
 */
export function commandLine<const Given extends Options>(
  help: string,
  options: Given,
  names: readonly string[] = [],
): ReturnType<typeof parse<Given>> {
  try {
    const given = parse(options);
    if ('help' in given.values) {
      console.log(help);
      process.exit(0);
    }
    for (const name of given.positionals) requireOneOf(name, names);
    return given;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    console.error(`${error.message.split('. To ')[0]}\n\n${help}`);
    process.exit(2);
  }
}

/** The names in a list like `bolt,dubbo`; all of them where it is not given. Ends the process as commandLine does. */
export function chosenOf<T extends { readonly name: string }>(
  list: string | undefined,
  all: readonly T[],
): readonly T[] {
  if (list === undefined) return all;
  const names = all.map(({ name }) => name);
  try {
    return list.split(',').map((name) => all[requireOneOf(name, names)]!);
  } catch (error) {
    console.error((error as Error).message);
    process.exit(2);
  }
}

function parse<const Given extends Options>(options: Given) {
  return parseArgs({
    options: { ...options, help: { type: 'boolean', short: 'h' } },
    allowPositionals: true,
  });
}

/** Its place among the names. @throws Error naming them */
function requireOneOf(name: string, names: readonly string[]): number {
  const at = names.indexOf(name);
  if (at < 0)
    throw new Error(`there is no ${name}${names.length > 0 ? `; there are ${names.join(', ')}` : ''}`);
  return at;
}
