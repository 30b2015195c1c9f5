import { connect, type Socket } from 'node:net';
import { readFileSync } from 'node:fs';
import { connect as connectSecured } from 'node:tls';
import { BoltReader, boltRequest } from '../support/bolt-frames.js';
import { Random } from '../support/random.js';

/** What a flooder is asked for, as JSON in its only argument. */
export interface FloodOrders {
  readonly port: number;
  /** PEM of the authority. */
  readonly ca: string;
  readonly seed: number;
  /** Callers that handshake, ask once and wait for the answer. */
  readonly callers: number;
  /** Those whose ClientHello is garbage, or nothing but a beginning, or is followed by nothing. */
  readonly garbage: number;
  readonly begun: number;
  readonly silent: number;
}

/** What came of it, printed as one line of JSON. */
export interface FloodOutcome {
  readonly answered: number;
  /** Callers that were told that there is no room for them. */
  readonly refused: number;
  /** Why others got no answer, each reason once. */
  readonly failures: readonly string[];
  /** Until the last caller had its answer, ms. */
  readonly took: number;
  /** Of the others, how many were closed. */
  readonly closed: number;
}

/** Opens all at once, in a process of its own so that its handshakes delay nobody's clock. */
async function flood(orders: FloodOrders): Promise<FloodOutcome> {
  const random = new Random(orders.seed);
  const ca = readFileSync(orders.ca, 'utf8');
  const failures: string[] = [];
  const from = performance.now();
  let took = 0;
  let [answered, refused] = [0, 0];
  const callers = Array.from({ length: orders.callers }, async (_, id) => {
    try {
      await call(orders.port, ca, id);
      took = performance.now() - from;
      answered++;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (/alert internal error/.test(reason)) refused++;
      else failures.push(reason);
    }
  });
  const hello = await clientHello();
  const others = [
    ...Array.from({ length: orders.garbage }, () => wrongHello(random)),
    ...Array.from({ length: orders.begun }, () => hello.subarray(0, 1 + random.below(hello.length - 1))),
    ...Array.from({ length: orders.silent }, () => hello),
  ].map((bytes) => untilClosed(orders.port, bytes));
  await Promise.all(callers);
  const closed = (await Promise.all(others)).filter((one) => one).length;
  return { answered, refused, failures: [...new Set(failures)], took, closed };
}

function call(port: number, ca: string, id: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connectSecured({ port, host: '127.0.0.1', ca });
    const reader = new BoltReader();
    socket.once('secureConnect', () => socket.write(boltRequest(id, 'any', Buffer.from(String(id)))));
    socket.on('data', (chunk: Buffer) => {
      for (const frame of reader.push(chunk)) {
        if (frame.id === id && frame.body.toString() === String(id)) resolve();
        else reject(new Error('a wrong answer'));
        socket.destroy();
      }
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('closed')));
  });
}

/** The header of a ClientHello, and noise. */
function wrongHello(random: Random): Buffer {
  const noise = random.bytes(100 + random.below(400));
  const header = Buffer.from([22, 3, 1, noise.length >> 8, noise.length & 0xff]);
  // Of any other message it shows at once that it is no ClientHello.
  noise[0] = 1;
  return Buffer.concat([header, noise]);
}

/** What Node's TLS sends first. */
function clientHello(): Promise<Buffer> {
  return import('node:net').then(
    ({ createServer }) =>
      new Promise((resolve) => {
        const server = createServer((socket) => {
          socket.once('data', (bytes: Buffer) => {
            resolve(bytes);
            socket.destroy();
            server.close();
          });
        });
        server.listen(0, '127.0.0.1', () => {
          const { port } = server.address() as { port: number };
          connectSecured({ port, host: '127.0.0.1' }).on('error', () => {});
        });
      }),
  );
}

function untilClosed(port: number, bytes: Buffer): Promise<boolean> {
  const socket: Socket = connect({ port, host: '127.0.0.1' });
  return new Promise((resolve) => {
    socket.on('error', () => {});
    socket.on('close', () => resolve(true));
    socket.write(bytes);
    socket.resume();
    setTimeout(() => resolve(false), 30_000).unref();
  });
}

const [orders] = process.argv.slice(2);
console.log(JSON.stringify(await flood(JSON.parse(orders!) as FloodOrders)));
process.exit(0);
