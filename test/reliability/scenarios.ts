import { connect } from 'node:net';
import { ROOT } from '../support/root.js';
import { buildBolt } from '../support/reference-frames.js';
import { Act, type Orders, randomSize, requestContent } from './oracle.js';
import { pause, type Result, scenario, type Stage } from './scenario.js';

/**
 * Tests of shared/design/reliability.md, section 2.A, each with the size it is asked for. In all of them wrong,
 * duplicate and missing replies have to be 0.
 */
const NARROW_IDS = [`${ROOT}test/dist/reliability/codecs/narrow-ids.js`];
/** Heartbeats would use ids of the narrow ranges now and then. */
const QUIET = ['keepalive: { enabled: false }'];

/**
 * A1. 64 clients with 64 requests each under way, all with the same ids, over two upstream connections; replies
 * in random order after 0 to 50 ms, of 0 to 256 KiB.
 */
export function crossTalk(requests: number, seed: number, largest = 256 * 1024): Promise<Result> {
  const clients = 64;
  return scenario('A1 cross-talk under load', seed, { cluster: ['max_connections: 2'] }, async (stage) => {
    const { random, verdict, upstream, notes, check } = stage;
    await stage.drive(clients, {
      requests: Math.ceil(requests / clients),
      orders: () => ({ act: Act.reply, delay: random.below(51), size: randomSize(random, largest) }),
    });
    check(verdict.localError + verdict.closed === 0, 'not every request was answered');
    check(upstream.connections === 2, `${upstream.connections} upstream connections instead of 2`);
    notes.push(`${upstream.connections} upstream connections, ids ${upstream.lowest}..${upstream.highest}`);
  });
}

/** A3. Ids wrap at 2^8 and 2^16, and cross 2^8, 2^16, 2^30 and 2^31; bolt's own end is 2^32. */
export async function idWrap(requests: number, seed: number): Promise<Result[]> {
  const ranges: [protocol: string, lowest: number, highest: number][] = [
    ['bolt_8', 0, 255],
    ['bolt_16', 0, 65_535],
    ['bolt_around_8', 2 ** 8 - 100, 2 ** 8 + 99],
    ['bolt_around_16', 2 ** 16 - 100, 2 ** 16 + 99],
    ['bolt_around_30', 2 ** 30 - 100, 2 ** 30 + 99],
    ['bolt_around_31', 2 ** 31 - 100, 2 ** 31 + 99],
    ['bolt_below_32', 2 ** 32 - 200, 2 ** 32 - 1],
  ];
  const results: Result[] = [];
  for (const [protocol, lowest, highest] of ranges) {
    const options = { protocol, codecs: NARROW_IDS, cluster: QUIET };
    const asked = highest - lowest > requests ? highest - lowest + requests : requests;
    results.push(
      await scenario(`A3 ids wrap, ${lowest}..${highest}`, seed, options, async (stage) => {
        const { upstream, verdict, check } = stage;
        await stage.drive(2, { requests: Math.ceil(asked / 2), inFlight: 40 });
        check(verdict.localError + verdict.closed === 0, 'not every request was answered');
        check(upstream.lowest >= lowest && upstream.highest <= highest, 'an id was outside of the range');
        check(
          upstream.highest === highest && upstream.lowest <= lowest + 1,
          'the ids did not go all the way round',
        );
      }),
    );
  }
  return results;
}

/** A4. One id stays open while the others go round and round; then all are taken. */
export function idCollision(rounds: number, seed: number): Promise<Result> {
  const options = { protocol: 'bolt_8', codecs: NARROW_IDS, cluster: QUIET, timeout: '2s' };
  const hold: Orders = { act: Act.hold, delay: 0, size: 0 };
  return scenario('A4 held and exhausted ids', seed, options, async (stage) => {
    const { verdict, upstream, notes, check } = stage;
    const held = stage.drive(1, { requests: 1, orders: () => hold });
    await pause(100);
    await stage.drive(1, { requests: rounds * 256, inFlight: 100 });
    check(
      verdict.ok === rounds * 256,
      `${verdict.ok} of ${rounds * 256} requests beside the held one were answered`,
    );
    await held;
    check(verdict.localError === 1, 'the held request did not end with an error');
    // 300 requests that nobody answers, for 256 ids.
    await stage.drive(1, { requests: 300, inFlight: 300, timeout: 500, orders: () => hold });
    check(
      verdict.localError === 301,
      `${verdict.localError - 1} of 300 unanswered requests ended with an error`,
    );
    await stage.drive(1, { requests: 1000, inFlight: 50 });
    check(verdict.ok === rounds * 256 + 1000, 'not every request after the exhaustion was answered');
    notes.push(`${upstream.connections} upstream connections in all`);
  });
}

