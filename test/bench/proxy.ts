import { type Child, startNode } from '../support/child.js';
import { ROOT } from '../support/root.js';
import { startSidecar } from '../support/sidecar.js';
import { median } from './measure.js';

/**
 * `npm run bench:proxy`: requests a second through the sidecar (one worker; routing, metrics and timeouts on),
 * divided by requests a second through a bare TCP pipe in Node, the two in alternation. Load generator, echo
 * server, pipe and sidecar are processes of their own. With --assert a missed target makes the exit code 1.
 */
const SETTINGS = [
  { connections: 16, inFlight: 16, target: 0.5 },
  { connections: 64, inFlight: 8, target: 0.9 },
  { connections: 256, inFlight: 1, target: 0.9 },
];
const MOST_MEMORY = 120 * 1024 * 1024;
const ROUNDS = Number(process.env['ROUNDS'] ?? 5);
const MILLISECONDS = Number(process.env['MILLISECONDS'] ?? 2000);

interface Load {
  rps: number;
  p50: number;
  p99: number;
  errors: number;
  miscorrelated: number;
}

const script = (name: string): string => `${ROOT}test/dist/bench/processes/${name}.js`;

async function startListening(name: string, args: string[] = []): Promise<{ child: Child; port: number }> {
  const child = startNode(script(name), args);
  const [, port] = await child.line(/^listening on (\d+)/);
  return { child, port: Number(port) };
}

async function load(port: number, connections: number, inFlight: number): Promise<Load> {
  const child = startNode(script('load-generator'), [port, connections, inFlight, MILLISECONDS].map(String));
  const [line] = await child.line(/^\{.*\}$/, MILLISECONDS + 20_000);
  await child.ended;
  return JSON.parse(line) as Load;
}

const echo = await startListening('echo-server');
const pipe = await startListening('tcp-pipe', [String(echo.port)]);
const sidecar = await startSidecar({ upstreams: [echo.port] });

console.log(
  `412-byte requests, ${ROUNDS} rounds of ${MILLISECONDS} ms each, pipe and sidecar in alternation\n`,
);
console.log(
  'connections x in flight      pipe/s   sidecar/s   ratio  target     p50 ms   p99 ms  sidecar RSS',
);
let missed = 0;
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
  const ratio = of(({ pipe, proxy }) => proxy.rps / pipe.rps);
  const { rss } = await sidecar.memory();
  const met = ratio >= target;
  if (!met || rss > MOST_MEMORY) missed++;
  wrong += rounds.reduce((sum, { proxy }) => sum + proxy.miscorrelated + proxy.errors, 0);
  console.log(
    [
      `${connections} x ${inFlight}`.padStart(23),
      of(({ pipe }) => pipe.rps)
        .toFixed(0)
        .padStart(11),
      of(({ proxy }) => proxy.rps)
        .toFixed(0)
        .padStart(11),
      ratio.toFixed(2).padStart(7),
      `>= ${target} ${met ? 'met   ' : 'MISSED'}`.padStart(13),
      of(({ proxy }) => proxy.p50)
        .toFixed(2)
        .padStart(7),
      of(({ proxy }) => proxy.p99)
        .toFixed(2)
        .padStart(8),
      `${(rss / 1024 / 1024).toFixed(0)} MiB`.padStart(11),
    ].join(' '),
  );
}
const { highest } = await sidecar.memory();
console.log(`\nmiscorrelated or failed replies through the sidecar: ${wrong} (target 0)`);
console.log(
  `sidecar's resident memory at its highest: ${(highest / 1024 / 1024).toFixed(0)} MiB (target under 120)`,
);
if (highest > MOST_MEMORY) missed++;
await Promise.all([sidecar.stop(), pipe.child.stop(), echo.child.stop()]);
if (wrong > 0 || (missed > 0 && process.argv.includes('--assert'))) process.exitCode = 1;
