/** Command lines that show how each command is used; the folder is one with `schemas/` in it. */
export const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  init: ['proto-frame init acme --dir my-protocol'],
  check: [
    'proto-frame check schemas/bolt.proto-frame',
    'proto-frame check schemas --format json',
    'proto-frame check schemas --format sarif > findings.sarif',
  ],
  fmt: ['proto-frame fmt schemas', 'proto-frame fmt schemas --check'],
  explain: [
    'proto-frame explain schemas/bolt.proto-frame',
    'proto-frame explain schemas/bolt.proto-frame --format json',
  ],
  compile: [
    'proto-frame compile schemas --out generated',
    'proto-frame compile schemas --out generated --check',
    'proto-frame compile schemas/bolt.proto-frame --out codecs --emit js',
  ],
  decode: [
    'proto-frame decode --schema schemas/bolt.proto-frame --hex 0101000001000000050100000bb80000000000000000',
    'proto-frame decode --schema schemas/bolt.proto-frame --pcap traffic.pcap --port 12200 --format brief',
    'proto-frame decode --schema schemas/bolt.proto-frame --file frames.bin --frame 2',
    'proto-frame decode --schema schemas/bolt.proto-frame --file frames.bin --format json > frames.jsonl',
  ],
  encode: [
    `proto-frame encode --schema schemas/bolt.proto-frame --json '{"type":"request","cmd":"heartbeat","request_id":7}'`,
    'proto-frame encode --schema schemas/bolt.proto-frame --file frames.jsonl --out frames.bin',
  ],
  validate: [
    'proto-frame validate --schema schemas/bolt.proto-frame -v samples/valid -i samples/invalid',
    'proto-frame validate --schema schemas/bolt.proto-frame -v samples/valid --coverage --format json',
  ],
  diff: [
    'proto-frame diff released/bolt.proto-frame schemas/bolt.proto-frame',
    'proto-frame diff released schemas --format json',
  ],
  doc: ['proto-frame doc schemas', 'proto-frame doc schemas --out docs/protocols --check'],
  wireshark: ['proto-frame wireshark schemas/bolt.proto-frame --out dissectors'],
};

/** What 1 means where a command ends with it; 0 is always well, 2 a command that can't be carried out. */
const ONE: Readonly<Record<string, string>> = {
  init: 'never',
  check: 'a schema has errors',
  fmt: 'a schema can not be parsed, or with --check is not in canonical form',
  explain: 'the schema has errors',
  compile: 'a schema has errors, or with --check a module is not current',
  decode: 'the schema has errors, or bytes are no frame',
  encode: 'the schema has errors, or the JSON does not fit it',
  validate: 'the schema has errors, or a sample is not what it should be',
  diff: 'a change breaks the wire',
  doc: 'a schema has errors, or with --check a page is not current',
  wireshark: 'a schema has errors',
};

/** What stands at the end of a command's help. */
export function helpOf(command: string): string {
  const examples = EXAMPLES[command]!.map((line) => `  ${line}`).join('\n');
  return `
Examples:
${examples}

Exit codes: 0 all is well, 1 ${ONE[command]!}, 2 the command can not be carried out, 70 a fault of proto-frame itself.`;
}

/** What stands at the end of the help for all: the shortest example of each command. */
export function helpOfAll(): string {
  return `
Examples:
${Object.values(EXAMPLES)
  .map(([first]) => `  ${first!}`)
  .join('\n')}

proto-frame COMMAND --help shows the options of a command, more examples and its exit codes.

Exit codes: 0 all is well, 1 a schema has errors, an output is not current, a frame or sample is wrong or a
change breaks the wire, 2 the command can not be carried out, 70 a fault of proto-frame itself. Results go to the
standard output, all else to the standard error; colours and progress are shown at a terminal only (NO_COLOR, FORCE_COLOR).
`;
}
