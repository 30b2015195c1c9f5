import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import { ScanState, type RequestFacts, type XProtocol } from '@proto-frame/api';
import { afterEach, expect, it } from 'vitest';
import { modulesOf } from '../../compiler/cli/generate-all.js';
import { generate } from '../../compiler/codegen/generate.js';
import { compileSchema, runModule } from '../compiler/codegen/load-codec.js';
import { eventually } from '../support/bolt-client.js';
import { clusterOf, routeTo, startProxy, type WholeProxy } from '../support/whole-proxy.js';

// Replies that can be read only by what their own request says, through the whole proxy.

const schema = (settings: string, id: string): string => `protocol registers {
  ${settings}
  limits { frame = 64KiB; }
  frame Ask from client { magic : u8 = 0x51; ${id} count : u8; wide : bool(u8); }
  frame Answer from server {
    len : u16 in ${id === '' ? 2 : 6}..60000;
    within (len) {
      ${id}
      variant (req.wide) {
        true  => { words : list of u16 count req.count; }
        false => { small : bytes size req.count; }
      }
      echo : u8 = req.count;
      code : u8;
    }
  }
  semantics Ask { kind = request; ${id === '' ? '' : 'id = id;'} service = "registers"; }
  semantics Answer { kind = response; ${id === '' ? '' : 'id = id;'} }
  synth hijack none;
}`;

type Codec = XProtocol<Record<string, unknown>>;
type View = new (b: Uint8Array, start: number, end: number, facts: RequestFacts) => Record<string, unknown>;

async function compiled(text: string): Promise<{ codec: Codec; Answer: View }> {
  const protocol = compileSchema('registers.proto-frame', text);
  const loaded = new Map<string, Record<string, unknown>>();
  for (const side of modulesOf(protocol).toReversed())
    loaded.set(side.fileName, runModule(await generate(side), loaded));
  const Answer = loaded.get('replies/registers.ts')!['AnswerFrame'] as View;
  return { codec: loaded.get('registers.ts')!['registers'] as Codec, Answer };
}

/** Gives each frame of a socket once it is there. */
function eachFrame(socket: Socket, codec: XProtocol, onFrame: (frame: Uint8Array) => void): void {
  let held = Buffer.alloc(0);
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    held = Buffer.concat([held, chunk]);
    for (;;) {
      const length = codec.scan(held, 0, held.length, new ScanState(65536));
      if (length <= 0 || length > held.length) return;
      onFrame(Uint8Array.from(held.subarray(0, length)));
      held = held.subarray(length);
    }
  });
}

let proxy: WholeProxy;
const sockets: Socket[] = [];
const closings: (() => void)[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await eventually(() => proxy.proxy.connectionCount === 0, 'all callers gone');
  expect(proxy.errors).toEqual([]);
  await proxy.close();
  for (const close of closings.splice(0)) close();
});

/** A host that answers as many requests at once as it is told, the last one first where ids say whose a reply is. */
async function startHost({ codec }: { codec: Codec }, batch: number, byId: boolean): Promise<number> {
  const server = createServer((socket) => {
    sockets.push(socket);
    let waiting: Uint8Array[] = [];
    eachFrame(socket, codec, (ask) => {
      waiting.push(ask);
      if (waiting.length < batch) return;
      for (const one of byId ? waiting.toReversed() : waiting) {
        const facts = codec.factsOf!(one, 0, one.length) as { wide: boolean; count: number };
        const n = facts.count;
        const values = Array.from({ length: n }, (_, i) => (n * 7 + i) % 251);
        const id = byId ? { id: codec.idOf(one, 0, one.length) } : {};
        const lied = n === 200 ? { ...facts, count: 199 } : facts;
        const init = { ...id, words: values, small: Uint8Array.from(values), code: n % 5 };
        const given = lied === facts ? init : { ...init, words: values.slice(1), small: init.small.slice(1) };
        socket.write(codec.replies.encode(given as never, lied as RequestFacts));
      }
      waiting = [];
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  closings.push(() => void server.close());
  return (server.address() as AddressInfo).port;
}

it.each([
  ['ids, answered out of order', 'correlate id, remember(count, wide);', 'id : u32;', 8],
  ['order, pipelined', 'pool pipeline; correlate fifo, remember(count, wide);', '', 1],
])('%s: each reply is read by its own request', async (_name, settings, id, batch) => {
  const byId = id !== '';
  const loaded = await compiled(schema(settings, id));
  const { codec, Answer } = loaded;
  const port = await startHost(loaded, batch, byId);
  proxy = await startProxy({ protocols: [codec], clusters: [clusterOf([port])], routes: [routeTo('echo')] });

  const got: [caller: number, asked: number, values: unknown, echo: unknown][] = [];
  const callers = [0, 1, 2].map((caller) => {
    const socket = connect(proxy.port, '127.0.0.1');
    sockets.push(socket);
    const asked: { bytes: Uint8Array; n: number }[] = [];
    eachFrame(socket, codec.replies, (reply) => {
      const at = byId
        ? asked.findIndex((one) => Number(codec.replies.idOf(reply, 0, reply.length)) === one.n)
        : 0;
      const [{ bytes, n }] = asked.splice(at, 1) as [(typeof asked)[number]];
      const facts = codec.factsOf!(bytes, 0, bytes.length);
      codec.replies.check(reply, 0, reply.length, facts);
      const view = new Answer(reply, 0, reply.length, facts);
      got.push([caller, n, [...((view['words'] ?? view['small']) as Iterable<number>)], view['echo']]);
    });
    return { socket, asked };
  });
  for (let n = 1; n <= 16; n++) {
    for (const [caller, { socket, asked }] of callers.entries()) {
      const count = n * 3 + caller;
      const bytes = codec.encode({ ...(byId ? { id: count } : {}), count, wide: (n + caller) % 2 === 0 });
      asked.push({ bytes, n: count });
      socket.write(bytes);
    }
  }
  await eventually(() => got.length === 48, 'all replies');
  for (const [, n, values, echo] of got)
    expect([values, echo]).toEqual([Array.from({ length: n }, (_, i) => (n * 7 + i) % 251), n]);
  for (const caller of [0, 1, 2])
    expect(
      got
        .filter(([c]) => c === caller)
        .map(([, n]) => n)
        .toSorted((a, b) => a - b),
    ).toEqual(Array.from({ length: 16 }, (_, i) => (i + 1) * 3 + caller));

  // What does not fit its request reaches nobody.
  const [{ socket }] = callers as [(typeof callers)[number]];
  let closed = false;
  socket.on('close', () => (closed = true));
  const liar = codec.encode({ ...(byId ? { id: 1 } : {}), count: 200, wide: false });
  for (let n = 0; n < batch; n++) socket.write(liar);
  await eventually(() => closed, 'the caller of a reply that can not be read is told');
  expect(got.length).toBe(48);
});
