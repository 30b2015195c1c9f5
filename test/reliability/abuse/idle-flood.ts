import { connect, type Socket } from 'node:net';
import { openFilesLimitOf } from '../../support/process-facts.js';
import { pause, type Result, scenario } from '../scenario.js';
import { until } from './file-descriptors.js';

const IDLE_SECONDS = 25;
/** The design's 6 KiB of reliability.md and issue 4's bar. */
const BAR_KIB = 8;
const AT_ONCE = 200;

/** C11. Thousands of connections that say nothing: what each costs, and that the idle timeout ends them all. */
export function idleFlood(wanted: number, seed: number): Promise<Result> {
  const setup = { listener: [`deadlines: { idle: ${IDLE_SECONDS}s }`] };
  return scenario('C11 flood of idle connections', seed, setup, async (stage) => {
    const { sidecar, atMost, check, notes } = stage;
    // As many as the sidecar lets in with the limits of this machine.
    const count = Math.min(wanted, Math.floor((await openFilesLimitOf(sidecar.pid)) * 0.45) - AT_ONCE);
    notes.push(`${count} connections`);
    // What the first ones make grow for good.
    for (const socket of await open(sidecar.port, 2 * AT_ONCE)) socket.destroy();
    await pause(500);
    const before = await sidecar.memory();
    const sockets = await open(sidecar.port, count);
    await pause(500);
    const after = await sidecar.memory();
    const active = await sidecar.metric('downstream_connections_active');
    check(active === count, `${active} of ${count} were open at once`);
    atMost('memory of each', (after.rss - before.rss) / 1024 / count, ' KiB', BAR_KIB);
    await until(() => sockets.every(({ closed }) => closed));
    await until(() => sockets.every(({ closed }) => closed));
    const left = sockets.filter(({ closed }) => !closed).length;
    check(left === 0, `${left} were not closed by the idle timeout`);
    const counted = await sidecar.metric('downstream_idle_timeouts_total');
    check(counted === count, `${counted} idle timeouts were counted`);
  });
}

async function open(port: number, count: number): Promise<Socket[]> {
  const sockets: Socket[] = [];
  while (sockets.length < count) {
    const batch = Array.from({ length: Math.min(AT_ONCE, count - sockets.length) }, () => {
      const socket = connect({ port, host: '127.0.0.1' });
      socket.on('error', () => {});
      socket.resume();
      return socket;
    });
    await Promise.all(batch.map((socket) => new Promise((resolve) => socket.once('connect', resolve))));
    sockets.push(...batch);
  }
  return sockets;
}
