import { startNode } from '../support/child.js';
import { Act } from './oracle.js';
import { pause, quantile, type Result, scenario, type Stage } from './scenario.js';

/** Of the replies in A2, beside token and digest. */
const SIZE = 2_000;
const CLIENTS = 10;
const IN_FLIGHT = 100;

/**
 * A2. The host is killed when it has sent the first bytes of a reply, with 1,000 requests under way: each ends
 * once, with its reply or an error, and soon.
 */
export async function killedMidResponse(kills: number, seed: number): Promise<Result> {
  let host = startNode('test/dist/reliability/upstream-process.js');
  const [, port] = await host.line(/^listens on (\d+)/, 60_000);
  const options = {
    upstreams: [Number(port)],
    cluster: ['reconnect: { base: 1ms, max: 5ms }', 'keepalive: { enabled: false }'],
  };
  try {
    return await scenario('A2 upstream killed in the middle of a reply', seed, options, async (stage) => {
      const { random, sidecar, verdict, figure, check } = stage;
      const waits: number[] = [];
      for (let kill = 0; kill < kills; kill++) {
        let killedAt = Infinity;
        const killed = host.line(/^half/, 20_000).then(() => {
          killedAt = performance.now();
          return host.stop('SIGKILL');
        });
        let halves = 0;
        const load = stage.drive(CLIENTS, {
          requests: IN_FLIGHT,
          inFlight: IN_FLIGHT,
          orders: (n) =>
            // The last of the first client that gets so far.
            n === IN_FLIGHT - 1 && halves++ === 0
              ? { act: Act.half, delay: 1 + random.below(SIZE), size: SIZE }
              : { act: Act.reply, delay: random.below(100), size: random.below(SIZE) },
          onEnded: (how) => {
            if (how === 'localError') waits.push(performance.now() - killedAt);
          },
        });
        await Promise.all([load, killed]);
        host = startNode('test/dist/reliability/upstream-process.js', [port!]);
        await host.line(/^listens on/, 60_000);
        await answering(stage);
      }
      const { localError, closed } = verdict;
      figure(
        'kills',
        kills,
        'no error before any',
        waits.every((wait) => wait >= 0),
      );
      check(closed === 0, 'a caller was disconnected');
      check(localError > kills, 'hardly a request was under way at a kill');
      await stage.timed('error after the kill, p99', quantile(waits, 0.99), 50);
      check((await sidecar.metric('cluster_unknown_replies_total')) === 0, 'a reply was taken for uninvited');
    });
  } finally {
    await host.stop('SIGKILL');
  }
}

/** Until requests are answered again: the sidecar may make a pause after a failed connect. */
async function answering({ drive, verdict, check }: Stage): Promise<void> {
  const before = verdict.ok;
  for (let tries = 0; tries < 200 && verdict.ok === before; tries++) {
    await drive(1, { requests: 1 });
    if (verdict.ok === before) await pause(20);
  }
  check(verdict.ok > before, 'the sidecar did not connect again');
}

/** A8. Bytes that are no frame, or half a one and the end, come right behind a reply. */
export function extraBytes(requests: number, seed: number): Promise<Result> {
  const options = {
    cluster: ['max_connections: 2', 'reconnect: { base: 1ms, max: 5ms }', 'keepalive: { enabled: false }'],
  };
  return scenario('A8 extra bytes after a reply', seed, options, async (stage) => {
    const { random, verdict, upstream, sidecar, check, figure } = stage;
    const clients = 8;
    for (const act of [Act.extra, Act.extraHalf]) {
      const before = upstream.connections;
      let extras = 0;
      await stage.drive(clients, {
        requests: Math.ceil(requests / 2 / clients),
        inFlight: 8,
        orders: () => {
          const extra = random.chance(0.004);
          if (extra) extras++;
          return { act: extra ? act : Act.reply, delay: random.below(3), size: random.below(300) };
        },
      });
      const closed = upstream.connections - before;
      const what =
        act === Act.extra ? 'connections closed over garbage' : 'connections closed over half a frame';
      figure(what, closed, `1 to ${extras}, one for each that got so far`, closed >= 1 && closed <= extras);
    }
    check(verdict.closed === 0, 'a caller was disconnected');
    check(verdict.ok > requests / 2, 'fewer than half were answered');
    check((await sidecar.metric('protocol_decode_errors_total')) > 0, 'the garbage was not counted');
  });
}
