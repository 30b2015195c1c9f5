import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import type { Random } from '../support/random.js';
import { type Result, scenario, type Stage } from './scenario.js';

/**
 * Dubbo's frames, as far as these tests need them: 16 bytes of header (magic, flags, status, a 64-bit id, the
 * body's length), and a body of Hessian 2. Source: dubbo.apache.org, "Dubbo protocol".
 */
const HEADER = 16;
const MAGIC = 0xdabb;
const TWO_WAY_REQUEST = 0xc2;
const RESPONSE = 0x02;
const OK = 20;
const TOKEN = 16;

/** A text of up to 31 characters. */
const short = (text: string): Buffer => Buffer.concat([Buffer.from([text.length]), Buffer.from(text)]);

/** A call whose only argument is a text of 16 characters. @param timeout in ms, as an attachment; 0: none */
function request(id: bigint, token: string, timeout: number): Buffer {
  const attachments = [short('path'), short('com.demo.Echo')];
  if (timeout > 0) attachments.push(short('timeout'), short(String(timeout)));
  const body = Buffer.concat([
    ...['2.0.2', 'com.demo.Echo', '0.0.0', 'echo', 'Ljava/lang/String;', token].map(short),
    Buffer.from('H'),
    ...attachments,
    Buffer.from('Z'),
  ]);
  return frame(TWO_WAY_REQUEST, 0, id, body);
}

/** What is returned is a text of 16 characters: 0x94 says that attachments follow, of which there are none. */
function response(id: bigint, token: string): Buffer {
  return frame(RESPONSE, OK, id, Buffer.concat([Buffer.from([0x91]), short(token)]));
}

function frame(flags: number, status: number, id: bigint, body: Buffer): Buffer {
  const head = Buffer.alloc(HEADER);
  head.writeUInt16BE(MAGIC, 0);
  head.writeUInt8(flags, 2);
  head.writeUInt8(status, 3);
  head.writeBigUInt64BE(id, 4);
  head.writeUInt32BE(body.length, 12);
  return Buffer.concat([head, body]);
}

/** Calls `onFrame` for each whole frame that comes. */
function frames(socket: Socket, onFrame: (frame: Buffer) => void): void {
  let have: Buffer = Buffer.alloc(0);
  socket.on('error', () => {});
  socket.on('data', (chunk: Buffer) => {
    have = have.length === 0 ? chunk : Buffer.concat([have, chunk]);
    while (have.length >= HEADER && have.length >= HEADER + have.readUInt32BE(12)) {
      const end = HEADER + have.readUInt32BE(12);
      onFrame(have.subarray(0, end));
      have = have.subarray(end);
    }
  });
}

/** Where the token of a request lies: it is the text of 16 characters behind its type. */
function tokenOf(call: Buffer): string {
  const type = 'Ljava/lang/String;';
  const at = call.indexOf(type) + type.length + 1;
  return call.toString('latin1', at, at + TOKEN);
}

/** What an upstream does with one request. */
type OnCall = (call: Buffer, socket: Socket) => void;

async function withDubbo(
  name: string,
  seed: number,
  onCall: OnCall,
  play: (stage: Stage) => Promise<void>,
): Promise<Result> {
  const server = createServer({ noDelay: true }, (socket) =>
    frames(socket, (call) => {
      if ((call[2]! & 0x20) === 0) onCall(call, socket);
      else socket.write(frame(0x22, OK, call.readBigUInt64BE(4), Buffer.from('N')));
    }),
  );
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const upstreams = [(server.address() as AddressInfo).port];
  const options = { upstreams, protocol: 'dubbo', match: '{}', cluster: ['max_connections: 1'] };
  try {
    return await scenario(name, seed, options, play);
  } finally {
    server.close();
  }
}

/** Ids that differ from their neighbours only beyond what a double holds, and any. */
function someId(random: Random): bigint {
  if (random.chance(0.3)) return 2n ** 53n + BigInt(random.below(4));
  return random.bytes(8).readBigUInt64BE();
}

