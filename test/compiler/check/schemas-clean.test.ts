import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { renderText } from '../../../compiler/diagnostics/render-text.js';
import { checkTexts } from './check-texts.js';

const schemas = fileURLToPath(new URL('../../../schemas/', import.meta.url));

test('the schemas of the repository have nothing to be said about, together in one run', () => {
  const files = readdirSync(schemas).filter((f) => f.endsWith('.proto-frame'));
  const texts = Object.fromEntries(files.map((f) => [f, readFileSync(schemas + f, 'utf8')]));
  const { report, protocols } = checkTexts(texts);
  expect(report.diagnostics.map((one) => renderText(one))).toEqual([]);
  expect(protocols.map((p) => p.name)).toEqual(['bolt', 'bolt2', 'x_example']);
});
