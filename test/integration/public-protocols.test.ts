import { FrameKind, Status, type RequestId, type XProtocol } from '@proto-frame/api';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { kafka } from '#codecs/kafka.js';
import { dubboThrift } from '#codecs/dubbo-thrift.js';
import { memcached } from '#codecs/memcached.js';
import { motan2 } from '#codecs/motan2.js';
import { rocketmq } from '#codecs/rocketmq.js';
import { thriftCompact } from '#codecs/thrift-compact.js';
import { thriftHeader } from '#codecs/thrift-header.js';
import { thrift } from '#codecs/thrift.js';
import { eventually } from '../support/bolt-client.js';
import { Random } from '../support/random.js';
import { kafkaReference } from '../support/references/kafka.js';
import { dubboThriftReference } from '../support/references/dubbo-thrift.js';
import { memcachedReference } from '../support/references/memcached.js';
import { motan2Reference } from '../support/references/motan2.js';
import { rocketmqReference } from '../support/references/rocketmq.js';
import {
  thriftCompactReference,
  thriftHeaderReference,
  thriftReference,
} from '../support/references/thrift.js';
import { brpc } from '#codecs/brpc.js';
import { tars } from '#codecs/tars.js';
import { brpcReference, brpcReplyReference } from '../support/references/brpc.js';
import { tarsReference, tarsReplyReference } from '../support/references/tars.js';
import type { FrameReference, WireReference } from '../support/references/wire-reference.js';
import { clusterOf, startProxy, type WholeProxy } from '../support/whole-proxy.js';

// Protocols whose schemas were written after public specifications, through the whole proxy, with clients and
// hosts that a person wrote after the same texts.

interface Tested {
  readonly name: string;
  readonly protocol: XProtocol;
  readonly reference: WireReference;
  /** How replies are read where they look different. */
  readonly replies?: FrameReference;
  /** Ids that callers use, beside counted ones. */
  readonly ids: readonly RequestId[];
}

const TESTED: readonly Tested[] = [
  { name: 'kafka', protocol: kafka, reference: kafkaReference, ids: [0, 0x7fffffff, -0x80000000, -1] },
  {
    name: 'brpc',
    protocol: brpc,
    reference: brpcReference,
    replies: brpcReplyReference,
    ids: [0, 1, 127, 128, 2 ** 53 - 1, 2n ** 62n, -(2n ** 63n)],
  },
  { name: 'memcached', protocol: memcached, reference: memcachedReference, ids: [0, 0xffffffff, 0x80000000] },
  {
    name: 'motan2',
    protocol: motan2,
    reference: motan2Reference,
    ids: [0, 2n ** 64n - 1n, 1_674_000_000_000n << 20n, 2 ** 53 - 1],
  },
  {
    name: 'rocketmq',
    protocol: rocketmq,
    reference: rocketmqReference,
    ids: [0, 0x7fffffff, -5, 1_000_000],
  },
  { name: 'thrift', protocol: thrift, reference: thriftReference, ids: [0, -1, 0x7fffffff, -0x80000000] },
  {
    name: 'thrift_compact',
    protocol: thriftCompact,
    reference: thriftCompactReference,
    ids: [0, 127, 128, 16383, 16384, 0x7fffffff, 0xffffffff],
  },
  {
    name: 'thrift_header',
    protocol: thriftHeader,
    reference: thriftHeaderReference,
    ids: [0, 127, 128, 16384, 0x7fffffff, 0xffffffff],
  },
  {
    name: 'dubbo_thrift',
    protocol: dubboThrift,
    reference: dubboThriftReference,
    ids: [0, 2n ** 64n - 1n, 2 ** 53 - 1],
  },
  {
    name: 'tars',
    protocol: tars,
    reference: tarsReference,
    replies: tarsReplyReference,
    ids: [0, 0x7fffffff, -5, 1_000_000],
  },
];

let proxy: WholeProxy | undefined;
const servers: Server[] = [];
const sockets: Socket[] = [];

/** Calls `take` with each frame of a socket. */
function frames(socket: Socket, { length }: WireReference, take: (frame: Buffer) => void): void {
  let rest: Buffer = Buffer.alloc(0);
  sockets.push(socket);
  socket.on('error', () => {});
  socket.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    for (let size = length(rest); size > 0 && size <= rest.length; size = length(rest)) {
      take(rest.subarray(0, size));
      rest = rest.subarray(size);
    }
  });
}

