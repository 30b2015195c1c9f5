import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { EXAMPLES } from '../../../compiler/cli/help.js';
import { pcap, tcp } from '../../support/capture.js';
import { corpus } from '../../support/corpus.js';
import { ROOT } from '../../support/root.js';
import { folderWith, protoFrame, wordsOf } from './cli.js';

const commands = Object.keys(EXAMPLES);

/** A folder in which every example of the help can be carried out. */
async function folder(): Promise<string> {
  const frames = corpus('bolt', 'valid').filter(({ bytes }) => bytes.length < 1000);
  const bytes = Buffer.concat(frames.map((frame) => frame.bytes));
  const cwd = await folderWith({
    'frames.bin': bytes,
    'samples/valid/all.bin': bytes,
    'samples/invalid/none.hex': 'ff',
    'traffic.pcap': pcap([tcp(50_000, 12_200, 1, 24, bytes)], false),
  });
  for (const name of ['schemas', 'released'])
    await cp(`${ROOT}schemas/bolt.proto-frame`, join(cwd, name, 'bolt.proto-frame'), { recursive: true });
  await mkdir(join(cwd, 'dissectors'));
  return cwd;
}

test('the help for all names every command, and every command has examples', async () => {
  const { code, out } = await protoFrame(ROOT, ['--help']);
  expect(code).toBe(0);
  const listed = [...out.matchAll(/^ {2}([a-z]+) \[options\]/gm)].map(([, name]) => name!);
  expect(listed.sort()).toEqual([...commands].sort());
});

describe('the help of', () => {
  test.each(commands)('%s has its examples and exit codes', async (command) => {
    const { code, out, err } = await protoFrame(ROOT, [command, '--help']);
    expect([code, err]).toEqual([0, '']);
    for (const line of EXAMPLES[command]!) expect(out).toContain(`  ${line}\n`);
    expect(out).toMatch(/Exit codes: 0 all is well, 1 .+, 2 /);
    expect(out).not.toMatch(/\x1b/);
  });
});

test('every example does what it says, one after another', { timeout: 120_000 }, async () => {
  const cwd = await folder();
  for (const name of commands)
    for (const line of EXAMPLES[name]!) {
      const [command = '', into] = line.split(' > ');
      const args = wordsOf(command).slice(1);
      const { code, out, err } = await protoFrame(cwd, args);
      expect([line, code, err]).toEqual([line, 0, '']);
      if (into !== undefined) await writeFile(join(cwd, into), out);
      if (args.includes('json') && args.includes('--format') && args[0] !== 'decode') JSON.parse(out);
    }
  expect(await readFile(join(cwd, 'frames.bin'))).toEqual(await readFile(join(cwd, 'samples/valid/all.bin')));
});

test.each([
  [['decode'], "required option '--schema <file>' not specified"],
  [['decod'], "unknown command 'decod'"],
  [['check', 'a', '--format', 'xml'], 'Allowed choices are text, json, sarif'],
  [['compile', 'a', '--out', 'b', '--emit', 'go'], '--emit knows ts and js, not `go`'],
  [['doc', 'nowhere'], 'there is no file nowhere'],
])('%j is refused in words', async (args, message) => {
  const { code, out, err } = await protoFrame(ROOT, args);
  expect([code, out]).toEqual([2, '']);
  expect(err).toContain(message);
});

test('what the system refuses is said in its words, without a stack', async () => {
  const cwd = await folderWith({ 'file.txt': '' });
  const schema = `${ROOT}schemas/bolt.proto-frame`;
  for (const args of [
    ['compile', schema, '--out', 'file.txt/generated'],
    ['doc', schema, '--out', 'file.txt/pages'],
    ['wireshark', schema, '--out', 'file.txt/lua'],
    ['init', 'acme', '--dir', 'file.txt/acme'],
    ['encode', '--schema', schema, '--json', '{}', '--out', 'file.txt/frames'],
  ]) {
    const { code, err } = await protoFrame(cwd, args);
    expect(code).toBe(2);
    expect(err).toMatch(/^proto-frame: [^\n]+\n$/);
  }
});

test('a fault of our own is said to be one, in few lines', async () => {
  const { code, err } = await protoFrame(ROOT, ['check', 'schemas/bolt.proto-frame'], {
    out: () => {
      throw new TypeError(`x is not a function\n${'generated code '.repeat(1000)}`);
    },
  });
  expect(code).toBe(70);
  expect(err).toContain('fault of proto-frame itself');
  expect(err).toContain('TypeError: x is not a function');
  expect(err.length).toBeLessThan(2000);
});
