import { median } from '../measure.js';
import { MILLISECONDS, ROUNDS, runScript } from './bench.js';
import { atMost, type Part, told } from './claim.js';

const PER_SECOND = 5_000;
const CONNECTIONS = 16;

interface Paced {
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Requests a second that were answered. */
  readonly rps: number;
}

/** What sidecar and pipe add to the 99th percentile of the latency without them, at a fixed rate of requests. */
export const LATENCY: Part = {
  name: 'latency',
  about: `latency at ${PER_SECOND} requests a second on ${CONNECTIONS} connections, ${ROUNDS} rounds in alternation`,
  async run({ echo, pipe, sidecar: start }) {
    const sidecar = await start();
    const paced = (port: number): Promise<Paced> =>
      runScript<Paced>('paced-generator', [port, CONNECTIONS, PER_SECOND, MILLISECONDS]);
    const rounds: { direct: Paced; pipe: Paced; proxy: Paced }[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      rounds.push({
        direct: await paced(echo.port),
        pipe: await paced(pipe.port),
        proxy: await paced(sidecar.port),
      });
    }
    const of = (read: (round: (typeof rounds)[number]) => number): number => median(rounds.map(read));
    const added = {
      pipe: of(({ direct, pipe }) => pipe.p99 - direct.p99),
      proxy: of(({ direct, proxy }) => proxy.p99 - direct.p99),
    };
    return [
      told(
        'p99 in ms: direct, through the pipe, through the sidecar',
        [of((r) => r.direct.p99), of((r) => r.pipe.p99), of((r) => r.proxy.p99)]
          .map((ms) => ms.toFixed(2))
          .join(' '),
      ),
      told(
        'p50 in ms: direct, through the pipe, through the sidecar',
        [of((r) => r.direct.p50), of((r) => r.pipe.p50), of((r) => r.proxy.p50)]
          .map((ms) => ms.toFixed(2))
          .join(' '),
      ),
      told('answered a second through the sidecar', of((r) => r.proxy.rps).toFixed(0)),
      // A pipe that adds nothing, which happens on a loaded machine, is taken to add 50 us.
      atMost("p99 that the sidecar adds, times the pipe's", added.proxy / Math.max(added.pipe, 0.05), 2),
    ];
  },
};
