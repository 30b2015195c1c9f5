import { createSocket } from 'node:dgram';
import { type AddressInfo, createServer, type Socket } from 'node:net';

const A = 1;
const SRV = 33;
const SERVER_FAILURE = 2;
const NO_SUCH_NAME = 3;

export type DnsRecord =
  | { readonly type: 'A'; readonly address: string; readonly ttl: number }
  | {
      readonly type: 'SRV';
      readonly priority: number;
      readonly weight: number;
      readonly port: number;
      readonly target: string;
    };

/** A DNS server on loopback that knows the names a test tells it. */
export interface DnsServer {
  /** `address:port`. */
  readonly address: string;
  /** Names and their records, changed by the test as it goes. */
  readonly records: Map<string, DnsRecord[]>;
  /** While true every question is answered with a server failure. */
  broken: boolean;
  /** What becomes of an answer on its way, such as bytes that are none; it is sent as it is if left out. */
  spoil: ((answer: Buffer) => Buffer) | null;
  /** Questions answered so far. */
  questions: number;
  close(): void;
}

/** More than this goes by TCP. */
const MOST_BY_UDP = 1_200;

export async function startDnsServer(): Promise<DnsServer> {
  const socket = createSocket('udp4');
  const server = {
    address: '',
    records: new Map<string, DnsRecord[]>(),
    broken: false,
    spoil: null as DnsServer['spoil'],
    questions: 0,
    close() {
      socket.close();
      streams.close();
    },
  };
  socket.on('message', (query, peer) => {
    server.questions++;
    const whole = answer(query, server.records, server.broken);
    const bytes = whole.length > MOST_BY_UDP ? cutShort(whole, query) : whole;
    socket.send(server.spoil === null ? bytes : server.spoil(bytes), peer.port, peer.address);
  });
  const streams = createServer((stream) =>
    answerStream(stream, (query) => answer(query, server.records, server.broken)),
  );
  await new Promise<void>((resolve) => void streams.listen(0, '127.0.0.1', resolve));
  const { port } = streams.address() as AddressInfo;
  await new Promise<void>((resolve) => void socket.bind(port, '127.0.0.1', resolve));
  server.address = `127.0.0.1:${port}`;
  return server;
}

/** The header and the question, with the bit that says there is more. */
function cutShort(whole: Buffer, query: Buffer): Buffer {
  const short = Buffer.from(whole.subarray(0, query.indexOf(0, 12) + 5));
  short.writeUInt16BE(short.readUInt16BE(2) | 0x0200, 2);
  short.writeUInt16BE(0, 6);
  return short;
}

/** RFC 1035, section 4.2.2: each message after its length. */
function answerStream(stream: Socket, answerTo: (query: Buffer) => Buffer): void {
  let have: Buffer = Buffer.alloc(0);
  stream.on('error', () => {});
  stream.on('data', (chunk: Buffer) => {
    have = Buffer.concat([have, chunk]);
    while (have.length >= 2 && have.length >= 2 + have.readUInt16BE(0)) {
      const end = 2 + have.readUInt16BE(0);
      const reply = answerTo(have.subarray(2, end));
      stream.write(Buffer.concat([words(reply.length), reply]));
      have = have.subarray(end);
    }
  });
}

/** RFC 1035, section 4: one question, its records after it. */
function answer(query: Buffer, records: ReadonlyMap<string, readonly DnsRecord[]>, broken: boolean): Buffer {
  const labels: string[] = [];
  let at = 12;
  while (query[at] !== 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + query[at]!));
    at += 1 + query[at]!;
  }
  const type = query.readUInt16BE(at + 1);
  const question = query.subarray(12, at + 5);
  const known = records.get(labels.join('.').toLowerCase());
  const found = (known ?? []).filter((record) => (record.type === 'A' ? A : SRV) === type);
  const header = Buffer.alloc(12);
  query.copy(header, 0, 0, 2);
  const code = broken ? SERVER_FAILURE : known === undefined ? NO_SUCH_NAME : 0;
  header.writeUInt16BE(0x8180 | code, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(broken ? 0 : found.length, 6);
  return Buffer.concat([header, question, ...(broken ? [] : found.map(recordBytes))]);
}

function recordBytes(record: DnsRecord): Buffer {
  const data =
    record.type === 'A'
      ? Buffer.from(record.address.split('.').map(Number))
      : Buffer.concat([words(record.priority, record.weight, record.port), nameBytes(record.target)]);
  const ttl = record.type === 'A' ? record.ttl : 60;
  // 0xc00c: the name of the question.
  return Buffer.concat([
    words(0xc00c, record.type === 'A' ? A : SRV, 1, ttl >>> 16, ttl & 0xffff, data.length),
    data,
  ]);
}

function words(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  values.forEach((value, i) => bytes.writeUInt16BE(value, i * 2));
  return bytes;
}

function nameBytes(name: string): Buffer {
  const labels = name.split('.').map((label) => Buffer.from([label.length, ...Buffer.from(label)]));
  return Buffer.concat([...labels, Buffer.from([0])]);
}
