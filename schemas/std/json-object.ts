import { EncodeError, type ExternMap, type HeaderMap, utf8Length, writeUtf8 } from '@proto-frame/api';
import { appendMembers, findMember, readText, skipSpace, valueEnd } from './json.js';

// An object of JSON (RFC 8259) as headers, which takes the rest of its window: {"service":"Echo","timeout":500}.
// No bytes at all are an object without members. Those that are no texts are given as they are written. What is set is
// a text, except where it takes the place of another value and is one: a timeout of 500 becomes one of 300, not of
// "300". All other members keep their bytes.

const [OPEN, CLOSE, COMMA, QUOTE] = [0x7b, 0x7d, 0x2c, 0x22];

/** Whether a text, as it is, is a value of JSON that is no text. */
function isOtherValue(text: string): boolean {
  if (text.startsWith('"')) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The bytes of the object that another one replaces; those of a new one are none. */
interface Before {
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly to: number;
  /** Where its brace opens, and where the other one has closed it; both `from` if it is no bytes at all. */
  readonly open: number;
  readonly end: number;
}

function before(source: Uint8Array | undefined, from: number, to: number): Before | null {
  if (source === undefined || from < 0) return null;
  const open = from === to ? from : skipSpace(source, from, to);
  return { bytes: source, from, to, open, end: from === to ? from : valueEnd(source, open, to) };
}

/** A member that was set, as JSON has it. */
function member(headers: HeaderMap, i: number, old: Before | null): string {
  const [key, value] = [headers.keyAt(i), headers.valueAt(i)];
  if (key === '') throw new EncodeError('headers', 'a key has no characters');
  const name = JSON.stringify(key);
  if (value !== null && old !== null) {
    const at = findMember(old.bytes, old.from, old.to, key);
    if (at >= 0 && old.bytes[at] !== QUOTE && isOtherValue(value)) return `${name}:${value}`;
  }
  return `${name}:${JSON.stringify(value)}`;
}

/** Whether there was no object, and is no member for one. */
function staysNothing(headers: HeaderMap, old: Before | null): boolean {
  return headers.size === 0 && old !== null && old.from === old.to;
}

export const jsonObject: ExternMap = {
  end: (_b, _from, to) => to,
  get: (b, from, to, key) => {
    const at = findMember(b, from, to, key);
    return at < 0 ? undefined : readText(b, at, valueEnd(b, at, to));
  },
  readHeaders: (b, from, to, into, most) => {
    if (from === to) return true;
    const start = skipSpace(b, from, to);
    const end = valueEnd(b, start, to);
    if (end === 0 || b[start] !== OPEN || skipSpace(b, end, to) !== to) return false;
    return appendMembers(b, start, end, into, most);
  },
  size: (headers, source, from = -1, to = from) => {
    const old = before(source, from, to);
    if (staysNothing(headers, old)) return 0;
    let size = 2 + Math.max(0, headers.size - 1);
    if (old !== null) size += old.open - from + to - old.end;
    for (let i = 0; i < headers.size; i++) {
      const start = headers.startAt(i);
      size += start >= 0 ? headers.endAt(i) - start : utf8Length(member(headers, i, old));
    }
    return size;
  },
  write: (b, at, headers, source, from = -1, to = from) => {
    const old = before(source, from, to);
    if (staysNothing(headers, old)) return at;
    let p = at;
    const copy = (start: number, end: number): void => {
      b.set(source.subarray(start, end), p);
      p += end - start;
    };
    if (old !== null) copy(from, old.open);
    b[p++] = OPEN;
    for (let i = 0; i < headers.size; i++) {
      if (i > 0) b[p++] = COMMA;
      const start = headers.startAt(i);
      if (start >= 0) copy(start, headers.endAt(i));
      else p = writeUtf8(b, p, member(headers, i, old));
    }
    b[p++] = CLOSE;
    if (old !== null) copy(old.end, to);
    return p;
  },
};
