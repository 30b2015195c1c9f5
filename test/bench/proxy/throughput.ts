import { median } from '../measure.js';
import { type Load, load, ROUNDS } from './bench.js';
import { atLeast, atMost, type Figure, type Part, told } from './claim.js';

const SETTINGS = [
  { connections: 16, inFlight: 16, target: 0.5 },
  { connections: 64, inFlight: 8, target: 0.9 },
  { connections: 256, inFlight: 1, target: 0.9 },
];
const MOST_MEMORY_MIB = 120;

/** Requests a second through the sidecar, divided by those through the pipe. */
export const THROUGHPUT: Part = {
  name: 'throughput',
  about: `412-byte requests a second against a bare TCP pipe, ${ROUNDS} rounds in alternation`,
  async run({ pipe, sidecar: start }) {
    const sidecar = await start();
    const figures: Figure[] = [];
    let wrong = 0;
    for (const { connections, inFlight, target } of SETTINGS) {
      const rounds: { pipe: Load; proxy: Load }[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        rounds.push({
          pipe: await load(pipe.port, connections, inFlight),
          proxy: await load(sidecar.port, connections, inFlight),
        });
      }
      const of = (read: (round: { pipe: Load; proxy: Load }) => number): number => median(rounds.map(read));
      wrong += rounds.reduce((sum, { proxy }) => sum + proxy.miscorrelated + proxy.errors, 0);
      const setting = `${connections} connections with ${inFlight} in flight`;
      figures.push(
        atLeast(
          `${setting}: of the pipe`,
          of(({ pipe, proxy }) => proxy.rps / pipe.rps),
          target,
        ),
        told(
          `    a second: pipe, sidecar; the sidecar's p50 and p99 in ms`,
          [
            of(({ pipe }) => pipe.rps).toFixed(0),
            of(({ proxy }) => proxy.rps).toFixed(0),
            of(({ proxy }) => proxy.p50).toFixed(1),
            of(({ proxy }) => proxy.p99).toFixed(1),
          ].join(' '),
        ),
      );
    }
    const { highest } = await sidecar.memory();
    figures.push(
      atMost('wrong or failed replies through the sidecar', wrong, 0),
      atMost("the sidecar's memory at its highest", highest / 1024 / 1024, MOST_MEMORY_MIB, ' MiB'),
    );
    return figures;
  },
};
