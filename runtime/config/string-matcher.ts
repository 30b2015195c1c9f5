import { RE2JS } from 're2js';
import type { StringMatch } from './snapshot.js';

/** The longest pattern, in characters, and the largest program it may compile to, in RE2 instructions. */
const LONGEST_PATTERN = 1_024;
const LARGEST_PROGRAM = 500;

/** Decides about one string. */
export type StringPredicate = (text: string) => boolean;

/**
 * Makes a predicate of a match. Patterns run on re2js: linear in the text whatever the pattern is.
 *
 * @throws Error with a message for the person who wrote the pattern
 */
export function compileStringMatch(match: StringMatch): StringPredicate {
  const { kind, value } = match;
  switch (kind) {
    case 'exact':
      return (text) => text === value;
    case 'prefix':
      return (text) => text.startsWith(value);
    case 'suffix':
      return (text) => text.endsWith(value);
    case 'contains':
      return (text) => text.includes(value);
    case 'regex': {
      if (value.length > LONGEST_PATTERN) {
        throw new Error(`the pattern has ${value.length} characters, at most ${LONGEST_PATTERN} are allowed`);
      }
      const pattern = compilePattern(value);
      if (pattern.programSize() > LARGEST_PROGRAM) {
        throw new Error(
          `the pattern compiles to ${pattern.programSize()} instructions, at most ${LARGEST_PROGRAM} are allowed`,
        );
      }
      return (text) => pattern.testExact(text);
    }
  }
}

function compilePattern(value: string): RE2JS {
  try {
    return RE2JS.compile(value);
  } catch (error) {
    throw new Error(`not an RE2 pattern: ${error instanceof Error ? error.message : String(error)}`);
  }
}
