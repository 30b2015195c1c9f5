import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { expect, it } from 'vitest';
import { Timer } from '../../../runtime/network/timing-wheel.js';
import { WorkerLoop } from '../../../runtime/network/worker-loop.js';

it('reads what has come during a standstill before it says that the time is up', async () => {
  const happened: string[] = [];
  const loop = new WorkerLoop();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.on('data', () => happened.push('bytes'));
  const peer = await accepted;
  // Behind the sockets of this turn, so that the timers of the next come first.
  await new Promise((resolve) => setImmediate(resolve));
  const over = new Promise<void>((resolve) => {
    const timer = new Timer(() => {
      happened.push('time is up');
      resolve();
    });
    loop.touch();
    loop.arm(timer, 150);
  });
  peer.write('bytes');
  for (const end = performance.now() + 400; performance.now() < end;);
  await over;
  expect(happened).toEqual(['bytes', 'time is up']);
  socket.destroy();
  server.close();
});
