import { put16, put32, u16, u32 } from './integers.js';

/**
 * Whole numbers of variable width, up to 53 bits. Of each encoding there are four functions:
 * - `xEnd(b, p, to)`: where the number that starts at p ends; 0 if the bytes can't be one, or one over 2^53 - 1;
 *   -n if at least n bytes more than `to` are needed to know.
 * - `x(b, p)`: the number, once its end has been found.
 * - `xSize(v)`: how many bytes it takes, and `putX(b, p, v)`: writes it in the fewest bytes and gives its end;
 *   both for a whole number in range, which the caller has made sure of.
 *
 * Encodings longer than need be are read as what they say.
 */

/** 53 bits in groups of seven. */
const MOST_GROUPS = 8;
/** What the eighth group may add to the 49 bits before it. */
const MOST_LAST = 0x0f;

/** Little-endian groups of seven bits, as in Protocol Buffers, unsigned. */
export function leb128End(b: Uint8Array, p: number, to: number): number {
  // Most numbers are small.
  return p < to && b[p]! < 0x80 ? p + 1 : longLeb128End(b, p, to);
}

function longLeb128End(b: Uint8Array, p: number, to: number): number {
  const last = p + MOST_GROUPS - 1;
  for (let i = p; i < to; i++) {
    const byte = b[i]!;
    if (i === last) return byte <= MOST_LAST ? i + 1 : 0;
    if (byte < 0x80) return i + 1;
  }
  return -1;
}

export function leb128(b: Uint8Array, p: number): number {
  const first = b[p]!;
  return first < 0x80 ? first : longLeb128(b, p);
}

function longLeb128(b: Uint8Array, p: number): number {
  let byte = b[p]!;
  let value = byte & 0x7f;
  for (let i = 1, unit = 0x80; i < MOST_GROUPS; i++, unit *= 0x80) {
    byte = b[p + i]!;
    value += (byte & 0x7f) * unit;
    if (byte < 0x80) break;
  }
  return value;
}

export function leb128Size(v: number): number {
  if (v < 0x80) return 1;
  let size = 1;
  for (let rest = v; rest >= 0x80; rest /= 0x80) size++;
  return size;
}

export function putLeb128(b: Uint8Array, p: number, v: number): number {
  if (v < 0x80) {
    b[p] = v;
    return p + 1;
  }
  let at = p;
  let rest = v;
  while (rest >= 0x80) {
    b[at++] = (rest % 0x80) | 0x80;
    rest = Math.floor(rest / 0x80);
  }
  b[at++] = rest;
  return at;
}

/** LEB128 of numbers with the sign in the lowest bit: -2^52 to 2^52 - 1. */
export function zigzagEnd(b: Uint8Array, p: number, to: number): number {
  return leb128End(b, p, to);
}

export function zigzag(b: Uint8Array, p: number): number {
  const raw = leb128(b, p);
  return raw % 2 === 0 ? raw / 2 : -(raw + 1) / 2;
}

export function zigzagSize(v: number): number {
  return leb128Size(v < 0 ? -2 * v - 1 : 2 * v);
}

export function putZigzag(b: Uint8Array, p: number, v: number): number {
  return putLeb128(b, p, v < 0 ? -2 * v - 1 : 2 * v);
}

/** MQTT's remaining length (MQTT 3.1.1, 2.2.3): LEB128 of at most four bytes. */
export function mqttEnd(b: Uint8Array, p: number, to: number): number {
  for (let i = p; i < to; i++) {
    if (b[i]! < 0x80) return i + 1;
    if (i === p + 3) return 0;
  }
  return -1;
}

export function mqtt(b: Uint8Array, p: number): number {
  return leb128(b, p);
}

export function mqttSize(v: number): number {
  return leb128Size(v);
}

export function putMqtt(b: Uint8Array, p: number, v: number): number {
  return putLeb128(b, p, v);
}