/** A11. Ids of 64 bits come back bit for bit, those included that are the same as a double. */
export function wideIds(requests: number, seed: number): Promise<Result> {
  const late: OnCall = (call, socket) => {
    const reply = response(call.readBigUInt64BE(4), tokenOf(call));
    setTimeout(() => socket.write(reply), reply[HEADER + 5]! % 5);
  };
  return withDubbo('A11 ids of 64 bits', seed, late, async ({ sidecar, random, verdict, figure, count }) => {
    const waiting = new Map<string, bigint>();
    const socket = connect({ port: sidecar.port, host: '127.0.0.1', noDelay: true });
    let sent = 0;
    count(requests);
    await new Promise<void>((resolve) => {
      const send = (): void => {
        const token = random.bytes(TOKEN / 2).toString('hex');
        const id = someId(random);
        waiting.set(token, id);
        socket.write(request(id, token, 0));
        sent++;
      };
      const stall = setTimeout(resolve, 30_000);
      frames(socket, (reply) => {
        const token = reply.toString('latin1', HEADER + 2, HEADER + 2 + TOKEN);
        const id = waiting.get(token);
        if (reply[3] !== OK) verdict.localError++;
        else if (id === undefined) verdict.duplicate++;
        else if (id === reply.readBigUInt64BE(4)) verdict.ok++;
        else verdict.wrong++;
        waiting.delete(token);
        stall.refresh();
        if (sent < requests) send();
        else if (waiting.size === 0) resolve();
      });
      socket.on('close', () => resolve());
      socket.once('connect', () => {
        while (sent < Math.min(64, requests)) send();
      });
      socket.once('close', () => clearTimeout(stall));
    });
    socket.destroy();
    verdict.missing += waiting.size;
    figure('ids given back bit for bit', verdict.ok, `${requests}`, verdict.ok === requests);
  });
}

/** D5 for dubbo: the timeout is an attachment; when it is over the caller gets an error with the id of its call. */
export function dubboDeadlines(requests: number, seed: number): Promise<Result> {
  const told: number[] = [];
  const hold: OnCall = (call) => {
    const found = /timeout[\x00-\x1f](\d+)/.exec(call.toString('latin1', HEADER));
    told.push(Number(found?.[1] ?? NaN));
  };
  const timeout = 200;
  return withDubbo('D5 deadlines of dubbo', seed, hold, async (stage) => {
    const { sidecar, verdict, figure, count } = stage;
    const since = new Map<bigint, number>();
    const after: number[] = [];
    const socket = connect({ port: sidecar.port, host: '127.0.0.1', noDelay: true });
    count(requests);
    await new Promise<void>((resolve) => {
      const stall = setTimeout(resolve, 30_000);
      frames(socket, (reply) => {
        const id = reply.readBigUInt64BE(4);
        const sent = since.get(id);
        if (sent === undefined) verdict.duplicate++;
        else if (reply[3] === OK) verdict.wrong++;
        else verdict.localError++;
        if (sent !== undefined) after.push(performance.now() - sent - timeout);
        since.delete(id);
        stall.refresh();
        if (since.size === 0) resolve();
      });
      socket.once('close', () => clearTimeout(stall));
      socket.once('connect', () => {
        for (let i = 0; i < requests; i++) {
          since.set(BigInt(i), performance.now());
          socket.write(request(BigInt(i), String(i).padStart(TOKEN, '0'), timeout));
        }
      });
    });
    socket.destroy();
    verdict.missing += since.size;
    const early = after.filter((ms) => ms < -1).length;
    figure('errors before the time was up', early, '0', early === 0);
    const right = told.filter((ms) => ms > 0 && ms <= timeout).length;
    figure(
      'hosts told what is left of the time',
      right,
      `${requests}, at most ${timeout} ms`,
      right === requests,
    );
  });
}
