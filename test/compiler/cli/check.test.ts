import { describe, expect, test } from 'vitest';
import { folderWith, protoFrame, schema } from './cli.js';

test('a sound schema: exit 0, one line', async () => {
  const cwd = await folderWith({ 'a.proto-frame': schema('a', 1) });
  expect(await protoFrame(cwd, ['check', 'a.proto-frame'])).toEqual({
    code: 0,
    out: '1 schema checked, no errors\n',
    err: '',
  });
});

test('a folder stands for the schemas in it', async () => {
  const cwd = await folderWith({
    'schemas/a.proto-frame': schema('a', 1),
    'schemas/deep/b.proto-frame': schema('b', 2),
    'schemas/notes.txt': 'x',
    'schemas/node_modules/c/c.proto-frame': 'broken',
  });
  expect((await protoFrame(cwd, ['check', 'schemas'])).out).toBe('2 schemas checked, no errors\n');
});

test('`std/` names what comes with the compiler, from any folder', async () => {
  const uses = (file: string): string => `use "std/${file}.proto-frame" as std;\n${schema('a', 1)}`;
  const cwd = await folderWith({
    'schemas/a.proto-frame': uses('hessian2').replace('size length;', 'size length; name : std.str;'),
    'b.proto-frame': uses('hesian2'),
  });
  expect((await protoFrame(cwd, ['check', 'schemas'])).err).toBe('');
  const { code, err } = await protoFrame(cwd, ['check', 'b.proto-frame']);
  expect(code).toBe(1);
  expect(err).toContain(
    'PF005: cannot use `std/hesian2.proto-frame`: there is no such file; did you mean hessian2.proto-frame?',
  );
});

test('errors: exit 1, in the order of the text, with a total', async () => {
  const broken = schema('a', 1)
    .replace('u32;', 'u33;')
    .replace('pool      multiplex;', 'pool multiplex')
    .replace('size length;', 'size lenght;');
  const cwd = await folderWith({ 'schemas/a.proto-frame': broken });
  const { code, out, err } = await protoFrame(cwd, ['check', 'schemas/a.proto-frame']);
  expect(code).toBe(1);
  expect(out).toBe('');
  const lines = [...err.matchAll(/^schemas\/a\.proto-frame:(\d+):\d+: error (PF\d+)/gm)].map(
    ([, line, code]) => [Number(line), code],
  );
  expect(lines).toContainEqual([4, 'PF001']);
  expect(lines).toContainEqual([16, 'PF100']);
  expect(lines).toContainEqual([18, 'PF100']);
  expect(lines.map(([line]) => line)).toEqual(
    lines.map(([line]) => line).sort((a, b) => Number(a) - Number(b)),
  );
  expect(err).toContain('help: did you mean `length`?');
  expect(err).toMatch(new RegExp(`^${lines.length} errors$`, 'm'));
});

test.each(['json', 'sarif'])('--format %s: the findings on stdout, still exit 1', async (format) => {
  const cwd = await folderWith({ 'a.proto-frame': 'protocol a { endian big }\n' });
  const { code, out, err } = await protoFrame(cwd, ['check', 'a.proto-frame', '--format', format]);
  expect(code).toBe(1);
  expect(err).toBe('');
  const text = JSON.stringify(JSON.parse(out));
  expect(text).toContain('PF001');
  expect(text).toContain('a.proto-frame');
});

test('--format json of a sound schema is an empty list', async () => {
  const cwd = await folderWith({ 'a.proto-frame': schema('a', 1) });
  const { code, out } = await protoFrame(cwd, ['check', 'a.proto-frame', '--format', 'json']);
  expect([code, JSON.parse(out)]).toEqual([0, { diagnostics: [] }]);
});