/** Big-endian groups of seven bits, as in MIDI files. */
export function vlqEnd(b: Uint8Array, p: number, to: number): number {
  const last = p + MOST_GROUPS - 1;
  for (let i = p; i < to; i++) {
    if (i === last) {
      // Eight groups are 56 bits, of which the first three have to be 0.
      return b[i]! < 0x80 && (b[p]! & 0x7f) <= MOST_LAST ? i + 1 : 0;
    }
    if (b[i]! < 0x80) return i + 1;
  }
  return -1;
}

export function vlq(b: Uint8Array, p: number): number {
  let value = 0;
  for (let i = 0; i < MOST_GROUPS; i++) {
    const byte = b[p + i]!;
    value = value * 0x80 + (byte & 0x7f);
    if (byte < 0x80) break;
  }
  return value;
}

export function vlqSize(v: number): number {
  return leb128Size(v);
}

export function putVlq(b: Uint8Array, p: number, v: number): number {
  const end = p + vlqSize(v);
  let rest = v;
  for (let at = end - 1; at >= p; at--) {
    b[at] = at === end - 1 ? rest % 0x80 : (rest % 0x80) | 0x80;
    rest = Math.floor(rest / 0x80);
  }
  return end;
}

/** QUIC's integers (RFC 9000, 16): the top two bits say whether 1, 2, 4 or 8 bytes, big-endian. */
export function quicEnd(b: Uint8Array, p: number, to: number): number {
  if (p >= to) return -1;
  const end = p + (1 << (b[p]! >> 6));
  if (end > to) return to - end;
  // Of 62 bits the first nine have to be 0.
  return end - p === 8 && u16(b, p) > 0xc01f ? 0 : end;
}

export function quic(b: Uint8Array, p: number): number {
  switch (b[p]! >> 6) {
    case 0:
      return b[p]!;
    case 1:
      return u16(b, p) & 0x3fff;
    case 2:
      return u32(b, p) & 0x3fffffff;
    default:
      return (u32(b, p) & 0x3fffffff) * 0x100000000 + u32(b, p + 4);
  }
}

export function quicSize(v: number): number {
  return v < 0x40 ? 1 : v < 0x4000 ? 2 : v < 0x40000000 ? 4 : 8;
}

export function putQuic(b: Uint8Array, p: number, v: number): number {
  const size = quicSize(v);
  if (size === 1) b[p] = v;
  else if (size === 2) put16(b, p, v | 0x4000);
  else if (size === 4) put32(b, p, v | 0x80000000);
  else {
    put32(b, p, Math.floor(v / 0x100000000) | 0xc0000000);
    put32(b, p + 4, v % 0x100000000);
  }
  return p + size;
}

/** The lengths of BER (X.690, 8.1.3), definite ones: a byte up to 127, else 128 and how many big-endian bytes follow. */
export function berEnd(b: Uint8Array, p: number, to: number): number {
  if (p >= to) return -1;
  const first = b[p]!;
  if (first < 0x80) return p + 1;
  const end = p + 1 + (first & 0x7f);
  // 0x80 says that an end mark follows somewhere; of seven bytes the first three bits have to be 0.
  if (first === 0x80 || first > 0x87) return 0;
  if (first === 0x87 && p + 1 < to && b[p + 1]! > 0x1f) return 0;
  return end > to ? to - end : end;
}

export function ber(b: Uint8Array, p: number): number {
  const first = b[p]!;
  if (first < 0x80) return first;
  let value = 0;
  for (let at = p + 1, end = at + (first & 0x7f); at < end; at++) value = value * 0x100 + b[at]!;
  return value;
}

export function berSize(v: number): number {
  if (v < 0x80) return 1;
  let size = 2;
  for (let rest = v; rest >= 0x100; rest /= 0x100) size++;
  return size;
}

export function putBer(b: Uint8Array, p: number, v: number): number {
  const size = berSize(v);
  const end = p + size;
  let rest = v;
  for (let at = end - 1; at > p; at--) {
    b[at] = rest % 0x100;
    rest = Math.floor(rest / 0x100);
  }
  b[p] = size === 1 ? v : 0x80 + size - 1;
  return end;
}