/** A5. One reply in twenty comes after the timeout, up to a hundred times later, with 256 ids. */
export function lateReplies(requests: number, seed: number): Promise<Result> {
  const timeout = 20;
  const options = { protocol: 'bolt_8', codecs: NARROW_IDS, cluster: QUIET };
  return scenario('A5 late replies', seed, options, async (stage) => {
    const { random, verdict, sidecar, notes, check } = stage;
    const clients = 4;
    await stage.drive(clients, {
      requests: Math.ceil(requests / clients),
      inFlight: 16,
      timeout,
      orders: () => ({
        act: Act.reply,
        delay: random.chance(0.05) ? Math.ceil(timeout * (1 + 99 * random.next() ** 3)) : random.below(3),
        size: random.below(200),
      }),
    });
    check(verdict.closed === 0, 'a caller was disconnected');
    check(verdict.ok > requests * 0.8, 'fewer than 80 % were answered');
    await pause(timeout * 110);
    const late = await sidecar.metric('cluster_late_replies_total');
    check(
      late > 0 && late <= verdict.localError,
      `${late} late replies counted, ${verdict.localError} timeouts`,
    );
    notes.push(`${verdict.localError} timed out, ${late} late replies dropped`);
  });
}

/** A7. Replies that come twice, replies to ids never issued, and replies on an idle connection. */
export function uninvitedReplies(requests: number, seed: number): Promise<Result> {
  const options = { cluster: ['max_connections: 2', 'reconnect: { base: 1ms, max: 5ms }', ...QUIET] };
  return scenario('A7 uninvited replies', seed, options, async (stage) => {
    const { random, verdict, sidecar, upstream, notes, check } = stage;
    const clients = 8;
    const drive = (share: number, act: Act): Promise<void> =>
      stage.drive(clients, {
        requests: Math.ceil(requests / 2 / clients),
        inFlight: 16,
        orders: () => ({ act: random.chance(share) ? act : Act.reply, delay: random.below(5), size: 64 }),
      });

    await drive(0.05, Act.twice);
    check(verdict.localError + verdict.closed === 0, 'a doubled reply disturbed other requests');
    await pause(50);
    const dropped = await sidecar.metric('cluster_late_replies_total');
    check(
      dropped === upstream.duplicates,
      `${dropped} of ${upstream.duplicates} doubled replies were counted`,
    );
    notes.push(`${dropped} doubled replies dropped`);

    const before = upstream.connections;
    await drive(0.01, Act.unknownId);
    const unknown = await sidecar.metric('cluster_unknown_replies_total');
    check(unknown > 0, 'a reply to an id never issued passed unnoticed');
    check(upstream.connections > before, 'a reply to an id never issued left its connection open');
    check(verdict.closed === 0, 'a caller was disconnected');
    notes.push(
      `${unknown} invented replies, each closed its connection; ${verdict.localError} requests with it`,
    );

    await idleReply(stage);
  });
}

/** A caller that stays connected sees exactly one reply, and the idle upstream connection is closed. */
async function idleReply({ sidecar, upstream, random, notes, check }: Stage): Promise<void> {
  const caller = connect({ port: sidecar.port, host: '127.0.0.1' });
  let bytes = 0;
  caller.on('data', (chunk: Buffer) => (bytes += chunk.length));
  const content = requestContent(random.bytes(16), { act: Act.idleReply, delay: 0, size: 10 });
  caller.write(buildBolt({ id: 7, headers: [['service', 'com.demo.Echo:1.0']], content }));
  await pause(60);
  const expected = 20 + 16 + 20 + 10;
  check(bytes === expected, `the caller got ${bytes} bytes instead of ${expected}`);
  const open = upstream.open;
  await pause(200);
  check(bytes === expected, `an uninvited reply brought the caller ${bytes - expected} bytes`);
  check(upstream.open < open, 'bytes on an idle connection left it open');
  notes.push('a reply on an idle connection closed it');
  caller.destroy();
}
