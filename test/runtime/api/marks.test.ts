import { Marks } from '@proto-frame/api';
import { beforeEach, expect, test } from 'vitest';

const one = new Uint8Array(100);
const other = new Uint8Array(100);
let marks: Marks;

beforeEach(() => {
  marks = new Marks(2);
});

test('a place is kept for its frame', () => {
  expect(marks.of(one, 5, 1)).toBe(0);
  expect(marks.keep(1, 42)).toBe(42);
  expect(marks.of(one, 5, 1)).toBe(42);
  expect(marks.of(one, 5, 0)).toBe(0);
});

test.each([
  ['at another place of the same bytes', one, 6],
  ['at the same place of other bytes', other, 5],
])('a frame %s knows nothing of it, nor does the first one afterwards', (_, bytes, at) => {
  marks.of(one, 5, 1);
  marks.keep(1, 42);
  expect(marks.of(bytes, at, 1)).toBe(0);
  expect(marks.of(one, 5, 1)).toBe(0);
});

test('check forgets what was found before', () => {
  marks.of(one, 5, 1);
  marks.keep(1, 42);
  marks.begin(one, 5);
  expect(marks.of(one, 5, 1)).toBe(0);
});

test('check keeps what the scan right before it has found, and no second check does', () => {
  marks.start(one, 5);
  marks.end(0, 77);
  marks.begin(one, 5);
  expect(marks.of(one, 5, 0)).toBe(77);
  marks.begin(one, 5);
  expect(marks.of(one, 5, 0)).toBe(0);
});

test('a scan counts for no other frame', () => {
  marks.start(one, 5);
  marks.end(0, 77);
  marks.begin(other, 5);
  expect(marks.of(other, 5, 0)).toBe(0);
  marks.start(one, 5);
  marks.end(0, 77);
  marks.of(other, 5, 0);
  marks.begin(one, 5);
  expect(marks.of(one, 5, 0)).toBe(0);
});
