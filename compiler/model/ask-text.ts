import {
  lowerCase,
  textAfter,
  textAfterLast,
  textBefore,
  textBeforeLast,
  textWord,
  upperCase,
} from '@proto-frame/api';
import type { Expression } from './expression.js';

const PARTS = {
  before: textBefore,
  after: textAfter,
  before_last: textBeforeLast,
  after_last: textAfterLast,
} as const;

/** What asks something of a text. */
export type TextQuestion = Expression & {
  readonly op: 'part' | 'textTest' | 'word' | 'cased' | 'oneOf';
};

/** What a question gives of a text; undefined where the text has no such part. */
export function askText(e: TextQuestion, text: string): string | boolean | bigint | undefined {
  switch (e.op) {
    case 'part':
      return PARTS[e.part](text, e.separator);
    case 'textTest':
      if (e.test === 'contains') return text.includes(e.text);
      return e.test === 'starts_with' ? text.startsWith(e.text) : text.endsWith(e.text);
    case 'word':
      return textWord(text, e.index);
    case 'cased':
      return (e.to === 'lower' ? lowerCase : upperCase)(text);
    case 'oneOf':
      return BigInt(e.texts.indexOf(text));
  }
}

/** What a question gives where there is no text. */
export function askNone(e: TextQuestion): false | -1n | undefined {
  return e.op === 'textTest' ? false : e.op === 'oneOf' ? -1n : undefined;
}
