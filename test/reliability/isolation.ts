import { ROOT } from '../support/root.js';
import { Act } from './oracle.js';
import { type Result, scenario } from './scenario.js';
import { ScriptedUpstream } from './scripted-upstream.js';

/**
 * A12. Requests are mirrored to a host that answers first, with something else, and retried where a host says
 * that it did nothing. What a host may have done is not sent again.
 */
export async function retryAndMirror(requests: number, seed: number): Promise<Result> {
  const shadow = new ScriptedUpstream({ reply: Buffer.from('the copy, which nobody wants to see') });
  const shadowPort = await shadow.listen();
  const seen = new Map<string, number>();
  const options = {
    hosts: 3,
    manners: { seen },
    cluster: [
      'max_connections: 1',
      'retry_budget: { percentage: 100 }',
      'reconnect: { base: 1ms, max: 5ms }',
    ],
    clusters: [`{ name: shadow, hosts: [{ address: '127.0.0.1:${shadowPort}' }] }`],
    route: [
      'mirror: { cluster: shadow, percentage: 50 }',
      'retry: { num_retries: 3, on: [connect_failure, overload, reset] }',
    ],
  };
  try {
    return await scenario('A12 retries and mirrors apart', seed, options, async (stage) => {
      const { random, verdict, sidecar, figure, check } = stage;
      const clients = 8;
      const acts = [Act.hangUp, ...Array<Act>(20).fill(Act.busyOnce), ...Array<Act>(200).fill(Act.reply)];
      let busy = 0;
      await stage.drive(clients, {
        requests: Math.ceil(requests / clients),
        inFlight: 16,
        orders: () => {
          const act = random.pick(acts);
          if (act === Act.busyOnce) busy++;
          return { act, delay: 1 + random.below(5), size: random.below(500) };
        },
      });
      const retries = await sidecar.metric('cluster_retries_total');
      const sent = [...seen.values()].reduce((sum, times) => sum + times, 0);
      figure('retries', retries, 'over 0', retries > 0 && busy > 0);
      figure(
        'attempts at hosts',
        sent,
        `at most one for each request and each retry, ${seen.size + retries}`,
        sent <= seen.size + retries,
      );
      const most = Math.max(...seen.values());
      figure('attempts at one request', most, '2, as a host is too busy but once', most === 2);
      check(shadow.requests > requests / 3, `only ${shadow.requests} requests were mirrored`);
      check(verdict.ok > requests * 0.7, 'fewer than 70 % were answered');
    });
  } finally {
    shadow.close();
  }
}

/** A13. Heartbeats every 10 ms on connections with 256 ids for them and the requests. */
export function heartbeatIds(requests: number, seed: number): Promise<Result> {
  const options = {
    protocol: 'bolt_8',
    codecs: [`${ROOT}test/dist/reliability/codecs/narrow-ids.js`],
    cluster: ['keepalive: { interval: 10ms, timeout: 20s }', 'max_connections: 2'],
  };
  return scenario('A13 heartbeats beside requests', seed, options, async (stage) => {
    const { random, verdict, upstream, figure, check } = stage;
    const clients = 4;
    await stage.drive(clients, {
      requests: Math.ceil(requests / clients),
      inFlight: 40,
      orders: () => ({ act: Act.reply, delay: random.below(10), size: random.below(50) }),
    });
    check(verdict.localError + verdict.closed === 0, 'not every request was answered');
    check(upstream.highest <= 255, `id ${upstream.highest} is outside of the range`);
    figure('heartbeats answered', upstream.heartbeats, 'over 10', upstream.heartbeats > 10);
    figure('ids of heartbeats that were taken', upstream.collisions, '0', upstream.collisions === 0);
  });
}

/** A14. Two clusters with the same address share no connection: what else they say of it may differ. */
export async function poolKey(requests: number, seed: number): Promise<Result> {
  const host = new ScriptedUpstream();
  const port = await host.listen();
  const options = {
    upstreams: [port],
    cluster: ['max_connections: 1'],
    clusters: [`{ name: other, hosts: [{ address: '127.0.0.1:${port}' }], max_connections: 1 }`],
    routes: ["- { match: { service: 'com.demo.Other' }, route: { cluster: other } }"],
  };
  try {
    return await scenario('A14 pool key', seed, options, async (stage) => {
      const { verdict, random, figure, check } = stage;
      const drive = (service?: string): Promise<void> =>
        stage.drive(4, {
          requests: Math.ceil(requests / 8),
          inFlight: 16,
          orders: () => ({ act: Act.reply, delay: random.below(3), size: random.below(100) }),
          ...(service === undefined ? {} : { service }),
        });
      await Promise.all([drive(), drive('com.demo.Other')]);
      check(verdict.localError + verdict.closed === 0, 'not every request was answered');
      figure('connections', host.connections, '2', host.connections === 2);
      figure('connections with requests of both clusters', host.mixed, '0', host.mixed === 0);
    });
  } finally {
    host.close();
  }
}
