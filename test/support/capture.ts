/** An Ethernet frame with a TCP segment in IPv4, checksums left out as captures of loopback have them. */
export function tcp(source: number, target: number, sequence: number, flags: number, data: Buffer): Buffer {
  const head = Buffer.alloc(54);
  head.writeUInt16BE(0x0800, 12);
  head[14] = 0x45;
  head.writeUInt16BE(40 + data.length, 16);
  head[23] = 6;
  head.set([127, 0, 0, 1], 26);
  head.set([127, 0, 0, 1], 30);
  head.writeUInt16BE(source, 34);
  head.writeUInt16BE(target, 36);
  head.writeUInt32BE(sequence, 38);
  head[46] = 0x50;
  head[47] = flags;
  head.writeUInt16BE(0xffff, 48);
  return Buffer.concat([head, data]);
}

/** A capture file of such frames. */
export function pcap(packets: readonly Buffer[], little: boolean): Buffer {
  const numbers = (...values: number[]): Buffer => {
    const bytes = Buffer.alloc(values.length * 4);
    values.forEach((v, i) => (little ? bytes.writeUInt32LE(v, i * 4) : bytes.writeUInt32BE(v, i * 4)));
    return bytes;
  };
  const head = Buffer.concat([
    numbers(0xa1b2c3d4),
    little ? Buffer.from([2, 0, 4, 0]) : Buffer.from([0, 2, 0, 4]),
    numbers(0, 0, 65535, 1),
  ]);
  return Buffer.concat([head, ...packets.flatMap((p) => [numbers(0, 0, p.length, p.length), p])]);
}
