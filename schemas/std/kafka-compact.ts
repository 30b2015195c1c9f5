import {
  EncodeError,
  leb128,
  leb128End,
  leb128Size,
  putLeb128,
  readUtf8,
  utf8Length,
  writeUtf8,
  type ExternType,
} from '@proto-frame/api';

// Kafka's compact types (KIP-482): a length and one in leb128; 0 is null.

/** The longest text in bytes, as Kafka's own readers have it. */
const MOST = 0x7fff;

/** COMPACT_NULLABLE_STRING. */
export const compactText: ExternType<string | null> = {
  end(b, from, to) {
    const start = leb128End(b, from, to);
    if (start <= 0) return start;
    const length = leb128(b, from);
    if (length > MOST + 1) return 0;
    const end = start + Math.max(0, length - 1);
    return end > to ? to - end : end;
  },
  read(b, from, to) {
    const start = leb128End(b, from, to);
    return leb128(b, from) === 0 ? null : readUtf8(b, start, to);
  },
  size(value) {
    if (value === null) return 1;
    const length = utf8Length(value);
    if (length > MOST) throw new EncodeError('compact text', `has ${length} bytes, the limit is ${MOST}`);
    return leb128Size(length + 1) + length;
  },
  write(b, at, value) {
    if (value === null) return putLeb128(b, at, 0);
    return writeUtf8(b, putLeb128(b, at, utf8Length(value) + 1), value);
  },
};
