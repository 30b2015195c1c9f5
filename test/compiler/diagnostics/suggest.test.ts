import { expect, test } from 'vitest';
import { codeInfo, codes } from '../../../compiler/diagnostics/codes.js';
import { suggest } from '../../../compiler/diagnostics/suggest.js';

const names = ['request_id', 'serializer', 'header_len', 'u16', 'u32', 'type', 'cmd'];

test.each([
  ['request_di', 'request_id'],
  ['requestId', 'request_id'],
  ['serialiser', 'serializer'],
  ['headr_len', 'header_len'],
  ['tpye', 'type'],
  ['cmdd', 'cmd'],
  ['u15', 'u16'],
  ['content', null],
  ['x', null],
  ['', null],
])('%s: did you mean %s?', (word, expected) => {
  expect(suggest(word, names)).toBe(expected);
});

test('a word is not suggested for itself', () => {
  expect(suggest('type', ['type'])).toBeNull();
});

test('every code has a title and a reason', () => {
  for (const [code, info] of Object.entries(codes)) {
    expect(code).toMatch(/^PF\d{3}$/);
    expect(info.title).toMatch(/^[^A-Z].*[^.]$/);
    expect(info.explanation).toMatch(/\.$/);
  }
  expect(codeInfo('PF101')?.title).toBe('length not derivable');
  expect(codeInfo('toString')).toBeNull();
});
