import { readdirSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { asciiFigure } from '../../../compiler/emit/doc/ascii-figure.js';
import { cellsOf } from '../../../compiler/emit/doc/figure.js';
import { protocolPage } from '../../../compiler/emit/doc/protocol-page.js';
import { walk } from '../../../compiler/model/walk.js';
import type { Block, Protocol } from '../../../compiler/model/model.js';
import { ROOT } from '../../support/root.js';
import { folderWith, protoFrame, schema } from '../cli/cli.js';
import { compileSchema, goldenSchema } from '../codegen/load-codec.js';

test('docs/protocols is what the bundled schemas give (accept changes with `proto-frame doc schemas`)', async () => {
  const { code, err } = await protoFrame(ROOT, ['doc', 'schemas', '--out', 'docs/protocols', '--check']);
  expect([code, err]).toEqual([0, '']);
  expect(await readdir(`${ROOT}docs/protocols`)).toEqual(
    expect.arrayContaining(['bolt.md', 'bolt2.md', 'x-example.md', 'bolt.frame-bolt.svg']),
  );
});

describe.each(readdirSync(`${ROOT}test/golden/codegen`).sort())('golden schema %s', (name) => {
  const protocol = compileSchema('input.proto-frame', goldenSchema(name));
  const [page, ...figures] = protocolPage(protocol);
  const rows = page!.text.split('\n').filter((line) => line.startsWith('| '));
  const drawn = [...page!.text.matchAll(/```text\n([^]*?)```/g)].map(([, figure]) => figure).join('\n');

  test('every field has a row in a table, and stands in a diagram or its legend', () => {
    const names = blocksOf(protocol).flatMap(fieldNames);
    expect(names.length).toBeGreaterThan(5);
    for (const one of names) {
      expect(
        rows.some((row) => row.includes(`| \`${one}\` |`)),
        `row of ${one}`,
      ).toBe(true);
      expect(drawn, `diagram of ${one}`).toMatch(new RegExp(`[ |/=]${one}\\b`));
    }
  });

  test('every enum, struct, role and synth is there', () => {
    for (const one of protocol.enums) expect(page!.text).toContain(`\n## Enum ${one.name}\n`);
    for (const one of protocol.structs) expect(page!.text).toContain(`\n## Struct ${one.name}\n`);
    for (const one of protocol.synths) expect(page!.text).toContain(`\n### ${one.name}\n`);
    for (const [role, from] of Object.entries(protocol.roles))
      if (from !== null)
        expect(
          rows.some((row) => row.startsWith(`| ${role} |`)),
          role,
        ).toBe(true);
  });

  test('every link leads somewhere, every drawing is linked', () => {
    const headings = new Set(
      [...page!.text.matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
        title!
          .toLowerCase()
          .replace(/[^\w\s-]/g, '')
          .replace(/\s/g, '-'),
      ),
    );
    const links = [...page!.text.matchAll(/\]\(([^)]*)\)/g)].map(([, to]) => to!);
    for (const to of links)
      if (to.startsWith('#')) expect(headings).toContain(to.slice(1));
      else expect(figures.map((one) => one.name)).toContain(to);
    for (const one of figures) expect(links).toContain(one.name);
    expect(new Set(figures.map((one) => one.name)).size).toBe(figures.length);
  });

  test('diagrams are well formed: rows of 65 characters, drawings of balanced elements', () => {
    for (const [, figure] of page!.text.matchAll(/```text\n([^]*?)\n```/g))
      for (const line of figure!.split('\n').slice(2)) {
        if (line === '') break;
        expect(line).toMatch(/^(?:\|.*\||\/.{63}\/|\+[-+ ]*\+)$/);
        expect(line.length).toBeLessThanOrEqual(65);
      }
    for (const { text } of figures) {
      expect(text).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" viewBox="0 0 \d+ \d+"/);
      expect(text.match(/<rect|<text|<title/g)!.length).toBe(
        text.match(/<\/rect>|<\/text>|<\/title>/g)!.length,
      );
      expect(text).not.toMatch(/&(?!amp;|lt;|gt;|quot;)/);
    }
  });
});

function blocksOf(protocol: Protocol): Block[] {
  return [protocol.frame.body, ...protocol.structs.map((one) => one.body)];
}

