import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FrameSocket } from '../support/frame-socket.js';
import { buildBolt, buildX, parseBolt, parseX } from '../support/reference-frames.js';
import { type Sidecar, startSidecar } from '../support/sidecar.js';

/** How a protocol says what the test needs said; ids are the caller's. */
interface Dialect {
  readonly name: string;
  request(id: number, text: string): Buffer;
  heartbeat(id: number): Buffer;
  /** What a frame from the sidecar says, for comparison. */
  read(frame: Buffer): { id: number; says: string; status: number; heartbeat: boolean; goaway: boolean };
  /** The service's reply to a request that it received. */
  reply(frame: Buffer): Buffer;
  /** The status of "no route" or "no host" on the wire. */
  readonly noRoute: readonly number[];
}

const HEADERS = [['service', 'com.demo.Echo:1.0']] as const;

function bolt(name: string, fields: { proto: 1 | 2; ver1?: number; switches?: number }): Dialect {
  return {
    name,
    request: (id, text) => buildBolt({ ...fields, id, headers: HEADERS, content: Buffer.from(text) }),
    heartbeat: (id) => buildBolt({ ...fields, id, cmd: 0 }),
    read(frame) {
      const f = parseBolt(frame);
      expect(f.proto).toBe(fields.proto);
      if (fields.proto === 2) expect([f.ver1, f.switches]).toEqual([fields.ver1, fields.switches]);
      const says = Buffer.from(f.content).toString();
      return { id: f.id, says, status: f.status, heartbeat: f.cmd === 0, goaway: f.cmd === 100 };
    },
    reply(frame) {
      const f = parseBolt(frame);
      return buildBolt({ ...f, type: 0, cmd: f.cmd === 0 ? 0 : 2, status: 0, headers: [] });
    },
    noRoute: [6],
  };
}

const dialects: Dialect[] = [
  bolt('bolt', { proto: 1 }),
  bolt('bolt2', { proto: 2, ver1: 1, switches: 0 }),
  bolt('bolt2 with CRC', { proto: 2, ver1: 2, switches: 1 }),
  {
    name: 'x_example',
    request: (id, text) => buildX({ id, payload: Buffer.from(text) }),
    heartbeat: (id) => buildX({ id, type: 0 }),
    read(frame) {
      const f = parseX(frame);
      const says = Buffer.from(f.payload).toString();
      return { id: f.id, says, status: f.status, heartbeat: f.type === 0, goaway: f.type === 2 };
    },
    reply: (frame) => buildX({ ...parseX(frame), direction: 1, status: 0 }),
    noRoute: [404, 502],
  },
];

/** A service that speaks whatever it is spoken to in, and echoes. */
class EchoOfAll {
  private readonly sockets = new Set<Socket>();
  private readonly server: Server = createServer((socket) => {
    this.sockets.add(socket);
    const frames = new FrameSocket(socket);
    const serve = async (): Promise<void> => {
      for (let frame; (frame = await frames.next(60_000).catch(() => null)) !== null;) {
        const dialect = frame[0] === 0x78 ? dialects[3]! : dialects[0]!;
        frames.send(dialect.reply(frame));
      }
    };
    void serve();
  });

  listen(): Promise<number> {
    return new Promise((resolve) => {
      this.server.listen(0, '127.0.0.1', () => resolve((this.server.address() as AddressInfo).port));
    });
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
  }
}

describe('one port for bolt, bolt2 and x_example', () => {
  const service = new EchoOfAll();
  let sidecar: Sidecar;
  let empty: Sidecar;

  beforeAll(async () => {
    sidecar = await startSidecar({ protocol: 'auto', match: '{}', upstreams: [await service.listen()] });
    empty = await startSidecar({ protocol: '[bolt, bolt2, x_example]', match: '{}', upstreams: [] });
  });

  afterAll(async () => {
    expect(await sidecar?.stop()).toBe(0);
    expect(await empty?.stop()).toBe(0);
    service.close();
  });

  it.each(dialects)('a caller who speaks $name is answered in it, under his own ids', async (dialect) => {
    const caller = FrameSocket.connect(sidecar.port);
    const ids = [0, 1, 7, 0x7fffffff, 0x80000000, 0xffffffff];
    caller.send(...ids.map((id) => dialect.request(id, `text ${id}`)));
    const said = await Promise.all(ids.map(() => caller.next()));
    const replies = said.map((frame) => dialect.read(frame!)).sort((a, b) => a.id - b.id);
    expect(replies).toEqual(
      ids.map((id) => ({ id, says: `text ${id}`, status: 0, heartbeat: false, goaway: false })),
    );
    caller.close();
  });

  it.each(dialects)('recognises $name byte by byte', async (dialect) => {
    const caller = FrameSocket.connect(sidecar.port);
    for (const byte of dialect.request(9, 'slowly')) {
      caller.send(Uint8Array.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(dialect.read((await caller.next())!)).toMatchObject({ id: 9, says: 'slowly' });
    caller.close();
  });

  it.each(dialects)('acknowledges a heartbeat of $name itself', async (dialect) => {
    const caller = FrameSocket.connect(empty.port);
    caller.send(dialect.heartbeat(77));
    expect(dialect.read((await caller.next())!)).toMatchObject({ id: 77, heartbeat: true });
    caller.close();
  });

  it.each(dialects)(
    'answers a request of $name for which there is no host in its format',
    async (dialect) => {
      const caller = FrameSocket.connect(empty.port);
      caller.send(dialect.request(78, 'anybody?'));
      const reply = dialect.read((await caller.next())!);
      expect(reply).toMatchObject({ id: 78, heartbeat: false });
      expect(dialect.noRoute).toContain(reply.status);
      caller.close();
    },
  );

  it('hangs up on a caller who speaks none of them', async () => {
    const caller = FrameSocket.connect(sidecar.port);
    caller.send(Buffer.from('GET / HTTP/1.1\r\n\r\n'));
    expect(await caller.next()).toBeNull();
  });

  it('says goaway when it is told to stop, finishes, and exits with 0', async () => {
    const stopping = await startSidecar({ protocol: 'auto', match: '{}', upstreams: [] });
    const callers = dialects.map((dialect) => ({ dialect, caller: FrameSocket.connect(stopping.port) }));
    for (const { dialect, caller } of callers) {
      caller.send(dialect.heartbeat(1));
      await caller.next();
    }
    const stopped = stopping.stop();
    for (const { dialect, caller } of callers) {
      // v2 with CRC is asked to go away in plain v2: the frame answers nothing that could say otherwise.
      const frame = (await caller.next())!;
      if (dialect.name !== 'bolt2 with CRC') expect(dialect.read(frame).goaway).toBe(true);
      caller.close();
    }
    expect(await stopped).toBe(0);
  });
});
