import { expect, test } from 'vitest';
import { Lexer } from '../../../compiler/syntax/chevrotain.js';
import { SchemaParser } from '../../../compiler/syntax/parser.js';
import { lexerTokens } from '../../../compiler/syntax/tokens.js';

// At run time both checks are skipped for the sake of the start-up time.

test('the token table is sound', () => {
  const lexer = new Lexer(lexerTokens, {
    positionTracking: 'onlyOffset',
    deferDefinitionErrorsHandling: true,
  });
  expect(lexer.lexerDefinitionErrors.map((error) => error.message)).toEqual([]);
});

test('two tokens of look-ahead decide everywhere: the grammar has no ambiguity', () => {
  expect(() => new SchemaParser(true)).not.toThrow();
});