/** A host that answers each call with its own text and a `!`; where ids say whose an answer is, in any order. */
async function startHost({ protocol, reference }: Tested, random: Random): Promise<number> {
  const anyOrder = protocol.traits.correlation === 'id';
  const server = createServer({ noDelay: true }, (socket) => {
    let held: Buffer[] = [];
    const answer = (): void => {
      if (anyOrder) held.sort(() => random.next() - 0.5);
      socket.write(Buffer.concat(held));
      held = [];
    };
    frames(socket, reference, (frame) => {
      const text = Buffer.from(reference.facts(frame).body).toString();
      held.push(reference.reply(frame, `${text}!`));
      if (held.length === 1) setTimeout(answer, random.below(3));
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await proxy?.close();
  expect(proxy?.errors).toEqual([]);
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
});

describe.each([...TESTED])('$name through the proxy', (tested) => {
  const { protocol, reference, ids } = tested;

  it('every reply reaches the caller of its request, byte for byte, under its own id', async () => {
    const random = new Random(11);
    const hosts = [await startHost(tested, random), await startHost(tested, random)];
    proxy = await startProxy({ protocols: [protocol], clusters: [clusterOf(hosts)] });
    const callers = Array.from({ length: 6 }, async (_, c) => {
      const socket = connect(proxy!.port, '127.0.0.1');
      const replies: string[] = [];
      frames(socket, reference, (frame) => void replies.push(frame.toString('hex')));
      // All callers use the same ids.
      const requests = Array.from({ length: 300 }, (_, n) => {
        const id = ids[n] ?? n;
        const text = `caller ${c} call ${n} ${'x'.repeat(random.below(100))}`;
        const request = reference.request(id, text);
        return { request, reply: reference.reply(request, `${text}!`).toString('hex') };
      });
      const stream = Buffer.concat(requests.map(({ request }) => request));
      for (let at = 0; at < stream.length;) {
        const piece = stream.subarray(at, at + 1 + random.below(5000));
        at += piece.length;
        socket.write(piece);
        await new Promise((resolve) => setImmediate(resolve));
      }
      await eventually(() => replies.length >= requests.length, `replies to caller ${c}`);
      const expected = requests.map(({ reply }) => reply);
      if (protocol.traits.correlation === 'id') {
        expect(replies.sort()).toEqual(expected.sort());
      } else expect(replies).toEqual(expected);
    });
    await Promise.all(callers);
    // Six callers share a connection to each host, but where each has one of its own.
    expect(proxy.upstream.connectionsActive).toBe(protocol.traits.poolMode === 'binding' ? 6 : 2);
  });

  it('a call that no host takes is answered in its own form, under its own id', async () => {
    const port = await startHost(tested, new Random(1));
    await new Promise((resolve) => servers.pop()!.close(resolve));
    proxy = await startProxy({ protocols: [protocol], clusters: [clusterOf([port])] });
    const socket = connect(proxy.port, '127.0.0.1');
    const replies: Buffer[] = [];
    let closed = false;
    frames(socket, reference, (frame) => void replies.push(frame));
    socket.on('close', () => (closed = true));
    socket.write(reference.request(ids[1] ?? 1, 'hello'));
    await eventually(() => replies.length === 1 || closed, 'an answer');
    const memo = protocol.remember(reference.request(0, ''), 0, reference.request(0, '').length);
    if (protocol.hijack(memo, Status.TIMEOUT, '') === null) {
      expect(closed).toBe(true);
      return;
    }
    const { id, wireStatus } = (tested.replies ?? reference).facts(replies[0]!);
    expect(id).toBe(ids[1] ?? 1);
    expect(protocol.replies.toCanonical(wireStatus)).not.toBe(Status.OK);
  });
});

describe('memcached', () => {
  const HEAD = 24;
  const packet = (magic: number, opcode: number, opaque: number, value = ''): Buffer => {
    const head = Buffer.alloc(HEAD);
    head.set([magic, opcode]);
    return memcachedReference.rebuild(head, { id: opaque, body: Buffer.from(value) });
  };
  const [GETQ, NOOP, STAT, QUIT] = [0x09, 0x0a, 0x10, 0x07];

  /** A host that knows only every second key, has three statistics, and hangs up when told to. */
  async function startCache(): Promise<number> {
    const server = createServer({ noDelay: true }, (socket) => {
      frames(socket, memcachedReference, (frame) => {
        const [opcode, opaque] = [frame[1]!, frame.readUInt32BE(12)];
        if (opcode === GETQ && opaque % 2 === 1) return;
        if (opcode === STAT) {
          for (const stat of ['pid', 'uptime']) socket.write(packet(0x81, STAT, opaque, stat));
        }
        socket.write(packet(0x81, opcode, opaque));
        if (opcode === QUIT) socket.end();
      });
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  }

  it('quiet gets, many replies and the end of a connection are the affair of one caller', async () => {
    proxy = await startProxy({ protocols: [memcached], clusters: [clusterOf([await startCache()])] });
    const [quiet, other] = [connect(proxy.port, '127.0.0.1'), connect(proxy.port, '127.0.0.1')];
    const seen: string[] = [];
    const others: number[] = [];
    let closed = false;
    const describeReply = (b: Buffer): string =>
      `${b[1]} ${b.readUInt32BE(12)} ${b.subarray(HEAD).toString()}`;
    frames(quiet, memcachedReference, (frame) => void seen.push(describeReply(frame)));
    frames(other, memcachedReference, (frame) => void others.push(frame.readUInt32BE(12)));
    quiet.on('close', () => (closed = true));
    other.write(Buffer.concat([1, 2, 3].map((n) => packet(0x80, 0x00, n))));
    quiet.write(Buffer.concat([0, 1, 2, 3].map((n) => packet(0x80, GETQ, n)).concat(packet(0x80, NOOP, 9))));
    await eventually(() => seen.length === 3 && others.length === 3, 'the hits and the end mark');
    expect(seen.splice(0)).toEqual([`${GETQ} 0 `, `${GETQ} 2 `, `${NOOP} 9 `]);
    quiet.write(packet(0x80, STAT, 5));
    await eventually(() => seen.length === 3, 'all statistics');
    expect(seen.splice(0)).toEqual([`${STAT} 5 pid`, `${STAT} 5 uptime`, `${STAT} 5 `]);
    quiet.write(packet(0x80, QUIT, 6));
    await eventually(() => closed, 'the end of the connection');
    expect(seen).toEqual([`${QUIT} 6 `]);
    other.write(packet(0x80, 0x00, 4));
    await eventually(() => others.length === 4, 'a reply to the other caller');
    expect(others).toEqual([1, 2, 3, 4]);
  });

  // memcached 1.6.18 closes over a packet of another shape, and behind an unknown one takes its body once more.
  it.each([
    { what: 'get', opcode: 0x00, key: 'k', shared: true },
    { what: 'get without a key', opcode: 0x00 },
    { what: 'get with extras', opcode: 0x00, extras: 4, key: 'k' },
    { what: 'get with a value', opcode: 0x00, key: 'k', value: 'v' },
    { what: 'get with the longest key', opcode: 0x00, key: 'k'.repeat(250), shared: true },
    { what: 'get with a longer key', opcode: 0x00, key: 'k'.repeat(251) },
    { what: 'set', opcode: 0x01, extras: 8, key: 'k', value: 'v', shared: true },
    { what: 'set to nothing', opcode: 0x01, extras: 8, key: 'k', shared: true },
    { what: 'set without extras', opcode: 0x01, key: 'k', value: 'v' },
    { what: 'increment', opcode: 0x05, extras: 20, key: 'k', shared: true },
    { what: 'append', opcode: 0x0e, key: 'k', value: 'v', shared: true },
    { what: 'touch', opcode: 0x1c, extras: 4, key: 'k', shared: true },
    { what: 'flush at once', opcode: 0x08, shared: true },
    { what: 'flush later', opcode: 0x08, extras: 4, shared: true },
    { what: 'version with a body', opcode: 0x0b, value: 'v' },
    { what: 'set quietly', opcode: 0x11, extras: 8, key: 'k', value: 'v' },
    { what: 'an unknown command', opcode: 0x55, key: 'k', value: 'v' },
  ])('$what: whether it may share a connection', ({ opcode, extras = 0, key = '', value = '', shared }) => {
    const head = Buffer.alloc(HEAD + extras);
    head.set([0x80, opcode, 0, key.length, extras]);
    const body = Buffer.from(value);
    const frame = memcachedReference.rebuild(Buffer.concat([head, Buffer.from(key)]), { body });
    memcached.check(frame, 0, frame.length);
    expect(memcached.isExclusive(frame, 0, frame.length)).toBe(shared !== true);
  });
});

describe('rocketmq', () => {
  it('what a broker sends on its own reaches the consumer on whose connection it was sent', async () => {
    const { request, facts } = rocketmqReference;
    const brokers: Socket[] = [];
    const server = createServer({ noDelay: true }, (socket) => {
      frames(socket, rocketmqReference, (frame) => {
        if (facts(frame).method === '10') brokers.push(socket);
      });
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    proxy = await startProxy({ protocols: [rocketmq], clusters: [clusterOf([port])] });
    const consumers = ['a', 'b', 'c'].map((name) => {
      const socket = connect(proxy!.port, '127.0.0.1');
      const seen: string[] = [];
      frames(socket, rocketmqReference, (frame) => void seen.push(facts(frame).body.toString()));
      socket.write(request(1, name));
      return seen;
    });
    await eventually(() => brokers.length === 3, 'all consumers');
    brokers.forEach((broker, n) => broker.write(request(1, `to ${n}`)));
    await eventually(() => consumers.every((seen) => seen.length === 1), 'what the broker sent');
    expect(consumers.flat().sort()).toEqual(['to 0', 'to 1', 'to 2']);
  });
});

describe('kafka', () => {
  const { request, reply, facts } = kafkaReference;
  // Texts of an even length are asked for in version 1, others in version 12.
  const [PLAIN, FLEXIBLE] = ['even', 'odd'];

  /** A broker that answers each request by `answer`, in order; null: not at all. */
  async function startBroker(answer: (frame: Buffer) => Buffer | null): Promise<number> {
    const server = createServer({ noDelay: true }, (socket) => {
      frames(socket, kafkaReference, (frame) => void socket.write(answer(frame) ?? ''));
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  }

  async function call(port: number): Promise<{ socket: Socket; seen: Buffer[]; closed: () => boolean }> {
    proxy = await startProxy({ protocols: [kafka], clusters: [clusterOf([port])] });
    const socket = connect(proxy.port, '127.0.0.1');
    const seen: Buffer[] = [];
    let closed = false;
    frames(socket, kafkaReference, (frame) => void seen.push(frame));
    socket.on('close', () => (closed = true));
    return { socket, seen, closed: () => closed };
  }

  /** A request of any API, with `body` behind a header of version 1. */
  const ask = (api: number, version: number, id: number, body: string): Buffer => {
    const b = Buffer.from(request(id, PLAIN));
    const made = Buffer.concat([b.subarray(0, 15), Buffer.from(body, 'hex')]);
    made.writeInt32BE(made.length - 4);
    made.writeInt16BE(api, 4);
    made.writeInt16BE(version, 6);
    return made;
  };

  it('Produce without acks goes out and waits for nothing', async () => {
    const got: string[] = [];
    const port = await startBroker((frame) => {
      const { method, kind } = facts(frame);
      got.push(`${method} ${kind}`);
      return method === 'Produce' ? null : reply(frame, 'topics');
    });
    const { socket, seen } = await call(port);
    socket.write(Buffer.concat([ask(0, 2, 1, '0000000003e800000000'), request(2, PLAIN)]));
    await eventually(() => seen.length === 1, 'the answer to Metadata');
    expect(facts(ask(0, 2, 1, '0000000003e800000000')).kind).toBe(FrameKind.oneway);
    expect(got).toEqual([`Produce ${FrameKind.oneway}`, `Metadata ${FrameKind.request}`]);
    expect(proxy!.downstream).toMatchObject({ oneway: 1, requests: 1 });
    expect(seen[0]!.readInt32BE(4)).toBe(2);
  });

  it('a reply is held to the form that its request asks for', async () => {
    // Tagged fields announce more bytes than there are: nothing is wrong with that in a header of version 0.
    const port = await startBroker((frame) => {
      const made = Buffer.from('000000080000000001007f61', 'hex');
      frame.copy(made, 4, 8, 12);
      return made;
    });
    const { socket, seen, closed } = await call(port);
    socket.write(request(1, PLAIN));
    await eventually(() => seen.length === 1, 'the answer to version 1');
    expect(seen[0]!.toString('hex')).toBe('000000080000000101007f61');
    socket.write(request(2, FLEXIBLE));
    // The protocol has no error reply, so that the caller is told by the end of its connection.
    await eventually(closed, 'the end of the connection');
    expect(seen).toHaveLength(1);
    expect(proxy!.upstream.resets).toBe(1);
  });

  it('from Fetch on a caller has a connection of its own, where replies are held to their requests as well', async () => {
    const port = await startBroker((frame) => {
      const { body } = facts(frame);
      if (body.toString() === 'stray') return Buffer.from('00000006000000630000', 'hex');
      return reply(frame, 'records');
    });
    const { socket, seen, closed } = await call(port);
    socket.write(Buffer.concat([ask(1, 4, 7, '00'), request(8, FLEXIBLE), request(9, PLAIN)]));
    await eventually(() => seen.length === 3, 'three answers');
    expect(seen.map((frame) => frame.readInt32BE(4))).toEqual([7, 8, 9]);
    expect(seen.map((frame) => frame.toString('latin1').endsWith('records'))).toEqual([true, true, true]);
    socket.write(request(10, 'stray'));
    await eventually(closed, 'the end of the connection');
    expect(seen).toHaveLength(3);
    expect(proxy!.upstream.unknownReplies).toBe(1);
  });
});
