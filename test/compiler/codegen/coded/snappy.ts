import type { WindowCodec } from '@proto-frame/api';

/** Snappy's raw format (google/snappy, format_description.txt). What is written is one literal, which every reader takes. */
export const snappy: WindowCodec = {
  decode(bytes, from, to, max) {
    const { size, at } = length(bytes, from, to);
    if (size > max) throw new Error(`announces ${size} bytes, the limit is ${max}`);
    const out = new Uint8Array(size);
    let q = 0;
    for (let p = at; p < to;) {
      const tag = bytes[p++]!;
      if ((tag & 3) === 0) {
        const more = Math.max(0, (tag >> 2) - 59);
        let n = more === 0 ? tag >> 2 : 0;
        for (let i = 0; i < more; i++) n += bytes[p + i]! * 2 ** (8 * i);
        p += more;
        if (p + n + 1 > to || q + n + 1 > size) throw new Error('a literal is too long');
        out.set(bytes.subarray(p, p + n + 1), q);
        p += n + 1;
        q += n + 1;
        continue;
      }
      const wide = (tag & 3) === 1 ? 1 : (tag & 3) === 2 ? 2 : 4;
      let offset = wide === 1 ? (tag >> 5) * 256 : 0;
      for (let i = 0; i < wide; i++) offset += (bytes[p + i] ?? 0) * 2 ** (8 * i);
      p += wide;
      const n = wide === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1;
      if (offset === 0 || offset > q || q + n > size || p > to) throw new Error('a copy is out of bounds');
      for (let i = 0; i < n; i++, q++) out[q] = out[q - offset]!;
    }
    if (q !== size) throw new Error(`holds ${q} bytes, announces ${size}`);
    return out;
  },
  encode(plain) {
    const head: number[] = [];
    let rest = plain.length;
    for (; rest > 127; rest >>>= 7) head.push((rest & 127) | 128);
    head.push(rest);
    if (plain.length === 0) return Uint8Array.from(head);
    const n = plain.length - 1;
    head.push(62 << 2, n & 255, (n >>> 8) & 255, n >>> 16);
    const out = new Uint8Array(head.length + plain.length);
    out.set(head);
    out.set(plain, head.length);
    return out;
  },
};

function length(b: Uint8Array, from: number, to: number): { size: number; at: number } {
  let size = 0;
  for (let at = from; at < to && at < from + 5; at++) {
    size += (b[at]! & 127) * 2 ** (7 * (at - from));
    if (b[at]! < 128) return { size, at: at + 1 };
  }
  throw new Error('has no length');
}