function fieldNames(block: Block): string[] {
  return [...walk(block)].flatMap((member) =>
    member.member === 'field'
      ? [member.name]
      : member.member === 'bits'
        ? member.fields.map((f) => f.name)
        : [],
  );
}

test('a diagram: a field over the edge, bits with a legend, open boxes, a box of two rows', () => {
  const text = schema('a', 1).replace(
    'length : u16;',
    'bits u8 { two_way : 1; level : 7; } stamp : u64 default 0; length : u16;',
  );
  expect(`\n${asciiFigure(cellsOf(compileSchema('a.proto-frame', text).frame.body))}\n`).toBe(`
 0                   1                   2                   3
 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
|   magic = 1   |     type      |    status     |      ...      |
+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
|                      id                       |t|    level    |
+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
|                             stamp                             |
+                                                               +
|                                                               |
+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
|            length             |
+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/                      body (length bytes)                      /
/                                                               /
+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

t = two_way
`);
});

test('a little-endian group of bits is drawn in the order of its bytes', () => {
  const text = schema('a', 1).replace(
    'length : u16;',
    'bits u16le { high : 4; middle : 8; low : 4; } length : u16;',
  );
  expect(asciiFigure(cellsOf(compileSchema('a.proto-frame', text).frame.body))).toMatch(
    /id {23}\|middle \|  low  \|\n.*\n\| high  \|middle \|/,
  );
});

test('comments reach the page as Markdown, never as HTML, and stay in their table cell', () => {
  const text = schema('a', 1).replace(
    'id     : u32;',
    '/// Ties <b>both</b> | sides.\n/// Second line.\n id : u32;',
  );
  const [page] = protocolPage(compileSchema('a.proto-frame', text));
  expect(page!.text).toContain(
    '| 3 | 4 | `id` | `u32` | Ties &lt;b>both&lt;/b> \\| sides. Second line; the request id |',
  );
});

test('--check names what is missing, not current and left over, and writes nothing', async () => {
  const cwd = await folderWith({ 'a.proto-frame': schema('a', 1) });
  const check = ['doc', 'a.proto-frame', '--check'];
  expect(await protoFrame(cwd, check)).toMatchObject({ code: 1, out: '' });
  expect(await readdir(cwd)).toEqual(['a.proto-frame']);

  expect(await protoFrame(cwd, ['doc', 'a.proto-frame'])).toEqual({
    code: 0,
    out: '1 schema documented in docs/protocols/ (2 written)\n',
    err: '',
  });
  expect((await protoFrame(cwd, check)).code).toBe(0);
  await writeFile(join(cwd, 'docs/protocols/a.gone.svg'), '<svg/>');
  await writeFile(join(cwd, 'docs/protocols/other.gone.svg'), '<svg/>');
  await writeFile(join(cwd, 'docs/protocols/a.md'), 'by hand');
  const { code, err } = await protoFrame(cwd, check);
  expect(code).toBe(1);
  expect(err).toContain('docs/protocols/a.md is not current\ndocs/protocols/a.gone.svg is left over\n');
  expect((await protoFrame(cwd, ['doc', 'a.proto-frame'])).out).toContain('(1 written, 1 removed)');
  expect(await readdir(join(cwd, 'docs/protocols'))).toEqual(['a.frame-frame.svg', 'a.md', 'other.gone.svg']);
});

test('a schema with errors is not documented', async () => {
  const cwd = await folderWith({ 'a.proto-frame': schema('a', 1).replace('u32;', 'u33;') });
  expect(await protoFrame(cwd, ['doc', 'a.proto-frame'])).toMatchObject({ code: 1, out: '' });
  expect(await readdir(cwd)).toEqual(['a.proto-frame']);
});

test('the pages are the same wherever the schemas lie', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'proto-frame-doc-'));
  try {
    await protoFrame('/', ['doc', `${ROOT}schemas`, '--out', folder]);
    for (const name of await readdir(folder))
      expect(await readFile(join(folder, name), 'utf8')).toBe(
        await readFile(`${ROOT}docs/protocols/${name}`, 'utf8'),
      );
  } finally {
    await rm(folder, { recursive: true });
  }
});
