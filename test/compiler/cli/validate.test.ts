import { describe, expect, test } from 'vitest';
import { ROOT } from '../../support/root.js';
import { corpora } from '../interpret/bundled.js';
import { folderWith, protoFrame } from './cli.js';

const BOLT = `${ROOT}schemas/bolt.proto-frame`;
const HEARTBEAT = '0101000001000000050100000bb80000000000000000';
const validate = (cwd: string, ...args: string[]) => protoFrame(cwd, ['validate', '--schema', BOLT, ...args]);

describe('validate', () => {
  test.each(corpora())('the corpus of %s is as it says, and reaches all of the schema', async (name) => {
    const [schema, side] = name.split('/');
    const [from, fact] = side?.split('.') ?? [];
    // Where there are two folders of replies, the one without a fact in its name holds those without it.
    const facts = corpora().some((other) => other.startsWith(`${schema}/server.`));
    const { code, out, err } = await protoFrame(ROOT, [
      'validate',
      '--schema',
      `schemas/${schema}.proto-frame`,
      ...(from === undefined ? [] : ['--from', from]),
      ...(facts && from === 'server' ? ['--given', fact ?? 'none'] : []),
      '-v',
      `test/corpus/${name}/valid`,
      '-i',
      `test/corpus/${name}/invalid`,
      '--coverage',
    ]);
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(
      /^coverage: (\d+) of \1 fields, arms and branches reached by valid samples\n\d+ samples as expected, 0 not\n$/,
    );
  });

  test('names every sample that is not what it should be, and what nobody reached', async () => {
    const folder = await folderWith({
      'good/one.hex': `# a heartbeat\n${HEARTBEAT}`,
      'good/two.hex': HEARTBEAT.slice(0, 20),
      'good/three.bin': Buffer.from(`${HEARTBEAT}02`, 'hex'),
      'bad/one.hex': HEARTBEAT,
      'bad/two.hex': `0107${HEARTBEAT.slice(4)}`,
      'bad/notes.txt': 'not a sample',
    });
    const { code, out, err } = await validate(folder, '-v', 'good', '-i', 'bad', '--coverage');
    expect(code).toBe(1);
    expect(err.trimEnd().split('\n')).toEqual([
      'good/three.bin: should be valid, but Bolt.proto at byte 22 is 2, has to be 1',
      'good/two.hex: should be valid, but it ends inside a frame that starts at byte 0',
      'bad/one.hex: should be refused, but is a frame of bolt',
    ]);
    expect(out).toMatch(/never reached: arm Response of Bolt \(.*bolt\.proto-frame:\d+\)/);
    expect(out).toMatch(/never reached: struct Pair /);
    expect(out).toMatch(/2 samples as expected, 3 not\n$/);
  });

  test.each([
    [[], 'name a folder by --valid or --invalid'],
    [['-v', 'nowhere'], 'there is no folder nowhere'],
    [['-v', 'empty'], 'empty has no .hex or .bin file'],
    [['-v', 'wrong'], 'wrong/x.hex: `z` is no hex digit'],
  ])('refuses %j', async (args, message) => {
    const folder = await folderWith({ 'empty/readme.txt': '', 'wrong/x.hex': '0z' });
    const { code, err } = await validate(folder, ...args);
    expect([code, err]).toEqual([2, `proto-frame: ${message}\n`]);
  });
});
