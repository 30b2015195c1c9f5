import { memoryOf } from '../../support/child.js';
import { runScript } from './bench.js';
import { atMost, type Figure, type Part } from './claim.js';

const MIB = 1024 * 1024;
const CONNECTIONS = 4;
const REQUESTS = 24;
/** Frames are kept whole: a request and a reply of each connection, each in memory that grew by doubling. */
const FRAMES_EACH = 4;
/** What the sidecar takes anyhow under load. */
const ELSE_MIB = 64;

/** Large bodies pass, and memory stays within what connections have under way. */
export const BODIES: Part = {
  name: 'bodies',
  about: `${REQUESTS} requests on each of ${CONNECTIONS} connections, one at a time`,
  async run(bench) {
    const figures: Figure[] = [];
    for (const size of [1, 4, 16]) {
      const sidecar = await bench.sidecar({ listener: ['max_frame: 17MiB'] });
      const { rss } = await memoryOf(sidecar.pid);
      const { wrong } = await runScript<{ wrong: number }>('large-bodies', [
        sidecar.port,
        CONNECTIONS,
        REQUESTS,
        size * MIB,
      ]);
      const { highest } = await memoryOf(sidecar.pid);
      await sidecar.stop();
      figures.push(
        atMost(`${size} MiB: wrong or missing replies`, wrong, 0),
        atMost(
          `${size} MiB: memory over that of an idle sidecar`,
          (highest - rss) / MIB,
          CONNECTIONS * FRAMES_EACH * size + ELSE_MIB,
          ' MiB',
        ),
      );
    }
    return figures;
  },
};
