import type { SchemaFile } from './ast.js';
import { render } from './print/doc.js';
import { entries, rows } from './print/print-block.js';
import { declaration } from './print/print-declaration.js';
import { Trivia } from './print/trivia.js';

/**
 * The canonical text of a schema: the formatter. Comments and single blank lines are kept; blocks that stood on
 * one line stay there if they fit 110 columns. Printing the result again changes nothing, and it reads back to
 * the same tree.
 *
 * @param file parsed without a syntax error, else what recovery left out would be lost
 */
export function print(file: SchemaFile): string {
  const trivia = new Trivia(file.source);
  const list = entries(trivia, file.items, Infinity, (item) => declaration(trivia, item, 0));
  return list.length === 0 ? '' : `${render(rows(list, 0))}\n`;
}
