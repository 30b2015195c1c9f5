import type { Expression } from '../../../compiler/model/expression.js';
import { membersRead, parts } from '../../../compiler/model/expressions-of.js';
import type { BitFieldModel, Block, Field } from '../../../compiler/model/model.js';
import { walk } from '../../../compiler/model/walk.js';

type AnyField = Field | BitFieldModel;

/** Values of texts and bytes that something in a block asks for, by the field: random ones would never be them. */
export function wordsAsked(block: Block): ReadonlyMap<AnyField, readonly string[]> {
  const words = new Map<AnyField, string[]>();
  const add = (of: Expression, text: string): void => {
    switch (of.op) {
      case 'field':
        for (const field of of.fields) words.set(field, [...(words.get(field) ?? []), text]);
        return;
      case 'cased':
        for (const same of [text.toLowerCase(), text.toUpperCase(), text]) add(of.of, same);
        return;
      case 'word':
        add(of.of, `${'w '.repeat(of.index)}${text}`);
        return;
    }
  };
  for (const member of walk(block))
    for (const e of membersRead(member).flatMap((one) => [...parts(one)])) {
      if (e.op === 'oneOf') for (const text of e.texts) add(e.of, text);
      if (e.op === 'textTest') add(e.of, e.test === 'ends_with' ? `some${e.text}` : `${e.text}some`);
      if (e.op !== 'binary') continue;
      if (e.right.op === 'text') add(e.left, e.right.value);
      if (e.left.op === 'text') add(e.right, e.left.value);
    }
  return words;
}
