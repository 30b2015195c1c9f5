import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { Report } from '../../../compiler/diagnostics/diagnostic.js';
import { SourceFile } from '../../../compiler/source/source-file.js';
import type { SchemaFile } from '../../../compiler/syntax/ast.js';
import { parse } from '../../../compiler/syntax/parse.js';
import { print } from '../../../compiler/syntax/print.js';

const samples = fileURLToPath(new URL('../samples/', import.meta.url));
const kitchenSink = readFileSync(
  fileURLToPath(new URL('../../golden/kitchen-sink/input.proto-frame', import.meta.url)),
  'utf8',
);
const texts: [string, string][] = [
  ['kitchen-sink', kitchenSink],
  ...readdirSync(samples).map((name): [string, string] => [name, readFileSync(samples + name, 'utf8')]),
];

function read(text: string): SchemaFile {
  const report = new Report();
  const file = parse(new SourceFile('test.proto-frame', text), report);
  expect(report.diagnostics.map((d) => d.message)).toEqual([]);
  return file!;
}

/** The tree without its places. */
function meaning(file: SchemaFile): unknown {
  return JSON.parse(
    JSON.stringify(file, (key, value: unknown) => {
      if (key === 'span' || key === 'source') return undefined;
      return typeof value === 'bigint' ? String(value) : value;
    }),
  );
}

const comments = (text: string): string[] =>
  [...text.replace(/"(?:[^"\\]|\\.)*"/g, '').matchAll(/\/\/[^\n]*/g)]
    .map(([found]) => found.trimEnd())
    .sort();

test('the kitchen sink is in canonical form: it prints back to itself', () => {
  expect(print(read(kitchenSink))).toBe(kitchenSink);
});

describe.each(texts)('%s', (_, text) => {
  // The same text as other people would have laid it out; comments end their lines.
  const code = (change: (line: string) => string) =>
    text
      .split('\n')
      .map((line) => (line.includes('//') || line.includes('"') ? line : change(line)))
      .join('\n');
  const layouts: [string, string][] = [
    ['as written', text],
    ['without indentation', text.replace(/^ +/gm, '')],
    ['with tabs and CRLF', text.replace(/^ +/gm, '\t').replaceAll('\n', '\r\n')],
    ['every token apart', code((line) => line.replace(/(?<![<=>.!?])([{}()[\];,:|])(?![<=>.])/g, '  $1  '))],
    ['braces and semicolons break the line', code((line) => line.replace(/([{;])/g, '$1\n\n\n'))],
    ['a line break before every word', code((line) => line.replace(/ (?=\w)/g, '\n'))],
    ['comments everywhere', code((line) => line.replace(/ (?=\w)/g, ' // note\n'))],
  ];

  test.each(layouts)('%s: prints to the same meaning, and printing again changes nothing', (_, layout) => {
    const before = read(layout);
    const once = print(before);
    const after = read(once);
    expect(meaning(after)).toEqual(meaning(before));
    expect(print(after)).toBe(once);
    expect(comments(once)).toEqual(comments(layout));
    expect(once).not.toMatch(/[ \t]\n|\n\n\n|\n\n$/);
  });
});

test.each([
  ['', ''],
  ['\n\n', ''],
  ['// only a comment', '// only a comment\n'],
  ['/// a\n\n\n\n/// b\n', '/// a\n\n/// b\n'],
  ['const A=1;const B=(1+2)*3;', 'const A = 1;\nconst B = (1 + 2) * 3;\n'],
  ['const A = ((1)) + (2 * 3);', 'const A = 1 + 2 * 3;\n'],
  ['const A = not a == b;', 'const A = not (a == b);\n'],
  ['const A = (not a) == b;', 'const A = (not a) == b;\n'],
  ['const A = a == (not b);', 'const A = a == (not b);\n'],
  ['const A = a - (b - c) - d;', 'const A = a - (b - c) - d;\n'],
  ['const A = (-a).b + -(a.b) + -(a + b);', 'const A = (-a).b + -a.b + -(a + b);\n'],
  ['const A = - - ~ a;', 'const A = --~a;\n'],
  ['struct S { /// doc of a\na:u8; }', 'struct S {\n  /// doc of a\n  a : u8;\n}\n'],
  ['struct S { a:u8; /// doc of b\nb:u8; }', 'struct S {\n  a : u8;\n  /// doc of b\n  b : u8;\n}\n'],
  ['struct S // odd\n{ a /// odd too\n : u8; }', '// odd\nstruct S {\n  // odd too\n  a : u8;\n}\n'],
  ['struct S {\n\n  a:u8;\n\n}', 'struct S {\n  a : u8;\n}\n'],
  ['struct S { // c\n}', 'struct S {  // c\n}\n'],
])('%j is printed as %j', (text, expected) => {
  expect(print(read(text))).toBe(expected);
});
