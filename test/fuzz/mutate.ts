import type { Random } from '../support/random.js';
import type { ProtocolUnderTest } from '../support/protocols.js';

/** Values that length fields and counts go wrong with; `length` is the frame's own. */
function boundaries(length: number): number[] {
  return [
    0,
    1,
    2,
    length - 1,
    length,
    length + 1,
    0x7f,
    0x80,
    0xff,
    0x7fff,
    0x8000,
    0xffff,
    2 ** 31 - 1,
    2 ** 31,
    2 ** 32 - 2,
    2 ** 32 - 1,
  ];
}

/** Writes `value` as 1, 2 or 4 bytes over what stands at a place, mostly near the head. */
function overwriteNumber(random: Random, frame: Buffer): void {
  const size = random.pick([1, 2, 4]);
  if (frame.length < size) return;
  const near = random.chance(0.8) ? Math.min(frame.length, 64) : frame.length;
  const at = random.below(Math.max(1, near - size + 1));
  const value = random.pick(boundaries(frame.length));
  frame.writeUIntBE((value >>> 0) % 256 ** size, at, size);
}

function flipBits(random: Random, bytes: Buffer): void {
  if (bytes.length === 0) return;
  for (let n = 1 + random.below(8); n > 0; n--) bytes[random.below(bytes.length)]! ^= 1 << random.below(8);
}

/** Puts a small number where an enum, a version or a type may stand. */
function swapTag(random: Random, frame: Buffer): void {
  if (frame.length > 0) frame[random.below(Math.min(frame.length, 16))] = random.below(6);
}

/** Another digit where a length may stand in digits. */
function swapDigit(random: Random, frame: Buffer): void {
  const places = [...frame.keys()].filter((i) => frame[i]! >= 0x30 && frame[i]! <= 0x39);
  if (places.length > 0) frame[random.pick(places)] = 0x30 + random.below(10);
}

function cut(random: Random, bytes: Buffer): Buffer {
  return bytes.subarray(0, random.below(bytes.length + 1));
}

/** A piece of `bytes` a second time, where it stands or somewhere else. */
function repeat(random: Random, bytes: Buffer): Buffer {
  const from = random.below(bytes.length + 1);
  const to = from + random.below(Math.min(64, bytes.length - from) + 1);
  const at = random.below(bytes.length + 1);
  return Buffer.concat([bytes.subarray(0, at), bytes.subarray(from, to), bytes.subarray(at)]);
}

/** The start of one frame and the end of another. */
function splice(random: Random, a: Buffer, b: Buffer): Buffer {
  const at = random.below(Math.min(a.length, b.length) + 1);
  return Buffer.concat([a.subarray(0, at), b.subarray(at)]);
}

/** Changes inside the header block and the body, with lengths and checksum around them made right again. */
function inside(random: Random, tested: ProtocolUnderTest, frame: Buffer): Buffer {
  const { entries } = tested.facts(frame);
  let block: Buffer =
    tested.headerForm?.block(entries, frame) ?? Buffer.concat(entries.map((entry) => entry.raw));
  switch (random.below(6)) {
    case 0:
      flipBits(random, block);
      break;
    case 1:
      overwriteNumber(random, block);
      break;
    case 2:
      block = cut(random, block);
      break;
    case 3:
      block = repeat(random, block);
      break;
    case 4:
      block = random.bytes(random.below(200));
      break;
    default:
      block = Buffer.concat(
        Array.from({ length: random.below(2000) }, () => Buffer.alloc(random.pick([4, 8]))),
      );
  }
  const change = { headerBlock: block.subarray(0, 0xffff), body: random.bytes(random.below(100)) };
  return Buffer.from(
    tested.rebuild(frame, random.chance(0.5) ? change : { headerBlock: change.headerBlock }),
  );
}

/**
 * A frame of the corpus with up to four things wrong with it, or bytes that never were one.
 *
 * @param tested null: there is no reference, and nothing is changed inside of headers and bodies
 * @param valid frames that the reference can take apart
 * @param invalid frames that are wrong already
 */
export function mutate(
  random: Random,
  tested: ProtocolUnderTest | null,
  valid: readonly Uint8Array[],
  invalid: readonly Uint8Array[],
): Buffer {
  if (random.chance(0.03)) return random.bytes(random.below(300));
  let frame: Buffer = Buffer.from(random.pick(valid));
  if (invalid.length > 0 && random.chance(0.05)) frame = Buffer.from(random.pick(invalid));
  else if (tested !== null && random.chance(0.35)) frame = inside(random, tested, frame);
  for (let n = random.below(4); n > 0; n--) {
    switch (random.below(8)) {
      case 0:
        flipBits(random, frame);
        break;
      case 1:
      case 2:
        overwriteNumber(random, frame);
        break;
      case 3:
        swapTag(random, frame);
        break;
      case 4:
        frame = Buffer.from(cut(random, frame));
        break;
      case 5:
        swapDigit(random, frame);
        break;
      case 6:
        frame = Buffer.from(repeat(random, frame));
        break;
      default:
        frame = Buffer.from(splice(random, frame, Buffer.from(random.pick(valid))));
    }
  }
  return frame;
}
