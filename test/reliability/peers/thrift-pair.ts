import { createHash } from 'node:crypto';
import { callCalc, type CalcClient, type CalcHandler, serveCalc, thrift } from '../../e2e/peers/calc.js';
import type { Pair } from './pair.js';

const OPTIONS = { transport: thrift.TFramedTransport, protocol: thrift.TBinaryProtocol };

/** Answers come in another order than the calls. */
const HANDLER: CalcHandler = {
  add: (a, b) => new Promise((resolve) => setTimeout(() => resolve(a + b), a % 10)),
  divide: (a, b) => Math.trunc(a / b),
  ping: () => {},
  fire: () => {},
};

/** npm thrift on both sides. It never ends calls whose connection is gone, so its users have to, as here. */
export const npmThrift: Pair = {
  name: 'npm thrift',
  protocol: 'thrift',
  match: '{ service: thrift }',
  leaves: false,
  async startServer() {
    const { port, close } = await serveCalc(HANDLER, OPTIONS);
    return { port, stop: async () => close() };
  },
  connect: async (port) => {
    const caller = new ReconnectingCaller(port);
    return { call: (text) => caller.call(text), close: async () => caller.close() };
  },
};

class ReconnectingCaller {
  private link: Link | null = null;

  constructor(private readonly port: number) {}

  /** Adds two numbers that hardly another text leads to. */
  async call(text: string): Promise<boolean> {
    const digest = createHash('sha1').update(text).digest();
    const [a, b] = [digest.readUInt32BE(0) >>> 2, digest.readUInt32BE(4) >>> 2];
    this.link ??= this.connect();
    return (await this.link.add(a, b)) === a + b;
  }

  close(): void {
    this.link?.end();
  }

  private connect(): Link {
    const link = new Link(this.port, () => {
      if (this.link === link) this.link = null;
    });
    return link;
  }
}

/** One connection; its calls fail when it closes. */
class Link {
  private readonly calc: CalcClient;
  private readonly fails = new Set<(error: Error) => void>();
  private closed = false;
  readonly end: () => void;

  constructor(port: number, onClosed: () => void) {
    const { calc, connection } = callCalc(port, OPTIONS);
    this.calc = calc;
    this.end = () => connection.end();
    connection.on('close', () => {
      if (this.closed) return;
      this.closed = true;
      for (const fail of this.fails) fail(new Error('connection closed'));
      this.fails.clear();
      onClosed();
    });
  }

  add(a: number, b: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.fails.add(reject);
      const ended = (): void => void this.fails.delete(reject);
      this.calc.add(a, b).finally(ended).then(resolve, reject);
    });
  }
}
