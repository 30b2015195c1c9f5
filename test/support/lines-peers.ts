import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { type LinesKind, linesFrame } from './hand-written-lines.js';

/** A connection to a host of the `lines` protocol. */
export interface LinesPeer {
  readonly socket: Socket;
  /** Lines received, in order. */
  readonly lines: string[];
}

/** Takes each line; what it answers in has to be their order. */
export type LinesScript = (line: string, peer: LinesPeer) => void;

export interface LinesHost {
  readonly port: number;
  /** Connections open now. */
  readonly peers: LinesPeer[];
  readonly accepted: number;
  /** Lines received on whatever connection. */
  readonly lines: string[];
  /** Takes no further connections; those that are open stay. */
  stopListening(): void;
  kill(): Promise<void>;
}

const textOf = (line: string): string => line.slice(line.indexOf(' ') + 1);

/** Does what hand-written-lines.ts says of each word. */
export const answer: LinesScript = (line, { socket }) => {
  if (line.startsWith('PING')) socket.write(linesFrame('+', 'PONG'));
  else if (line.startsWith('ECHO')) socket.write(linesFrame('+', textOf(line)));
  else if (line.startsWith('FAIL')) socket.write(linesFrame('-', `9 ${textOf(line)}`));
  else if (line.startsWith('TRIPLE'))
    for (let i = 0; i < 3; i++) socket.write(linesFrame('+', `${i} ${textOf(line)}`));
  else if (line.startsWith('WATCH')) {
    socket.write(linesFrame('+', 'watching'));
    for (let i = 0; i < 3; i++) socket.write(linesFrame('!', `${textOf(line)} ${i}`));
  }
};

/** @param port to listen on; 0 for a free one */
export async function startLinesHost(script: LinesScript = answer, port = 0): Promise<LinesHost> {
  const peers: LinesPeer[] = [];
  const lines: string[] = [];
  let accepted = 0;
  const server = createServer({ noDelay: true }, (socket) => {
    const peer: LinesPeer = { socket, lines: [] };
    let rest = '';
    accepted++;
    peers.push(peer);
    socket.on('error', () => {});
    socket.on('close', () => peers.splice(peers.indexOf(peer), 1));
    socket.on('data', (chunk: Buffer) => {
      const parts = (rest + chunk.toString('latin1')).split('\n');
      rest = parts.pop()!;
      for (const line of parts) {
        peer.lines.push(line);
        lines.push(line);
        script(line, peer);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    peers,
    lines,
    get accepted() {
      return accepted;
    },
    stopListening() {
      server.close();
    },
    async kill() {
      for (const { socket } of [...peers]) socket.resetAndDestroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** A caller of the `lines` protocol that notes all it receives, as kind and payload in one string. */
export class LinesClient {
  readonly frames: string[] = [];
  closed = false;
  ended = false;
  private rest: Buffer = Buffer.alloc(0);
  private readonly waiting: (() => void)[] = [];

  private constructor(readonly socket: Socket) {
    socket.on('data', (chunk: Buffer) => this.read(chunk));
    socket.on('end', () => {
      this.ended = true;
      this.wake();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.closed = true;
      this.wake();
    });
  }

  static async open(port: number): Promise<LinesClient> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return new LinesClient(socket);
  }

  send(...lines: string[]): void {
    this.socket.write(lines.map((line) => `${line}\n`).join(''));
  }

  /** The first `count` frames, once there are as many. */
  async received(count: number, within = 5_000): Promise<string[]> {
    await this.until(() => this.frames.length >= count, `${count} frames`, within);
    return this.frames.slice(0, count);
  }

  /** Until the other side has ended the connection. */
  async over(within = 5_000): Promise<void> {
    await this.until(() => this.ended || this.closed, 'the end', within);
  }

  private async until(condition: () => boolean, what: string, within: number): Promise<void> {
    const deadline = performance.now() + within;
    while (!condition()) {
      const left = deadline - performance.now();
      if (left <= 0 || (this.closed && !condition())) {
        throw new Error(`no ${what}; received ${JSON.stringify(this.frames.slice(0, 20))}`);
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  private read(chunk: Buffer): void {
    this.rest = Buffer.concat([this.rest, chunk]);
    let at = 0;
    while (this.rest.length - at >= 3) {
      const end = at + 3 + this.rest.readUInt16BE(at + 1);
      if (end > this.rest.length) break;
      const kind = this.rest.toString('latin1', at, at + 1) as LinesKind;
      this.frames.push(kind + this.rest.toString('utf8', at + 3, end));
      at = end;
    }
    this.rest = this.rest.subarray(at);
    this.wake();
  }

  private wake(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}
