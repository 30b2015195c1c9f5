import { connect, type Socket } from 'node:net';
import { cpuOf } from '../support/child.js';
import { parseBolt, type ReferenceHeaders } from '../support/reference-frames.js';
import { COLLECT } from './abuse/churn.js';
import { hasSaid, said } from './life/versions.js';
import { Act } from './oracle.js';
import { pause, type Result, scenario, type Stage } from './scenario.js';
import type { SteadyCaller } from './steady-caller.js';

const MIB = 1024 * 1024;
const HEAP_MIB = 256;
/** A header of each request that the access log keeps until the reply: so much of the heap each one takes. */
const KEPT = 32 * 1024;
const HEADERS: ReferenceHeaders = [
  ['service', 'com.demo.Echo:1.0'],
  ['kept', 'x'.repeat(KEPT)],
];
const CALLERS = 32;
/** What all of them want to have under way would fill the heap so many times. */
const TIMES = 3;
const EACH = Math.ceil((TIMES * HEAP_MIB * MIB) / KEPT / CALLERS);
/** They begin within so many ms, or what they send would lie about in this process. */
const RAMP_MS = 8_000;
/** How long the host takes for one, and about how long a caller that was refused waits, in ms. */
const REPLY_MS = 8_000;
/** How long for those before anything was refused: long enough to fill the heap on a busy machine. */
const FILL_MS = 60_000;
/** Longer than anything takes. */
const PATIENCE_MS = 180_000;
/** What the process takes beside a full heap: code, buffers on their way, the young generation. */
const BESIDE_MIB = 256;
/** A heap that some thousand connections fill. */
const SMALL_HEAP_MIB = 40;
const MOST_CONNECTIONS = 8_000;
const AT_ONCE = 100;
/** Bolt's threadpool_busy. */
const BUSY = 4;

const SHORT = /overload: memory is short/;
const REQUESTS = /overload: requests are refused/;
const CONNECTIONS = /overload: connections and requests are refused/;

/** D6. More comes than the heap can hold: requests first, then connections. */
export async function overload(seconds: number, seed: number): Promise<Result[]> {
  return [await tooManyRequests(seconds, seed), await tooManyConnections(seed)];
}

/**
 * Callers want three times as much under way as the heap can hold: what is too much is answered as overloaded
 * and costs no more than being served, nothing that was taken on fails, and when they have gone all is as before.
 */
function tooManyRequests(seconds: number, seed: number): Promise<Result> {
  const many = ['max_requests: 1000000'];
  const setup = {
    ...heapOf(HEAP_MIB),
    timeout: '5m',
    listener: many,
    // The host is in this process, which may be too busy to answer heartbeats.
    cluster: [...many, 'max_connections: 8', 'keepalive: { enabled: false }'],
    top: ["access_log: { path: /dev/null, format: '%STATUS% %REQ(kept)%' }"],
  };
  return scenario('D6 three times the requests that the heap holds', seed, setup, async (stage) => {
    const { sidecar, random, verdict, steady, check, atMost, notes } = stage;
    const before = steady(8, { headers: HEADERS, inFlight: 16 });
    await pause(500);
    const served = await costOf(stage, before, 1_500);
    await Promise.all(before.map((caller) => caller.stop()));
    check(verdict.localError === 0, 'a request failed before the load');
    const oddities = new Oddities();
    let filled = false;
    const callers = steady(CALLERS, {
      headers: HEADERS,
      inFlight: EACH,
      timeout: PATIENCE_MS,
      patience: PATIENCE_MS,
      ramp: () => random.below(RAMP_MS),
      pause: () => REPLY_MS / 2 + random.below(REPLY_MS),
      orders: () => ({ act: Act.reply, delay: filled ? REPLY_MS : FILL_MS, size: 0 }),
      onError: oddities.look,
    });
    check(await hasSaid(sidecar, REQUESTS, 1), 'requests were not refused');
    filled = true;
    check(said(sidecar, SHORT) > 0, 'nothing was done before requests were refused');
    const meanwhile = await costOf(stage, callers, seconds * 1_000);
    const { highest } = await sidecar.memory();
    await Promise.all(callers.map((caller) => caller.stop()));
    atMost('CPU for a request meanwhile, times that of one before', meanwhile / served, '', 1);
    atMost('memory', highest / MIB, ' MiB', HEAP_MIB + BESIDE_MIB);
    notes.push(`${said(sidecar, REQUESTS)} times requests were refused, ${oddities.seen} in all`);
    check(verdict.closed === 0, 'a request was cut off');
    await over(stage, oddities);
  });
}

