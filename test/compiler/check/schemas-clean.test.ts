import { expect, test } from 'vitest';
import { renderText } from '../../../compiler/diagnostics/render-text.js';
import { bundledSchemas } from './bundled-schemas.js';
import { checkTexts } from './check-texts.js';

test('the schemas of the repository have nothing to be said about, together in one run', async () => {
  const { texts, beside } = await bundledSchemas();
  const { report, protocols } = checkTexts(texts, undefined, beside);
  expect(report.diagnostics.map((one) => renderText(one))).toEqual([]);
  const declared = Object.values(texts).flatMap((text) => [...text.matchAll(/^protocol (\w+)/gm)]);
  expect(protocols.map((p) => p.name)).toEqual(declared.map((match) => match[1]));
  expect(protocols.length).toBeGreaterThanOrEqual(5);
});