describe('use', () => {
  test('is relative to the using file, and shown relative to where the user stands', async () => {
    const cwd = await folderWith({
      'schemas/main.proto-frame': 'use "./parts/a.proto-frame";\n',
      'schemas/parts/a.proto-frame': 'use "../b.proto-frame";\n',
      'schemas/b.proto-frame': 'const B = ;\n',
    });
    const { code, err } = await protoFrame(cwd, ['check', 'schemas/main.proto-frame']);
    expect(code).toBe(1);
    expect(err).toMatch(/^schemas\/b\.proto-frame:1:11: error PF001/m);
  });

  test('of a file that is not there is an error at the use', async () => {
    const cwd = await folderWith({
      'main.proto-frame': 'const A = 1;\nuse "./bolt2.proto-frame" as x;\n',
      'bolt.proto-frame': schema('bolt', 1),
    });
    const { code, err } = await protoFrame(cwd, ['check', 'main.proto-frame']);
    expect(code).toBe(1);
    expect(err).toContain(
      'main.proto-frame:2:5: error PF005: cannot use `./bolt2.proto-frame`: there is no such file; did you mean bolt.proto-frame?',
    );
  });

  test.each(['/etc/passwd', 'C:/x.proto-frame', '..\\\\x.proto-frame', './notes.txt', './a\\0.proto-frame'])(
    'of %s is refused',
    async (path) => {
      const cwd = await folderWith({ 'main.proto-frame': `use "${path}";\n`, 'notes.txt': 'secret' });
      const { code, err } = await protoFrame(cwd, ['check', 'main.proto-frame']);
      expect(code).toBe(1);
      expect(err).toContain('main.proto-frame:1:5: error PF005');
      expect(err).not.toContain('secret');
    },
  );

  test('of one another ends, and each file is read once', async () => {
    const cwd = await folderWith({
      'a.proto-frame': `use "./b.proto-frame";\n${schema('a', 1)}`,
      'b.proto-frame': `use "./a.proto-frame";\nconst X = ;\n`,
    });
    const { err } = await protoFrame(cwd, ['check', 'a.proto-frame', 'b.proto-frame']);
    expect(err.match(/PF001/g)).toHaveLength(1);
  });
});

describe('a command that cannot be carried out: exit 2 and what is wrong', () => {
  test.each<[string, string[], string]>([
    ['no command', [], 'Usage: proto-frame'],
    ['an unknown command', ['chekc', 'a.proto-frame'], 'Did you mean check?'],
    ['an unknown option', ['check', '--fast', 'a.proto-frame'], "unknown option '--fast'"],
    ['no file', ['check'], "missing required argument 'files'"],
    [
      'a file that is not there',
      ['check', 'aa.proto-frame'],
      'no file aa.proto-frame; did you mean a.proto-frame?',
    ],
    ['a folder without schemas', ['check', 'empty'], 'the folder empty holds no .proto-frame file'],
    [
      'a file that is not text',
      ['check', 'binary.proto-frame'],
      'cannot read binary.proto-frame: it is not UTF-8 text',
    ],
    [
      'an unknown format',
      ['check', '--format', 'xml', 'a.proto-frame'],
      'Allowed choices are text, json, sarif',
    ],
    ['no output folder', ['compile', 'a.proto-frame'], "required option '--out <dir>' not specified"],
    ['an unknown output', ['compile', 'a.proto-frame', '--out', 'x', '--emit', 'ts,wasm'], 'not `wasm`'],
    [
      'a contradiction',
      ['compile', 'a.proto-frame', '--out', 'x', '--check', '--watch'],
      'exclude each other',
    ],
  ])('%s', async (_, args, message) => {
    const cwd = await folderWith({
      'a.proto-frame': schema('a', 1),
      'binary.proto-frame': Uint8Array.of(0xff, 0xfe, 0x00),
      'empty/readme.txt': '',
    });
    const { code, out, err } = await protoFrame(cwd, args);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toContain(message);
  });
});

test.each([['--help'], ['-h'], ['compile', '--help']])('%s %s: help on stdout, exit 0', async (...args) => {
  const { code, out, err } = await protoFrame('/', args);
  expect(code).toBe(0);
  expect(out).toContain('Usage: proto-frame');
  expect(err).toBe('');
});

test('a file with a byte order mark and CRLF is read like any other', async () => {
  const cwd = await folderWith({ 'a.proto-frame': `\ufeff${schema('a', 1).replaceAll('\n', '\r\n')}` });
  expect((await protoFrame(cwd, ['check', 'a.proto-frame'])).code).toBe(0);
});
