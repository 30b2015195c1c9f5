import { memoryOf } from '../../support/child.js';
import { ROOT } from '../../support/root.js';
import { median } from '../measure.js';
import { type Bench, ROUNDS } from './bench.js';
import { atMost, type Part, told } from './claim.js';

// As built: the runtime's package hands out no parts of itself.
const { connectionLimit } = (await import(
  `${ROOT}runtime/dist/server/connection-limit.js`
)) as typeof import('../../../runtime/server/connection-limit.js');

/** 10,000, or what the sidecar allows itself where fewer files may be open. */
const CONNECTIONS = Math.min(10_000, connectionLimit() - 1);
const MOST_KIB = 8;
/** So many rounds are enough: memory hardly varies. */
const TIMES = Math.min(ROUNDS, 3);

/** Resident memory for each connection that does nothing: in the sidecar, and in a server of bare sockets. */
export const IDLE: Part = {
  name: 'idle',
  about: `${CONNECTIONS} connections that had one heartbeat each and are idle since, median of ${TIMES}`,
  async run(bench) {
    const bare: number[] = [];
    const proxied: number[] = [];
    for (let time = 0; time < TIMES; time++) {
      const sockets = await bench.listening('bare-sockets');
      bare.push(await perConnection(bench, sockets.child.pid, sockets.port));
      await sockets.child.stop();
      const sidecar = await bench.sidecar({ listener: [`max_connections: ${CONNECTIONS + 100}`] });
      proxied.push(await perConnection(bench, sidecar.pid, sidecar.port));
      await sidecar.stop();
    }
    return [
      told('a bare socket in Node', `${median(bare).toFixed(2)} KiB`),
      atMost('a connection of the sidecar', median(proxied), MOST_KIB, ' KiB'),
    ];
  },
};

async function perConnection(bench: Bench, pid: number, port: number): Promise<number> {
  const before = (await memoryOf(pid)).rss;
  const { child, line } = await bench.start('idle-connections', [port, CONNECTIONS]);
  const { open } = JSON.parse(line) as { open: number };
  if (open < CONNECTIONS) throw new Error(`only ${open} of ${CONNECTIONS} connections are open`);
  const after = (await memoryOf(pid)).rss;
  await child.stop();
  return (after - before) / 1024 / CONNECTIONS;
}