/** Connections that begin a frame and never go on: no more are taken, those that were there before are served. */
function tooManyConnections(seed: number): Promise<Result> {
  const setup = { ...heapOf(SMALL_HEAP_MIB), listener: ['max_connections: 100000'] };
  return scenario('D6 more connections than the heap holds', seed, setup, async (stage) => {
    const { sidecar, verdict, steady, check, notes } = stage;
    const oddities = new Oddities();
    const callers = steady(8, { pause: 5, onError: oddities.look });
    await pause(500);
    const crowd: Socket[] = [];
    while (crowd.length < MOST_CONNECTIONS && said(sidecar, CONNECTIONS) === 0)
      await join(crowd, sidecar.port);
    const begun = crowd.length;
    check(await hasSaid(sidecar, CONNECTIONS, 1), 'connections were not refused');
    await join(crowd, sidecar.port);
    const refused = await sidecar.metric('downstream_connections_refused_total');
    check(refused > 0, 'no connection was refused');
    notes.push(`${begun} connections until they were refused`);
    for (const socket of crowd) socket.destroy();
    await over(stage, oddities);
    check(verdict.closed === 0, 'a caller that was there before was cut off');
    for (const caller of callers) caller.took = [];
    await pause(500);
    check(
      callers.every(({ took }) => took.length > 0),
      'a caller that was there before is not served in the end',
    );
  });
}

function heapOf(mebibytes: number): { nodeArgs: string[] } {
  return { nodeArgs: [`--max-old-space-size=${mebibytes}`, '--expose-gc', '--import', COLLECT] };
}

/** No stage holds any more, every request is served, and what was refused was refused well. */
async function over(stage: Stage, { seen, odd }: Oddities): Promise<void> {
  const { sidecar, verdict, drive, check } = stage;
  let active = NaN;
  for (let tries = 0; tries < 100 && active !== 0; tries++) {
    sidecar.process.kill('SIGWINCH');
    await pause(200);
    active = await sidecar.metric('overload_active');
  }
  check(active === 0, `${active} stages hold though the load is gone`);
  const { localError } = verdict;
  await drive(4, { requests: 500, inFlight: 16 });
  check(verdict.localError === localError, 'requests fail though the load is gone');
  // What requests left is garbage by now.
  sidecar.process.kill('SIGWINCH');
  await pause(500);
  check(odd === 0, `${odd} of ${seen} errors were not what bolt says of an overload`);
}

/** Errors that callers got. */
class Oddities {
  seen = 0;
  odd = 0;
  readonly look = (b: Buffer, start: number, end: number): void => {
    this.seen++;
    const { type, cmd, status, content } = parseBolt(b.subarray(start, end));
    if (type !== 0 || cmd !== 2 || status !== BUSY || content.length > 0) this.odd++;
  };
}

/** CPU time of the sidecar for each request of these callers that ended in so many ms, in ms. */
async function costOf({ sidecar }: Stage, callers: readonly SteadyCaller[], ms: number): Promise<number> {
  const ended = (): number => callers.reduce((sum, { took, failed }) => sum + took.length + failed.length, 0);
  const [cpu, count] = [await cpuOf(sidecar.pid), ended()];
  await pause(ms);
  return ((await cpuOf(sidecar.pid)) - cpu) / (ended() - count);
}

/** Some more, each with the first byte of a frame; waits until it is known which were let in. */
async function join(crowd: Socket[], port: number): Promise<void> {
  const some = Array.from({ length: AT_ONCE }, () => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.on('error', () => {});
    socket.on('connect', () => socket.write(Buffer.from([1])));
    socket.resume();
    return socket;
  });
  crowd.push(...some);
  await Promise.all(
    some.map((socket) => new Promise((resolve) => socket.once('connect', resolve).once('close', resolve))),
  );
  await pause(20);
}
