import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { Report } from '../../../compiler/diagnostics/diagnostic.js';
import { SourceFile } from '../../../compiler/source/source-file.js';
import { parse } from '../../../compiler/syntax/parse.js';

const samples = fileURLToPath(new URL('../samples/', import.meta.url));

function read(text: string) {
  const report = new Report();
  const file = parse(new SourceFile('test.proto-frame', text), report);
  const errors = report.diagnostics.map((d) => {
    const { line, column } = d.span.file.position(d.span.start);
    return `${line}:${column} ${d.code} ${d.message}${d.hint === null ? '' : ` (${d.hint})`}`;
  });
  return { file, errors };
}

describe('the drafts', () => {
  test.each(readdirSync(samples))('%s parses without an error', (name) => {
    const { file, errors } = read(readFileSync(samples + name, 'utf8'));
    expect(errors).toEqual([]);
    expect(file?.items.some((item) => item.kind === 'protocol')).toBe(true);
  });
});

test('five distinct mistakes on two lines are five located errors', () => {
  const text = `protocol p { frame F { a : u8 b : u16; c : list of X count ; if (a == 1 { d : u8; } } const X 5;
  semantics { id = ; } }`;
  expect(read(text).errors).toEqual([
    '1:30 PF001 expected `;`, found `b` (add `;`)',
    '1:60 PF001 expected an expression, found `;`',
    '1:73 PF001 expected `)`, found `{` (close the parenthesis with `)`)',
    '1:95 PF001 expected `=`, found `5`',
    '2:20 PF001 expected an expression, found `;`',
  ]);
});
