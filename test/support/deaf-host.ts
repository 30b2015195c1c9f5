import { connect, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';

/** Listens and then blocks its thread for `workerData` ms, so that nothing is ever accepted. */
const LISTEN_AND_BLOCK = `
  const { createServer } = require('node:net');
  const { parentPort, workerData } = require('node:worker_threads');
  const server = createServer(() => {});
  server.listen({ host: '127.0.0.1', port: 0, backlog: 1 }, () => {
    parentPort.postMessage(server.address().port);
    setTimeout(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, workerData), 10);
  });
`;

/**
 * A host whose queue of new connections is full: a further connect is neither accepted nor refused, as if its
 * packets were lost.
 *
 * @param ms for how long, at most
 */
export async function startDeafHost(ms = 20_000): Promise<{ port: number; stop(): Promise<void> }> {
  const worker = new Worker(LISTEN_AND_BLOCK, { eval: true, workerData: ms });
  const port = await new Promise<number>((resolve) => worker.once('message', resolve));
  await new Promise((resolve) => setTimeout(resolve, 50));
  const fillers: Socket[] = [];
  for (let i = 0; i < 4; i++) {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.on('error', () => {});
    fillers.push(socket);
  }
  await new Promise((resolve) => setTimeout(resolve, 50));
  return {
    port,
    async stop() {
      for (const socket of fillers) socket.destroy();
      await worker.terminate();
    },
  };
}
