import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { readExterns } from '../../../compiler/cli/read-externs.js';
import { parse, Report, SourceFile } from '../../../compiler/index.js';
import { renderText } from '../../../compiler/diagnostics/render-text.js';
import { codes } from '../../../compiler/diagnostics/codes.js';
import { bundledSchemas } from './bundled-schemas.js';
import { checkTexts } from './check-texts.js';
import { ROOT } from '../../support/root.js';

// docs/language.md: every example is taken by the compiler, and nothing is said of it.

const TEXT = readFileSync(`${ROOT}docs/language.md`, 'utf8');

/** A whole schema around a part of one: members of a frame, items of a protocol, or roles. */
function whole(part: string, text: string): string {
  if (part === '' || part === 'protocol') return text;
  const own = (name: string): string => (part === name ? text : '');
  const limits = text.startsWith('limits') ? '' : 'limits { frame = 1MiB; line = 1KiB; depth = 8; }';
  return `protocol example {
    ${limits}
    enum Kind : u8 { ask = 1, answer = 2 }
    ${own('items')}
    frame Frame { magic : u8 = 0x45; kind : Kind; id : u32; ${own('frame')} }
    semantics {
      kind = match (kind) { ask => request, answer => response };
      id = id;
      ${own('roles')}
    }
    synth hijack none;
  }`;
}

const examples = [...TEXT.matchAll(/^```proto-frame ?(\w*)\n([^]*?)^```$/gm)].map(([block, part, text]) => ({
  line: TEXT.slice(0, TEXT.indexOf(block)).split('\n').length,
  schema: whole(part!, text!),
}));

const PATH = 'example.proto-frame';
const bundled = bundledSchemas().then(({ texts, beside }) => ({
  texts: Object.fromEntries(Object.entries(texts).filter(([path]) => path.startsWith('std/'))),
  beside,
}));

it('has examples of all sorts', () => expect(examples.length).toBeGreaterThan(15));

it.each(examples)('the example in line $line', async ({ schema }) => {
  const { texts, beside } = await bundled;
  // As if it lay in schemas/, whose std/ it may use.
  const file = parse(new SourceFile(PATH, schema), new Report())!;
  await readExterns(file, `${ROOT}schemas/`, `${ROOT}schemas/`, new Report());
  const { report } = checkTexts(
    { ...texts, [PATH]: schema },
    [PATH],
    new Map([...beside, [PATH, file.source.beside]]),
  );
  // Parts declare what only other parts would use.
  const said = report.diagnostics.filter(({ code }) => code !== 'PF180');
  expect(said.map((one) => renderText(one))).toEqual([]);
});

it('names no code that there is none of', () => {
  for (const [code] of TEXT.matchAll(/PF\d{3}/g)) expect(Object.keys(codes)).toContain(code);
});
