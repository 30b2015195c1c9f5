import { expect, test } from 'vitest';
import { compileStringMatch } from '../../../runtime/config/string-matcher.js';
import { cpuMilliseconds } from '../../support/cpu-time.js';

/** Patterns that bring backtracking engines to their knees. */
const EVIL = ['(a+)+$', '(a|aa)+$', '(a*)*b', '(.*a){12}', '(a|a?)+$', '([a-zA-Z]+)*$', '(x+x+)+y'];

test.each(EVIL)('%s on 5 KiB takes no time', (value) => {
  const matches = compileStringMatch({ kind: 'regex', value });
  const text = `${'a'.repeat(5 * 1024)}!`;
  matches(text);
  const before = cpuMilliseconds();
  expect(matches(text)).toBe(false);
  expect(cpuMilliseconds() - before).toBeLessThan(100);
});

test.each([
  ['(?=a)b', 'not an RE2 pattern'],
  ['(a', 'not an RE2 pattern'],
  ['a'.repeat(1_025), 'the pattern has 1025 characters'],
  ['([a-z]{50}){10}', 'instructions, at most 500'],
])('%s is refused', (value, message) => {
  expect(() => compileStringMatch({ kind: 'regex', value })).toThrow(message);
});
