import { equalsText, type HeaderMap, readUtf8 } from '@proto-frame/api';

// JSON (RFC 8259) in bytes, as far as a proxy needs it: members of an object are found and skipped, texts and
// whole numbers read where they stand. Nothing is parsed whole, and nothing is copied but the texts asked for.

/** Objects and lists in each other: more is refused. */
const DEEPEST = 32;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const MINUS = 0x2d;

/** Where white space that starts at `p` ends. */
export function skipSpace(b: Uint8Array, p: number, to: number): number {
  while (p < to && (b[p] === 0x20 || (b[p]! >= 0x09 && b[p]! <= 0x0d))) p++;
  return p;
}

/** Where the text in quotes that starts at `p` ends; 0 if there is none. */
export function textEnd(b: Uint8Array, p: number, to: number): number {
  if (p >= to || b[p] !== QUOTE) return 0;
  for (let at = p + 1; at < to; at++) {
    if (b[at] === BACKSLASH) at++;
    else if (b[at] === QUOTE) return at + 1;
    else if (b[at]! < 0x20) return 0;
  }
  return 0;
}

/** Where the value that starts at `p` ends; 0 if there is none. */
export function valueEnd(b: Uint8Array, p: number, to: number, depth = 0): number {
  if (p >= to || depth > DEEPEST) return 0;
  const first = b[p]!;
  if (first === QUOTE) return textEnd(b, p, to);
  if (first === 0x7b || first === 0x5b) return groupEnd(b, p, to, first === 0x7b, depth);
  let at = p;
  // A number, true, false or null: as far as its letters go.
  while (at < to && isPlain(b[at]!)) at++;
  return at === p ? 0 : at;
}

function isPlain(c: number): boolean {
  return (
    (c >= 0x30 && c <= 0x39) ||
    (c >= 0x61 && c <= 0x7a) ||
    c === MINUS ||
    c === 0x2b ||
    c === 0x2e ||
    c === 0x45
  );
}

/** Where the object or list at `p` ends, of which every member is walked once. */
function groupEnd(b: Uint8Array, p: number, to: number, isObject: boolean, depth: number): number {
  const close = isObject ? 0x7d : 0x5d;
  let at = skipSpace(b, p + 1, to);
  if (b[at] === close && at < to) return at + 1;
  for (;;) {
    if (isObject) at = valueStart(b, at, to);
    if (at <= 0) return 0;
    at = skipSpace(b, valueEnd(b, at, to, depth + 1) || to, to);
    if (at >= to) return 0;
    if (b[at] === close) return at + 1;
    if (b[at] !== COMMA) return 0;
    at = skipSpace(b, at + 1, to);
  }
}

/** Where the value of the member starts whose key starts at `p`; 0 if there is no key and colon. */
export function valueStart(b: Uint8Array, p: number, to: number): number {
  const end = textEnd(b, p, to);
  if (end === 0) return 0;
  const colon = skipSpace(b, end, to);
  return colon < to && b[colon] === COLON ? skipSpace(b, colon + 1, to) : 0;
}

/** Where the first member's key of the object at [from, to) starts, or its closing brace; 0 if it is no object. */
export function firstMember(b: Uint8Array, from: number, to: number): number {
  const open = skipSpace(b, from, to);
  return open < to && b[open] === 0x7b ? skipSpace(b, open + 1, to) : 0;
}

/** Where the next member's key starts after a value, or the closing brace; 0 if there is neither. */
export function nextMember(b: Uint8Array, end: number, to: number): number {
  const at = skipSpace(b, end, to);
  if (at >= to) return 0;
  if (b[at] === 0x7d) return at;
  if (b[at] !== COMMA) return 0;
  const next = skipSpace(b, at + 1, to);
  return next < to && b[next] === QUOTE ? next : 0;
}

/**
 * Where the value under `key` of the object at [from, to) starts: of the last such member, as parsers take it. -1
 * if there is none, or if this is no object.
 */
export function findMember(b: Uint8Array, from: number, to: number, key: string): number {
  let found = -1;
  for (let at = firstMember(b, from, to); at < to && b[at] === QUOTE;) {
    const value = valueStart(b, at, to);
    const end = value === 0 ? 0 : valueEnd(b, value, to);
    if (end === 0) return -1;
    if (isText(b, at, textEnd(b, at, to), key)) found = value;
    at = nextMember(b, end, to);
    if (at === 0) return -1;
  }
  return found;
}

/**
 * Appends the members of the object at [start, end), each with the white space around it; others than texts as they are
 * written. False if they are none, or over `most`, or one comes twice: of these parsers take the last, so that nobody may
 * see the first.
 */
export function appendMembers(
  b: Uint8Array,
  start: number,
  end: number,
  into: HeaderMap,
  most: number,
): boolean {
  let edge = start + 1;
  for (let at = firstMember(b, start, end); at < end - 1;) {
    const value = valueStart(b, at, end);
    const stop = value === 0 ? 0 : valueEnd(b, value, end);
    const next = stop === 0 ? 0 : nextMember(b, stop, end);
    const key = readText(b, at, textEnd(b, at, end)) ?? '';
    if (next === 0 || into.size === most || into.has(key)) return false;
    const comma = skipSpace(b, stop, end);
    into.append(key, readText(b, value, stop), edge, comma);
    edge = comma + 1;
    at = next;
  }
  return true;
}

function hasEscape(b: Uint8Array, at: number, end: number): boolean {
  for (let p = at; p < end; p++) if (b[p] === BACKSLASH) return true;
  return false;
}

/** Whether the text in quotes at [at, end) is this one. */
function isText(b: Uint8Array, at: number, end: number, text: string): boolean {
  if (!hasEscape(b, at, end)) return equalsText(b, at + 1, end - 1, text);
  return readText(b, at, end) === text;
}

/** The value at [at, end) as a text: what stands in the quotes, else the value as it is written; null for null. */
export function readText(b: Uint8Array, at: number, end: number): string | null {
  if (b[at] !== QUOTE) {
    const text = readUtf8(b, at, end);
    return text === 'null' ? null : text;
  }
  const plain = readUtf8(b, at + 1, end - 1);
  if (!hasEscape(b, at, end)) return plain;
  try {
    return JSON.parse(`"${plain}"`) as string;
  } catch {
    return plain; // An escape that JSON does not know.
  }
}

/** Where the whole number that starts at `at` ends: at most 15 digits and a sign; 0 if it is none. */
export function integerEnd(b: Uint8Array, at: number, to: number): number {
  const first = b[at] === MINUS ? at + 1 : at;
  let p = first;
  while (p < to && b[p]! >= 0x30 && b[p]! <= 0x39) p++;
  const isWhole = p > first && p - first <= 15 && (p === to || !isPlain(b[p]!));
  return isWhole && (b[first] !== 0x30 || p === first + 1) ? p : 0;
}

/** The whole number at [at, end). */
export function readInteger(b: Uint8Array, at: number, end: number): number {
  let value = 0;
  for (let p = b[at] === MINUS ? at + 1 : at; p < end; p++) value = value * 10 + b[p]! - 0x30;
  return b[at] === MINUS ? -value : value;
}
