import type { Packet } from './read-packets.js';

/** Bytes of one direction of a TCP connection, in order. */
export interface StreamBytes {
  /** `127.0.0.1:52110 > 127.0.0.1:12200` */
  readonly flow: string;
  readonly sourcePort: number;
  readonly targetPort: number;
  readonly bytes: Uint8Array;
  /** Bytes before these were not captured. */
  readonly gap: boolean;
}

interface Flow {
  next: number;
  readonly waiting: Map<number, Uint8Array>;
  waitingBytes: number;
}

/** How much may wait for a missing segment before it is given up. */
const MOST_WAITING = 1024 * 1024;
const ETHERTYPE_OFFSET: Readonly<Record<number, number>> = { 1: 12, 113: 14, 276: 0 };

/** Puts the segments of TCP connections in order, each direction on its own. */
export class TcpStreams {
  private readonly flows = new Map<string, Flow>();

  /** The bytes that a packet makes available: none, its own, or more if it filled a hole. */
  push(packet: Packet): StreamBytes[] {
    const segment = tcpOf(packet);
    if (segment === null) return [];
    const { key, sourcePort, targetPort, sequence, data, syn, fin } = segment;
    if (syn) {
      this.flows.set(key, { next: (sequence + 1) >>> 0, waiting: new Map(), waitingBytes: 0 });
      return [];
    }
    let flow = this.flows.get(key);
    if (flow === undefined) {
      flow = { next: sequence, waiting: new Map(), waitingBytes: 0 };
      this.flows.set(key, flow);
    }
    const found: StreamBytes[] = [];
    const give = (bytes: Uint8Array, gap: boolean): void => {
      if (bytes.length > 0) found.push({ flow: key, sourcePort, targetPort, bytes, gap });
    };
    if (data.length > 0) this.accept(flow, sequence, data, give);
    if (fin && flow.waiting.size === 0) this.flows.delete(key);
    return found;
  }

  private accept(
    flow: Flow,
    sequence: number,
    data: Uint8Array,
    give: (bytes: Uint8Array, gap: boolean) => void,
  ): void {
    const ahead = (sequence - flow.next) | 0;
    if (ahead > 0) {
      if (!flow.waiting.has(sequence)) flow.waitingBytes += data.length;
      flow.waiting.set(sequence, data.slice());
      if (flow.waitingBytes <= MOST_WAITING) return;
      // The missing segment will not come: go on behind the hole.
      flow.next = [...flow.waiting.keys()].reduce((a, b) => (((a - b) | 0) < 0 ? a : b));
      this.drain(flow, give, true);
      return;
    }
    if (-ahead >= data.length) return; // Sent again.
    give(data.subarray(-ahead), false);
    flow.next = (flow.next + data.length + ahead) >>> 0;
    this.drain(flow, give, false);
  }

  private drain(flow: Flow, give: (bytes: Uint8Array, gap: boolean) => void, gap: boolean): void {
    let first = gap;
    for (;;) {
      const entry = [...flow.waiting].find(([sequence]) => ((sequence - flow.next) | 0) <= 0);
      if (entry === undefined) return;
      const [sequence, data] = entry;
      flow.waiting.delete(sequence);
      flow.waitingBytes -= data.length;
      const behind = (flow.next - sequence) | 0;
      if (behind >= data.length) continue;
      give(data.subarray(behind), first);
      first = false;
      flow.next = (flow.next + data.length - behind) >>> 0;
    }
  }
}

interface Segment {
  readonly key: string;
  readonly sourcePort: number;
  readonly targetPort: number;
  readonly sequence: number;
  readonly data: Uint8Array;
  readonly syn: boolean;
  readonly fin: boolean;
}

/** The TCP segment in a packet, or null: Ethernet (with VLAN), Linux cooked, raw IP and BSD loopback are known. */
function tcpOf({ linkType, data }: Packet): Segment | null {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.length);
  let at = 0;
  const etherType = ETHERTYPE_OFFSET[linkType];
  if (etherType !== undefined) {
    at = etherType;
    if (bytes.length < at + 2) return null;
    while (bytes.length >= at + 6 && (bytes.readUInt16BE(at) === 0x8100 || bytes.readUInt16BE(at) === 0x88a8))
      at += 4;
    at += linkType === 276 ? 20 : 2;
  } else if (linkType === 0 || linkType === 108) at = 4;
  else if (linkType !== 101 && linkType !== 12) return null;
  if (bytes.length < at + 20) return null;
  const version = bytes[at]! >> 4;
  if (version === 4) {
    const end = Math.min(bytes.length, at + bytes.readUInt16BE(at + 2));
    const fragment = bytes.readUInt16BE(at + 6) & 0x3fff;
    if (bytes[at + 9] !== 6 || fragment !== 0) return null;
    const address = (p: number): string => [...bytes.subarray(p, p + 4)].join('.');
    return segment(bytes, at + (bytes[at]! & 15) * 4, end, address(at + 12), address(at + 16));
  }
  if (version !== 6 || bytes.length < at + 40 || bytes[at + 6] !== 6) return null;
  const end = Math.min(bytes.length, at + 40 + bytes.readUInt16BE(at + 4));
  const address = (p: number): string =>
    `[${bytes
      .subarray(p, p + 16)
      .toString('hex')
      .replace(/(.{4})(?=.)/g, '$1:')}]`;
  return segment(bytes, at + 40, end, address(at + 8), address(at + 24));
}

function segment(bytes: Buffer, at: number, end: number, source: string, target: string): Segment | null {
  if (end < at + 20) return null;
  const data = at + (bytes[at + 12]! >> 4) * 4;
  if (data > end) return null;
  const sourcePort = bytes.readUInt16BE(at);
  const targetPort = bytes.readUInt16BE(at + 2);
  const flags = bytes[at + 13]!;
  return {
    key: `${source}:${sourcePort} > ${target}:${targetPort}`,
    sourcePort,
    targetPort,
    sequence: bytes.readUInt32BE(at + 4),
    data: bytes.subarray(data, end),
    syn: (flags & 2) !== 0,
    fin: (flags & 5) !== 0,
  };
}
