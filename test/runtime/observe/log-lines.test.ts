import fc from 'fast-check';
import { expect, test } from 'vitest';
import { escapeField } from '../../../runtime/observe/escape-text.js';
import { LogLines } from '../../../runtime/observe/log-lines.js';

const written = (write: (lines: LogLines) => void): string => {
  const lines = new LogLines();
  write(lines);
  return lines.whole().toString();
};

test('numbers are as String has them', () => {
  const number = fc.oneof(
    fc.integer(),
    fc.nat(),
    fc.double(),
    fc.constantFrom(0, -0, 9, 10, 99, 100, 2 ** 31, NaN),
  );
  fc.assert(fc.property(number, (n) => written((lines) => lines.number(n)) === String(n)));
});

test('milliseconds have three digits behind the point at most', () => {
  const ms = fc.oneof(
    fc.double({ min: 0, max: 1e9, noNaN: true }),
    fc.constantFrom(0, 0.0004, 0.0005, 1, 1.5, 0.01, 9.9999),
  );
  fc.assert(
    fc.property(ms, (n) => {
      expect(Number(written((lines) => lines.milliseconds(n)))).toBe(Math.round(n * 1_000) / 1_000);
      expect(written((lines) => lines.milliseconds(n))).toMatch(/^\d+(\.\d{0,2}[1-9])?$/);
    }),
  );
});

test('texts are those that escapeField makes, whatever stands before them', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.string({ unit: 'grapheme', maxLength: 300 }),
    fc.string({ unit: fc.constantFrom(' ', '"', '\\', 'x', '\u00e9', '\ud800'), maxLength: 300 }),
  );
  fc.assert(
    fc.property(fc.nat(20_000), text, fc.boolean(), (before, value, quoted) => {
      const lines = new LogLines();
      lines.plain('x'.repeat(before));
      lines.escaped(value, quoted);
      expect(lines.whole().subarray(before).toString()).toBe(escapeField(value, quoted));
    }),
  );
});

test('lines are counted, and cleared with the memory they took', () => {
  const lines = new LogLines();
  for (let i = 0; i < 3; i++) {
    lines.plain('y'.repeat(40_000));
    lines.end();
  }
  expect([lines.count, lines.length]).toEqual([3, 120_003]);
  lines.clear(1024);
  expect([lines.count, lines.length]).toEqual([0, 0]);
  lines.plain('z');
  expect(lines.whole().toString()).toBe('z');
  expect(lines.whole().buffer.byteLength).toBeLessThan(100_000);
});
