import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { Report } from '../../../compiler/diagnostics/diagnostic.js';
import { renderText } from '../../../compiler/diagnostics/render-text.js';
import { SourceFile } from '../../../compiler/source/source-file.js';
import { MAX_OPERATORS } from '../../../compiler/syntax/build-expression.js';
import { MAX_BRANCHES } from '../../../compiler/syntax/build-layout.js';
import { MAX_NESTING, parse } from '../../../compiler/syntax/parse.js';
import { cpuMilliseconds } from '../../support/cpu-time.js';

const golden = fileURLToPath(new URL('../../golden/syntax-errors/', import.meta.url));
const cases = readdirSync(golden).filter((name) => name.endsWith('.proto-frame'));

function diagnose(text: string, name = 'test.proto-frame'): Report {
  const report = new Report();
  parse(new SourceFile(name, text), report);
  return report;
}

/** Accept what is printed now: UPDATE_GOLDEN=1 npx vitest run test/compiler/syntax/mistakes.test.ts */
test.each(cases)('%s', (name) => {
  const { diagnostics } = diagnose(readFileSync(golden + name, 'utf8'), name);
  const shown = diagnostics.map((one) => renderText(one)).join('\n');
  const expected = golden + name.replace(/\.proto-frame$/, '.txt');
  if (process.env['UPDATE_GOLDEN'] === '1' || !existsSync(expected)) writeFileSync(expected, shown);
  expect(shown).toBe(readFileSync(expected, 'utf8'));
  expect(diagnostics.length).toBeGreaterThan(0);
});

describe('what is nested or chained without measure is one located error', () => {
  const many = 20_000;
  const inField = (extent: string) => `struct S { a : bytes size ${extent}; }`;
  test.each([
    ['parentheses', inField(`${'('.repeat(many)}1${')'.repeat(many)}`)],
    ['unclosed parentheses', inField('('.repeat(many))],
    ['blocks', `struct S ${'{ if (a) '.repeat(many)}`],
    ['index brackets', inField(`${'a['.repeat(many)}1${']'.repeat(many)}`)],
    ['lists of lists', `struct S { a : ${'list of '.repeat(many)} u8; }`],
    ['signs', inField(`${'-'.repeat(many)}1`)],
    ['not', inField(`${'not '.repeat(many)}a`)],
    ['sums', inField(`1${' + 1'.repeat(many)}`)],
    ['members', inField(`a${'.a'.repeat(many)}`)],
    ['calls', inField(`a${'()'.repeat(many)}`)],
    ['else if', `struct S { if (a) {} ${'else if (a) {} '.repeat(many)} }`],
    ['nested sums', inField(`${`(${'1 + '.repeat(60)}`.repeat(50)}1${')'.repeat(50)}`)],
  ])('%s', (_, text) => {
    const errors = diagnose(text).diagnostics;
    expect(errors.map((error) => error.code)).toEqual(['PF003']);
    expect(errors[0]!.span.end).toBeLessThanOrEqual(text.length);
  });

  test('up to the limits all is well', () => {
    for (const text of [
      inField(`${'('.repeat(MAX_NESTING - 1)}1${')'.repeat(MAX_NESTING - 1)}`),
      inField(`1${' + 1'.repeat(MAX_OPERATORS / 2 - 1)}`),
      `struct S { if (a) {} ${'else if (a) {} '.repeat(MAX_BRANCHES - 1)} }`,
    ])
      expect(diagnose(text).diagnostics).toEqual([]);
  });
});

test('a file of nothing but garbage is answered quickly and briefly', () => {
  const started = cpuMilliseconds();
  const report = diagnose('} a : ( frame { ; ] enum 12x "'.repeat(5_000));
  expect(report.hasErrors).toBe(true);
  expect(cpuMilliseconds() - started).toBeLessThan(5_000);
});
