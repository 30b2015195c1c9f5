import { connect } from 'node:net';
import { BoltSplitter } from '../support/bolt-splitter.js';
import { buildBolt } from '../support/reference-frames.js';
import { Act, isReplyTo, requestContent, TOKEN_BYTES } from './oracle.js';
import { AT_ONCE, pause, type Result, scenario, type Stage } from './scenario.js';

const IN_FLIGHT = 50;
const AT_A_TIME = 20;

/** A9. Callers reset their connections after 0 to 5 ms, with requests under way to a slow host. */
export function cancelStorm(requests: number, seed: number): Promise<Result> {
  return scenario('A9 cancel storm', seed, { cluster: ['max_connections: 2'] }, async (stage) => {
    const { random, verdict, sidecar, upstream, figure, check } = stage;
    let left = Math.ceil(requests / IN_FLIGHT);
    const live = async (): Promise<void> => {
      while (left-- > 0)
        await stage.drive(1, {
          requests: IN_FLIGHT,
          inFlight: IN_FLIGHT,
          leave: pause(random.below(6)),
          orders: () => ({ act: Act.reply, delay: 5 + random.below(40), size: random.below(100) }),
        });
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, live));
    await pause(200);
    const [cancels, late] = [
      await sidecar.metric('cancels_total'),
      await sidecar.metric('cluster_late_replies_total'),
    ];
    check(verdict.closed > requests / 2, 'most requests were answered before their caller went');
    check(upstream.open <= 2, `${upstream.open} upstream connections instead of at most 2`);
    figure('cancelled', cancels, 'over 0', cancels > 0);
    figure('late replies dropped', late, `as many as were cancelled, ${cancels}`, late === cancels);
  });
}

/** A10. The same id twice and more at once on one connection, and ids at the ends of their range. */
export function callersIds(requests: number, seed: number): Promise<Result> {
  const ids = [0, 1, 7, 7, 7, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1];
  return scenario('A10 ids that callers choose', seed, {}, async (stage) => {
    const callers = 4;
    let answered = 0;
    for (let caller = 0; caller < callers; caller++)
      answered += await askWithIds(stage, ids, Math.ceil(requests / callers));
    const all = callers * Math.ceil(requests / callers);
    stage.figure('answered once, with the id of their own', answered, `${all}`, answered === all);
    // The oracle's own clients see nothing of it.
    await stage.drive(2, { requests: 500, orders: () => AT_ONCE });
  });
}

/** Sends requests with any of the ids, 64 at a time; how many got their reply, with their id. */
function askWithIds(
  { sidecar, random, check }: Stage,
  ids: readonly number[],
  count: number,
): Promise<number> {
  return new Promise((resolve) => {
    const socket = connect({ port: sidecar.port, host: '127.0.0.1', noDelay: true });
    const waiting = new Map<number, Buffer[]>();
    let sent = 0;
    let ended = 0;
    let right = 0;
    const end = (): void => {
      clearTimeout(stall);
      socket.destroy();
      resolve(right);
    };
    const stall = setTimeout(end, 15_000);
    const send = (): void => {
      const id = random.pick(ids);
      const token = random.bytes(TOKEN_BYTES);
      const orders = { act: Act.reply, delay: random.below(4), size: 8 };
      waiting.set(id, [...(waiting.get(id) ?? []), token]);
      const content = requestContent(token, orders);
      socket.write(buildBolt({ id, headers: [['service', 'com.demo.Echo:1.0']], content }));
      sent++;
    };
    const splitter = new BoltSplitter((b, start, last) => {
      const id = b.readUInt32BE(start + 5);
      const content = b.subarray(start + 20 + b.readUInt16BE(start + 12) + b.readUInt16BE(start + 14), last);
      const tokens = waiting.get(id) ?? [];
      const at = tokens.findIndex((token) => isReplyTo(token, 8, content));
      check(at >= 0, `a reply with id ${id} belongs to no request with that id`);
      if (at >= 0) {
        tokens.splice(at, 1);
        right++;
      }
      if (++ended === count) end();
      else if (sent < count) send();
    });
    socket.on('data', (chunk: Buffer) => splitter.push(chunk));
    socket.on('error', () => {});
    socket.on('close', end);
    socket.once('connect', () => {
      while (sent < Math.min(64, count)) send();
    });
  });
}
