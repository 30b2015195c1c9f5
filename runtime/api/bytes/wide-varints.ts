/**
 * Whole numbers of variable width, written in so many bytes: as their encodings allow, with groups or bytes of zeros.
 * Each `putWideX(b, p, v, width)` gives the end, for a number that takes no more bytes than `width`, which the caller
 * has made sure of; of QUIC's, width is 1, 2, 4 or 8.
 */

export function putWideLeb128(b: Uint8Array, p: number, v: number, width: number): number {
  const last = p + width - 1;
  let rest = v;
  for (let i = p; i < last; i++) {
    b[i] = (rest % 0x80) | 0x80;
    rest = Math.floor(rest / 0x80);
  }
  b[last] = rest;
  return last + 1;
}

export function putWideZigzag(b: Uint8Array, p: number, v: number, width: number): number {
  return putWideLeb128(b, p, v < 0 ? -2 * v - 1 : 2 * v, width);
}

export function putWideMqtt(b: Uint8Array, p: number, v: number, width: number): number {
  return putWideLeb128(b, p, v, width);
}

export function putWideVlq(b: Uint8Array, p: number, v: number, width: number): number {
  const last = p + width - 1;
  let rest = v;
  for (let i = last; i >= p; i--) {
    b[i] = (rest % 0x80) | (i === last ? 0 : 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return last + 1;
}

/** X.690's long form of lengths, 8.1.3.5, which may begin with zeros; one byte is the short form. */
export function putWideBer(b: Uint8Array, p: number, v: number, width: number): number {
  const end = p + width;
  putBytes(b, p, v, end);
  if (width > 1) b[p] = 0x80 | (width - 1);
  return end;
}

/** RFC 9000, section 16: the two highest bits say the width. */
export function putWideQuic(b: Uint8Array, p: number, v: number, width: number): number {
  const end = p + width;
  putBytes(b, p, v, end);
  b[p] = b[p]! | (Math.log2(width) << 6);
  return end;
}

/** The lowest bytes of a number, the highest first, up to `end`. */
function putBytes(b: Uint8Array, p: number, v: number, end: number): void {
  let rest = v;
  for (let i = end - 1; i >= p; i--) {
    b[i] = rest % 0x100;
    rest = Math.floor(rest / 0x100);
  }
}
