import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, Socket } from 'node:net';
import { join } from 'node:path';
import modbus from 'jsmodbus';
import smpp, { type Pdu, type Session } from 'smpp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { protoFrame } from '../compiler/cli/cli.js';
import { ROOT } from '../support/root.js';
import { type Sidecar, startSidecar } from '../support/sidecar.js';

// Two of test/unseen's protocols between clients and servers of npm: the schema is all that the sidecar knows of them.

let out: string;
const sidecars: Sidecar[] = [];
/** Of servers. */
const sockets = new Set<Socket>();

/** A sidecar that speaks a protocol of test/unseen, before one host. */
async function sidecarFor(name: string, upstream: number, match: string): Promise<Sidecar> {
  const codecs = [join(out, `${name}.js`)];
  const sidecar = await startSidecar({ protocol: name, upstreams: [upstream], codecs, match });
  sidecars.push(sidecar);
  return sidecar;
}

async function listen(server: Server): Promise<number> {
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** Ends a server and its connections. */
async function shut(server: Server): Promise<void> {
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
}

beforeAll(async () => {
  mkdirSync(`${ROOT}test/dist`, { recursive: true });
  out = mkdtempSync(`${ROOT}test/dist/unseen-e2e-`);
  const schemas = ['smpp', 'modbus'].map((name) => `test/unseen/${name}/${name}.proto-frame`);
  const compiled = await protoFrame(ROOT, ['compile', ...schemas, '--out', out, '--emit', 'js']);
  expect([compiled.code, compiled.err]).toEqual([0, '']);
});

afterAll(async () => {
  const stopped = await Promise.all(sidecars.map((sidecar) => sidecar.stop()));
  rmSync(out, { recursive: true, force: true });
  expect(stopped.filter((code) => code !== 0)).toEqual([]);
});

describe('jsmodbus on both sides', () => {
  interface Caller {
    readonly client: modbus.client.TCP;
    readonly socket: Socket;
  }
  async function caller(port: number): Promise<Caller> {
    const socket = new Socket();
    const client = new modbus.client.TCP(socket, 1, 30_000);
    socket.connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return { client, socket };
  }

  let sidecar: Sidecar;

  it('callers with the same transaction ids share a connection, and each reads what it wrote', async () => {
    const server = createServer();
    let connections = 0;
    server.on('connection', () => connections++);
    new modbus.server.TCP(server, { holding: Buffer.alloc(2_000) });
    const { port } = (sidecar = await sidecarFor('modbus', await listen(server), "{ service: '1' }"));
    const callers = await Promise.all(Array.from({ length: 8 }, () => caller(port)));
    const wrong: string[] = [];
    await Promise.all(
      callers.map(async ({ client }, c) => {
        for (let round = 1; round <= 25; round++) {
          await client.writeSingleRegister(c, round * 100 + c);
          const { response } = await client.readHoldingRegisters(c, 1);
          const [value] = response.body.valuesAsArray;
          if (value !== round * 100 + c) wrong.push(`${c} in round ${round} read ${value}`);
        }
      }),
    );
    callers.forEach(({ socket }) => socket.destroy());
    await shut(server);
    expect(wrong).toEqual([]);
    expect(connections).toBe(1);
  });

  it('where no host answers, a client shows the exception of a gateway', async () => {
    const { client, socket } = await caller(sidecar.port);
    const failure = await client.readCoils(0, 1).then(
      () => null,
      (error: modbus.Failure) => error,
    );
    socket.destroy();
    expect(failure).toMatchObject({ err: 'ModbusException', response: { body: { code: 0x0a } } });
  });
});

describe('smpp on both sides', () => {
  function open(port: number): Promise<Session> {
    const session = smpp.connect({ host: '127.0.0.1', port });
    return new Promise((resolve, reject) => {
      session.once('connect', () => resolve(session));
      session.once('error', reject);
    });
  }

  let sidecar: Sidecar;

  it('messages go both ways on the connection that was bound, heartbeats too', async () => {
    const center = smpp.createServer((session) => {
      session.on('error', () => {});
      session.on('bind_transceiver', (pdu) => session.send(pdu.response({ system_id: 'center' })));
      session.on('enquire_link', (pdu) => session.send(pdu.response()));
      session.on('submit_sm', (pdu) => {
        session.send(pdu.response({ message_id: `for ${pdu.destination_addr}` }));
        session.deliver_sm({ destination_addr: pdu.source_addr, short_message: `to ${pdu.source_addr}` });
      });
    });
    const { port } = (sidecar = await sidecarFor('smpp', await listen(center), '{ service: smpp }'));
    const heard = await Promise.all(
      ['4930', '4940'].map(async (own) => {
        const session = await open(port);
        const delivered = new Promise<Pdu>((resolve) => session.on('deliver_sm', resolve));
        const ask = (
          command: 'bind_transceiver' | 'submit_sm' | 'enquire_link',
          fields: object,
        ): Promise<Pdu> => new Promise((resolve) => session[command](fields, resolve));
        const bound = await ask('bind_transceiver', { system_id: own, password: 'secret' });
        const taken = await ask('submit_sm', {
          source_addr: own,
          destination_addr: '100',
          short_message: 'x'.repeat(200),
        });
        const alive = await ask('enquire_link', {});
        const { short_message } = await delivered;
        session.close();
        return [bound.system_id, taken.message_id, alive.command_status, short_message!.message];
      }),
    );
    await shut(center);
    expect(heard).toEqual([
      ['center', 'for 100', 0, 'to 4930'],
      ['center', 'for 100', 0, 'to 4940'],
    ]);
  });

  it('where no center answers, a client sees that its bind failed', async () => {
    const session = await open(sidecar.port);
    session.on('error', () => {});
    const { command_status } = await new Promise<Pdu>((resolve) =>
      session.bind_transceiver({ system_id: 'a', password: 'b' }, resolve),
    );
    session.close();
    expect(command_status).toBe(smpp.ESME_RBINDFAIL);
  });
});
