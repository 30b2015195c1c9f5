import { EncodeError, equalsText, type ExternMap, readUtf8, utf8Length, writeUtf8 } from '@proto-frame/api';

// `key \n value \n key \n value`, as Motan 2 writes its metadata: a newline between two texts, none after the
// last. Writers that end with one are read as well, and the newline stays where it is.

const NEWLINE = 0x0a;

/** Where the line that starts at `from` ends: its newline, or `to`. */
function lineEnd(b: Uint8Array, from: number, to: number): number {
  let end = from;
  while (end < to && b[end] !== NEWLINE) end++;
  return end;
}

/** Whether the bytes of a pair hold more than a newline between key and value: one that ends the value. */
function isEnded(b: Uint8Array, start: number, end: number): boolean {
  return b[end - 1] === NEWLINE && lineEnd(b, start, end) < end - 1;
}

/** How many bytes a key or value takes. @throws EncodeError if it would be taken for something else */
function lineSize(text: string | null, what: string): number {
  if (text === null) throw new EncodeError('metadata', `a ${what} can't be null`);
  if (text.includes('\n')) throw new EncodeError('metadata', `a ${what} holds a newline`);
  return utf8Length(text);
}

function keySize(key: string): number {
  if (key === '') throw new EncodeError('metadata', 'a key has no characters');
  return lineSize(key, 'key');
}

export const newlinePairs: ExternMap = {
  end: (_b, _from, to) => to,
  get: (b, from, to, key) => {
    for (let at = from; at < to;) {
      const keyEnd = lineEnd(b, at, to);
      if (keyEnd === to) return undefined;
      const end = lineEnd(b, keyEnd + 1, to);
      if (equalsText(b, at, keyEnd, key)) return readUtf8(b, keyEnd + 1, end);
      at = end + 1;
    }
    return undefined;
  },
  readHeaders: (b, from, to, into, most) => {
    for (let at = from; at < to;) {
      const keyEnd = lineEnd(b, at, to);
      // A key without a value, or a value without a key.
      if (keyEnd === to || keyEnd === at || into.size === most) return false;
      const end = lineEnd(b, keyEnd + 1, to);
      // A newline after the last value belongs to it.
      into.append(readUtf8(b, at, keyEnd), readUtf8(b, keyEnd + 1, end), at, end + 1 === to ? to : end);
      at = end + 1;
    }
    return true;
  },
  size: (headers, source) => {
    let size = 0;
    for (let i = 0; i < headers.size; i++) {
      const start = headers.startAt(i);
      const end = headers.endAt(i);
      size +=
        start >= 0 ? end - start : keySize(headers.keyAt(i)) + 1 + lineSize(headers.valueAt(i), 'value');
      if (i < headers.size - 1 && !(start >= 0 && isEnded(source!, start, end))) size++;
    }
    return size;
  },
  write: (b, at, headers, source) => {
    let p = at;
    for (let i = 0; i < headers.size; i++) {
      const start = headers.startAt(i);
      const end = headers.endAt(i);
      if (start >= 0) {
        b.set(source.subarray(start, end), p);
        p += end - start;
      } else {
        p = writeUtf8(b, p, headers.keyAt(i));
        b[p++] = NEWLINE;
        p = writeUtf8(b, p, headers.valueAt(i)!);
      }
      if (i < headers.size - 1 && !(start >= 0 && isEnded(source, start, end))) b[p++] = NEWLINE;
    }
    return p;
  },
};
