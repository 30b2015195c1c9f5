import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { sorted } from '../../../compiler/cli/show-report.js';
import { codes } from '../../../compiler/diagnostics/codes.js';
import { renderText } from '../../../compiler/diagnostics/render-text.js';
import { checkTexts } from './check-texts.js';

const root = fileURLToPath(new URL('../../golden/diagnostics/', import.meta.url));
const cases = readdirSync(root).sort();

/** The TypeScript that cases with records name; what it does is for other tests. */
const beside = new Map([
  [
    './jce.ts',
    {
      path: 'jce.ts',
      text: 'export const struct: ExternRecord = jce;',
      fileName: 'extern/jce.ts',
      files: [],
    },
  ],
]);

/** What the compiler says about the schemas of one case. Files named used-… are only reached through `use`. */
function said(name: string): string {
  const files = readdirSync(`${root}${name}`).filter((f) => f.endsWith('.proto-frame'));
  const texts = Object.fromEntries(files.map((f) => [f, readFileSync(`${root}${name}/${f}`, 'utf8')]));
  const { report } = checkTexts(
    texts,
    files.filter((f) => !f.startsWith('used')),
    new Map(files.map((f) => [f, beside])),
  );
  return sorted(report)
    .map((one) => renderText(one))
    .join('\n');
}

describe('each case says what was accepted (UPDATE_GOLDEN=1 accepts anew; read what it wrote)', () => {
  test.each(cases)('%s', (name) => {
    const path = `${root}${name}/diagnostics.txt`;
    const text = said(name);
    if (process.env['UPDATE_GOLDEN'] === '1') {
      mkdirSync(`${root}${name}`, { recursive: true });
      writeFileSync(path, text);
    }
    expect(existsSync(path), `${path} is missing; run with UPDATE_GOLDEN=1 and read it`).toBe(true);
    expect(text).toBe(readFileSync(path, 'utf8'));
  });
});

test('a case is about the code it is named after', () => {
  for (const name of cases) {
    const code = /^pf\d{3}/.exec(name)?.[0].toUpperCase();
    if (code === undefined) continue;
    expect(readFileSync(`${root}${name}/diagnostics.txt`, 'utf8'), name).toContain(` ${code}:`);
    expect(Object.hasOwn(codes, code), `${code} is explained`).toBe(true);
  }
});

test('every code that can occur has a case', () => {
  // Phases are refused as PF199 so far; PF190 is for comparing two versions.
  const later = ['PF160', 'PF190'];
  const proved = new Set(cases.map((name) => name.slice(0, 5).toUpperCase()));
  expect(Object.keys(codes).filter((code) => !proved.has(code))).toEqual(later);
});

test('five unrelated mistakes are five errors', () => {
  for (const name of ['several-five-mistakes', 'several-five-mistakes-with-syntax'])
    expect(said(name).match(/: error PF\d{3}:/g), name).toHaveLength(5);
});
