import fc from 'fast-check';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { Report } from '../../../compiler/diagnostics/diagnostic.js';
import { renderText } from '../../../compiler/diagnostics/render-text.js';
import { SourceFile } from '../../../compiler/source/source-file.js';
import { parse } from '../../../compiler/syntax/parse.js';
import { print } from '../../../compiler/syntax/print.js';

const folders = ['../samples/', '../../golden/kitchen-sink/', '../../golden/syntax-errors/'];
const seeds = folders.flatMap((folder) => {
  const at = fileURLToPath(new URL(folder, import.meta.url));
  return readdirSync(at)
    .filter((name) => name.endsWith('.proto-frame'))
    .map((name) => readFileSync(at + name, 'utf8'));
});
/** Words and symbols of the language, to be put where they do not belong. */
const pieces = [
  ...new Set(seeds.join('\n').match(/[A-Za-z_]\w*|"[^"\n]*"|\d\w*|[<=>.?!]+|[^\s\w]/g) ?? []),
  '"',
  '\\',
  '/*',
  '//',
  '///',
  '\n',
  '\r',
  '\0',
  '\ud800',
  '\u{1F600}',
];

type Edit = { at: number; remove: number; insert: string };

function mutate(seed: string, edits: readonly Edit[]): string {
  let text = seed;
  for (const { at, remove, insert } of edits) {
    const offset = Math.floor(at * text.length);
    text = text.slice(0, offset) + insert + text.slice(offset + remove);
  }
  return text;
}

const edit = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  remove: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 400 })),
  insert: fc.oneof(
    fc.constantFrom(...pieces),
    fc.array(fc.constantFrom(...pieces), { maxLength: 6 }).map((list) => list.join(' ')),
    fc.string({ maxLength: 8, unit: 'binary' }),
  ),
});
const schema = fc
  .tuple(fc.constantFrom(...seeds), fc.array(edit, { minLength: 1, maxLength: 6 }))
  .map(([seed, edits]) => mutate(seed, edits));

/** Every object in the tree that has a place, and every missing part that should not be. */
function inspect(value: unknown, path: string, visit: (node: object, path: string) => void): void {
  if (value === undefined) throw new Error(`${path} is undefined`);
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) value.forEach((item, i) => inspect(item, `${path}[${i}]`, visit));
  else {
    visit(value, path);
    for (const [key, part] of Object.entries(value))
      if (key !== 'span' && key !== 'source') inspect(part, `${path}.${key}`, visit);
  }
}

test('mutated schemas never make the parser throw; every node is whole and in its place', () => {
  fc.assert(
    fc.property(schema, (text) => {
      const report = new Report();
      const source = new SourceFile('fuzz.proto-frame', text);
      const file = parse(source, report);
      const places = report.diagnostics.map(({ span }) => `${span.start}:${span.end}`);
      expect(new Set(places).size).toBe(places.length);
      for (const one of report.diagnostics) {
        expect(one.span.start).toBeGreaterThanOrEqual(0);
        expect(one.span.end).toBeLessThanOrEqual(text.length);
        expect(renderText(one)).toMatch(/^fuzz\.proto-frame:\d+:\d+: error PF00[1-4]: /);
      }
      if (file === null) expect(report.hasErrors).toBe(true);
      else
        inspect(file, 'file', (node, path) => {
          if (!('span' in node)) return;
          const { start, end } = node.span as { start: number; end: number };
          if (!(start >= 0 && start <= end && end <= text.length))
            throw new Error(`${path} stands at ${start}..${end}`);
        });
    }),
    { numRuns: 800 },
  );
});

test('mutated schemas without errors print to a text that prints to itself', () => {
  let sound = 0;
  fc.assert(
    fc.property(fc.tuple(fc.constantFrom(...seeds), fc.array(edit, { maxLength: 1 })), ([seed, edits]) => {
      const report = new Report();
      const file = parse(new SourceFile('fuzz.proto-frame', mutate(seed, edits)), report);
      if (file === null || report.hasErrors) return;
      sound++;
      const once = print(file);
      const again = new Report();
      const reread = parse(new SourceFile('fuzz.proto-frame', once), again);
      expect(again.diagnostics.map((d) => d.message)).toEqual([]);
      expect(print(reread!)).toBe(once);
    }),
    { numRuns: 500 },
  );
  expect(sound).toBeGreaterThan(30);
});
