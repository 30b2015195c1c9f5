import { createReadStream } from 'node:fs';

/** One packet of a capture, link layer first. */
export interface Packet {
  readonly linkType: number;
  readonly data: Uint8Array;
}

/** A file that is no capture, or a damaged one. */
export class CaptureError extends Error {}

const LARGEST_BLOCK = 16 * 1024 * 1024;

/**
 * The packets of a capture file as they are read: pcap in both byte orders and time resolutions
 * (draft-ietf-opsawg-pcap) and pcapng (draft-ietf-opsawg-pcapng) with enhanced and simple packet blocks.
 *
 * @param onBytes hears how many bytes have been read, for progress
 * @throws CaptureError
 */
export async function* readPackets(path: string, onBytes: (total: number) => void): AsyncIterable<Packet> {
  const source = new Source(createReadStream(path), onBytes);
  const magic = await source.peek(4);
  if (magic === null) throw new CaptureError('the file is shorter than the head of a capture');
  const number = magic.readUInt32BE(0);
  if (number === 0xa1b2c3d4 || number === 0xa1b23c4d) yield* readPcap(source, false);
  else if (number === 0xd4c3b2a1 || number === 0x4d3cb2a1) yield* readPcap(source, true);
  else if (number === 0x0a0d0d0a) yield* readPcapng(source);
  else throw new CaptureError(`the file is neither pcap nor pcapng: it starts with ${magic.toString('hex')}`);
}

async function* readPcap(source: Source, little: boolean): AsyncIterable<Packet> {
  const head = await source.take(24);
  if (head === null) throw new CaptureError('the capture ends inside its head');
  const linkType = u32(head, 20, little) & 0x0fffffff;
  for (;;) {
    const record = await source.take(16);
    if (record === null) return;
    const length = u32(record, 8, little);
    if (length > LARGEST_BLOCK) throw new CaptureError(`a packet of ${length} bytes can't be right`);
    const data = await source.take(length);
    if (data === null) return; // Cut off while it was written.
    yield { linkType, data };
  }
}

async function* readPcapng(source: Source): AsyncIterable<Packet> {
  let little = false;
  let linkTypes: number[] = [];
  for (;;) {
    const head = await source.peek(12);
    if (head === null) return;
    if (head.readUInt32BE(0) === 0x0a0d0d0a) {
      little = head.readUInt32BE(8) === 0x4d3c2b1a;
      linkTypes = [];
    }
    const type = u32(head, 0, little);
    const length = u32(head, 4, little);
    if (length < 12 || length > LARGEST_BLOCK || length % 4 !== 0)
      throw new CaptureError(`a block of ${length} bytes can't be right`);
    const block = await source.take(length);
    if (block === null) return;
    if (type === 1) linkTypes.push(little ? block.readUInt16LE(8) : block.readUInt16BE(8));
    else if (type === 6 && length >= 32) {
      const captured = u32(block, 20, little);
      if (28 + captured > length) throw new CaptureError('a packet is longer than its block');
      yield { linkType: linkTypes[u32(block, 8, little)] ?? 1, data: block.subarray(28, 28 + captured) };
    } else if (type === 3) {
      yield { linkType: linkTypes[0] ?? 1, data: block.subarray(12, length - 4) };
    }
  }
}

function u32(bytes: Buffer, at: number, little: boolean): number {
  return little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
}

/** A stream read in pieces of wanted sizes. */
class Source {
  private buffer: Buffer = Buffer.alloc(0);
  private total = 0;
  private readonly chunks: AsyncIterator<Buffer>;

  constructor(
    stream: AsyncIterable<Buffer>,
    private readonly onBytes: (total: number) => void,
  ) {
    this.chunks = stream[Symbol.asyncIterator]();
  }

  /** The next `count` bytes, left where they are; null if there are not so many. */
  async peek(count: number): Promise<Buffer | null> {
    while (this.buffer.length < count) {
      const { value, done } = await this.chunks.next();
      if (done === true) return null;
      this.total += value.length;
      this.onBytes(this.total);
      this.buffer = this.buffer.length === 0 ? value : Buffer.concat([this.buffer, value]);
    }
    return this.buffer.subarray(0, count);
  }

  async take(count: number): Promise<Buffer | null> {
    const bytes = await this.peek(count);
    if (bytes !== null) this.buffer = this.buffer.subarray(count);
    return bytes;
  }
}
