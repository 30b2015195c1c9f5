import {
  LinesClient,
  type LinesHost,
  type LinesScript,
  answer,
  startLinesHost,
} from '../support/lines-peers.js';
import { Random } from '../support/random.js';
import { ROOT } from '../support/root.js';
import { startSidecar } from '../support/sidecar.js';
import { flaws, newVerdict, type Verdict } from './oracle.js';
import { leftovers, pause, type Result } from './scenario.js';

const LINES = [`${ROOT}test/dist/support/hand-written-lines.js`];
const CALLERS = 64;
const BURST = 32;
/** The route's timeout, and how long a slow host takes, in ms. */
const TIMEOUT = 30;
const SLOW = 45;
/** One of so many lines is slow, and holds up what comes behind it. */
const ONE_SLOW_IN = 5_000;

/**
 * A6. Callers of a protocol without ids pipeline over four upstream connections; half of them leave in the
 * middle of each burst, slow replies time out, and now and then a host's connection is reset. The replies
 * that nobody wants any more must shift nobody else's.
 */
export async function inOrder(requests: number, seed: number): Promise<Result> {
  const from = performance.now();
  const random = new Random(seed);
  const verdict = newVerdict();
  const notes: string[] = [];
  const found: string[] = [];
  const check = (holds: boolean, flaw: string): void => {
    if (!holds) found.push(flaw);
  };
  const hosts = [await startLinesHost(slowly(random)), await startLinesHost(slowly(random))];
  const sidecar = await startSidecar({
    protocol: 'lines',
    codecs: LINES,
    match: '{}',
    timeout: `${TIMEOUT}ms`,
    upstreams: hosts.map(({ port }) => port),
    cluster: ['max_connections: 2', 'max_requests: 1000000'],
  });
  let sent = 0;
  const live = async (name: number): Promise<void> => {
    for (let life = 0; sent < requests; life++) {
      sent += BURST;
      await burst(sidecar.port, `${name}.${life}`, random, verdict);
    }
  };
  try {
    const resets = setInterval(() => resetOne(hosts, random), 400);
    await Promise.all(Array.from({ length: CALLERS }, (_, name) => live(name)));
    clearInterval(resets);
    const late = await sidecar.metric('cluster_late_replies_total');
    const cancels = await sidecar.metric('downstream_cancels_total');
    const unknown = await sidecar.metric('cluster_unknown_replies_total');
    notes.push(`${cancels} cancelled, ${late} late replies dropped, ${unknown} replies to nobody`);
    check(unknown === 0, `${unknown} replies were taken for uninvited ones`);
    check(late > 0 && cancels > 0, 'nothing was late or cancelled');
    await leftovers(sidecar, check);
  } finally {
    const code = await sidecar.stop();
    check(code === 0, `the sidecar's exit code is ${code}: ${sidecar.output.slice(-5).join(' | ')}`);
    for (const host of hosts) await host.kill();
  }
  return {
    name: 'A6 replies in order, cancelled and late',
    requests: sent,
    verdict,
    notes,
    flaws: [...flaws(verdict, sent), ...found],
    seconds: (performance.now() - from) / 1000,
  };
}

/** One caller: a burst of requests, of whose replies it waits for all, or leaves. */
async function burst(port: number, name: string, random: Random, verdict: Verdict): Promise<void> {
  const caller = await LinesClient.open(port);
  const texts = Array.from({ length: BURST }, (_, i) => `${name}.${i}.${random.below(2 ** 32)}`);
  caller.send(...texts.map((text) => `ECHO ${text}`));
  const leaves = random.below(2) === 0;
  if (leaves) await pause(random.below(4));
  else await caller.received(BURST, 10_000).catch(() => {});
  for (const [i, frame] of caller.frames.entries()) {
    if (i >= BURST) verdict.duplicate++;
    else if (frame === `+${texts[i]!}`) verdict.ok++;
    else if (frame.startsWith('-')) verdict.localError++;
    else verdict.wrong++;
  }
  const unanswered = Math.max(0, BURST - caller.frames.length);
  if (leaves || caller.closed) verdict.closed += unanswered;
  else verdict.missing += unanswered;
  caller.socket.resetAndDestroy();
}

/** Answers in order, and makes all wait for a slow one. */
function slowly(random: Random): LinesScript {
  const queues = new WeakMap<object, Promise<void>>();
  return (line, peer) => {
    const slow = random.below(ONE_SLOW_IN) === 0;
    const before = queues.get(peer);
    if (!slow && before === undefined) {
      answer(line, peer);
      return;
    }
    const next = (before ?? Promise.resolve())
      .then(() => (slow ? pause(SLOW) : undefined))
      .then(() => answer(line, peer));
    queues.set(peer, next);
    void next.then(() => {
      if (queues.get(peer) === next) queues.delete(peer);
    });
  };
}

function resetOne(hosts: readonly LinesHost[], random: Random): void {
  const { peers } = hosts[random.below(hosts.length)]!;
  if (peers.length > 0) peers[random.below(peers.length)]!.socket.resetAndDestroy();
}
