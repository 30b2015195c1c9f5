import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { RetryConfig } from '../../runtime/config/snapshot.js';
import { BoltClient, eventually } from '../support/bolt-client.js';
import { boltGoaway, boltResponse } from '../support/bolt-frames.js';
import { handWrittenBolt } from '../support/hand-written-bolt.js';
import { type Script, startUpstream } from '../support/scripted-upstream.js';
import { clusterOf, routeTo, startProxy } from '../support/whole-proxy.js';

/** A repeatable source of chance. */
function chance(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

/** A host that delays, forgets, doubles, answers late, says goaway and dies, and never answers wrongly. */
function unreliable(random: () => number): Script {
  const dying = new WeakSet<Socket>();
  return (frame, { socket }) => {
    if (frame.type !== 1) return;
    const reply = boltResponse(
      frame.id,
      0,
      Buffer.concat([frame.body, Buffer.alloc(Math.floor(random() ** 4 * 30_000))]),
    );
    const send = (bytes: Buffer): void => {
      if (!dying.has(socket)) socket.write(bytes);
    };
    const dice = random();
    if (dice < 0.02) return;
    if (dice < 0.04) setTimeout(() => send(reply), 60 + random() * 60);
    else if (dice < 0.05) send(Buffer.concat([reply, reply]));
    else if (dice < 0.052) send(boltGoaway(1));
    else if (dice < 0.055) {
      send(reply.subarray(0, 10));
      dying.add(socket);
      setTimeout(() => socket.resetAndDestroy(), 1);
    } else if (dice < 0.5) setTimeout(() => send(reply), random() * 5);
    else send(reply);
  };
}

const RETRY: RetryConfig = {
  numRetries: 3,
  on: ['connect_failure', 'reset', 'overload', 'timeout', 'codec_error'],
  statuses: [],
  idempotent: true,
  perTryTimeout: 50,
  backOff: { base: 0, max: 0 },
};

describe('chaos', () => {
  it.each<[seed: number, what: string, retry: RetryConfig | null]>([
    [11, '', null],
    [22, '', null],
    [33, '', null],
    [44, ', with retries', RETRY],
    [55, ', with retries', RETRY],
  ])(
    'every request ends exactly once with its own reply or an error, seed %i%s',
    async (seed, _what, retry) => {
      const random = chance(seed);
      const upstreams = [await startUpstream(unreliable(random)), await startUpstream(unreliable(random))];
      const proxy = await startProxy({
        clusters: [
          clusterOf(
            upstreams.map(({ port }) => port),
            {
              maxConnections: 2,
              retryBudget: { percentage: 80, minRetries: 50 },
              reconnect: { base: 1, max: 5 },
              keepalive: { interval: 20, timeout: 500, failures: 2 },
            },
          ),
        ],
        routes: [routeTo('echo', { retry })],
        // A small space of ids, so that each is used again and again.
        protocols: [{ ...handWrittenBolt, traits: { ...handWrittenBolt.traits, idMin: 0, idMax: 511 } }],
      });
      const clients = 12;
      const perClient = 150;
      const window = 20;
      let ok = 0;
      let errors = 0;

      const drive = async (client: number): Promise<void> => {
        const caller = await BoltClient.open(proxy.port);
        const leaves = client % 4 === 3;
        let sent = 0;
        const answered = new Set<number>();
        let seen = 0;
        while (answered.size < perClient) {
          while (sent < perClient && sent - answered.size < window) {
            caller.send(sent, `${client}/${sent};`, { timeout: retry === null ? 50 : 400 });
            sent++;
          }
          await caller.until(
            () => caller.frames.length > seen,
            `more than ${seen} of ${sent} replies of ${client}`,
          );
          for (; seen < caller.frames.length; seen++) {
            const { id, status, body } = caller.frames[seen]!;
            expect(answered.has(id)).toBe(false);
            answered.add(id);
            if (status === 0) {
              expect(body.toString('latin1').startsWith(`${client}/${id};`)).toBe(true);
              ok++;
            } else {
              expect(body.length).toBe(0);
              errors++;
            }
          }
          if (leaves && answered.size > perClient / 2) {
            caller.send(sent, 'nobody waits for this');
            caller.socket.resetAndDestroy();
            return;
          }
        }
        await new Promise((resolve) => setTimeout(resolve, 20));
        expect(caller.frames).toHaveLength(perClient);
        caller.socket.resetAndDestroy();
      };
      await Promise.all(Array.from({ length: clients }, (_, client) => drive(client)));

      await eventually(() => proxy.proxy.connectionCount === 0, 'all callers gone');
      // How many depends on how busy the machine is: 50 ms are short.
      expect(ok).toBeGreaterThan(20);
      if (retry === null) expect(errors).toBeGreaterThan(10);
      else expect(proxy.upstream.retries).toBeGreaterThan(10);
      expect([proxy.upstream.retriesActive, proxy.clusters.get('echo')!.active]).toEqual([0, 0]);
      const { downstream, upstream, errors: reported } = proxy;
      expect([downstream.requestsActive, upstream.requestsActive, proxy.proxy.inFlight]).toEqual([0, 0, 0]);
      expect(downstream.bufferedBytes).toBe(0);
      expect(reported).toEqual([]);
      await proxy.close();
      await eventually(() => upstream.connectionsActive === 0, 'all upstream connections closed');
      expect(upstream.bufferedBytes).toBe(0);
      await eventually(() => proxy.loop.timers === 0, 'no timer left');
      for (const { kill } of upstreams) await kill();
    },
  );
});
