import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { type Resumable, WorkerLoop } from '../../../runtime/network/worker-loop.js';
import {
  FrameConnection,
  type FrameOwner,
  type FrameStats,
} from '../../../runtime/protocol/frame-connection.js';
import { RAW_BYTES } from '../../../runtime/protocol/raw-bytes.js';

/** A loop so busy that those who wait for the next turn wait until the test says so. */
class BusyLoop extends WorkerLoop {
  readonly waiting: Resumable[] = [];

  override postpone(reader: Resumable): void {
    this.waiting.push(reader);
  }
}

const open: { close(): void }[] = [];

afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

async function pair(): Promise<{ near: Socket; far: Socket }> {
  const server = createServer({ allowHalfOpen: true });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const accepted = new Promise<Socket>((resolve) => void server.once('connection', resolve));
  const { port } = server.address() as AddressInfo;
  const near = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  const far = await accepted;
  open.push({ close: () => (near.destroy(), far.destroy(), server.close()) });
  return { near, far };
}

function counters(): FrameStats {
  const sizes = { record: () => undefined };
  return {
    framesReceived: 0,
    framesSent: 0,
    bytesReceived: 0,
    bytesSent: 0,
    needMore: 0,
    receivedSizes: sizes,
    sentSizes: sizes,
  };
}

it('hands on what waits for its turn when the peer closes', async () => {
  const { near, far } = await pair();
  const loop = new BusyLoop();
  const happened: string[] = [];
  const closed = new Promise<void>((resolve) => {
    const owner: FrameOwner = {
      peer: 'test',
      onBytes: () => undefined,
      onFirstBytes: () => undefined,
      onFault: (code) => happened.push(code),
      onFrameTimeout: () => happened.push('timeout'),
      onStalled: () => happened.push('stalled'),
      onFrame: (bytes, at, end) => happened.push(Buffer.from(bytes.subarray(at, end)).toString()),
      onEnd: () => happened.push('end'),
      onClose: () => {
        happened.push('close');
        resolve();
      },
    };
    const limits = { high: 1 << 20, low: 1 << 18 };
    const sums = { bytesReceived: 0, bytesSent: 0, bufferedBytes: 0, pauses: 0 };
    const frames = new FrameConnection(near, loop, owner, limits, [sums], 0);
    const stats = counters();
    frames.start(RAW_BYTES, RAW_BYTES.traits.maxFrame, stats, null);
    // Held and released: the next bytes wait for a turn that does not come.
    frames.connection.hold();
    frames.connection.release();
    frames.connection.end();
  });
  expect(loop.waiting).toHaveLength(1);
  far.resume();
  far.once('end', () => far.end('the last bytes'));
  await closed;
  for (const reader of loop.waiting) reader.resume();
  expect(happened).toEqual(['the last bytes', 'end', 'close']);
});
