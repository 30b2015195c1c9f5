import { Act, type Orders } from './oracle.js';
import { AT_ONCE, pause, quantile, type Result, scenario, type Stage } from './scenario.js';

const HOLD: Orders = { act: Act.hold, delay: 0, size: 0 };
const BUDGET = 0.2;
const LEAST_RETRIES = 3;

/** D1. Three hosts that are all too busy for everything: retries must not multiply what comes. */
export function retryStorm(requests: number, seed: number): Promise<Result> {
  const options = {
    hosts: 3,
    cluster: ['max_connections: 1'],
    route: ['retry: { num_retries: 3, on: [overload], back_off: { base: 5ms, max: 20ms } }'],
  };
  return scenario('D1 retry storm', seed, options, async (stage) => {
    const { sidecar, upstreams, verdict, figure, check } = stage;
    const from = performance.now();
    const clients = 16;
    const inFlight = 32;
    let most = 0;
    let done = false;
    const load = stage
      .drive(clients, {
        requests: Math.ceil(requests / clients),
        inFlight,
        orders: () => ({ act: Act.busy, delay: 5, size: 0 }),
      })
      .then(() => (done = true));
    while (!done) {
      most = Math.max(most, await sidecar.metric('cluster_retries_active'));
      await pause(20);
    }
    await load;
    const seconds = (performance.now() - from) / 1_000;
    const asked = upstreams.reduce((sum, one) => sum + one.requests, 0);
    const all = verdict.localError;
    const [retries, overflows] = await sidecar.metrics('cluster_retries_total', 'retry_overflows_total');
    check(overflows! > 0, 'the budget was never used up');
    figure('requests that got to hosts', asked, `${all} and ${retries} retries`, asked === all + retries!);
    const budget = BUDGET * clients * inFlight + LEAST_RETRIES;
    figure(
      'retries under way at most',
      most,
      `at most ${budget}: 20 % of all requests under way, and 3`,
      most <= budget,
    );
    const allowed = Math.floor(BUDGET * all + 10 * seconds);
    figure(
      'retries',
      retries!,
      `at most ${allowed}: 20 % of all requests, and 10 a second`,
      retries! <= allowed,
    );
  });
}

/** D2. Circuit breakers at 1,024 connections, 1,024 pending, 1,024 requests and 3 retries: what is over is counted to the last. */
export async function breakers(seed: number): Promise<Result[]> {
  return [await fullOfRequests(seed), await fullOfConnections(seed), await fullOfRetries(seed)];
}

const LIMIT = 1_024;
const MORE = 300;

function fullOfRequests(seed: number): Promise<Result> {
  const options = { cluster: [`max_requests: ${LIMIT}`] };
  return scenario('D2 breaker: requests', seed, options, async (stage) => {
    const { full, leave } = holdFor(stage, LIMIT);
    await until(stage, 'cluster_requests_active', LIMIT);
    await overflow(stage, 'cluster_overflows_total');
    leave();
    await full;
    await recovered(stage);
  });
}

function fullOfConnections(seed: number): Promise<Result> {
  const options = {
    cluster: [
      'pool: pingpong',
      `max_connections: ${LIMIT}`,
      `max_pending_requests: ${LIMIT}`,
      'max_requests: 100000',
    ],
  };
  return scenario('D2 breakers: connections, pending', seed, options, async (stage) => {
    const { upstream, figure } = stage;
    const { full, leave } = holdFor(stage, 2 * LIMIT);
    await until(stage, 'cluster_pending_active', LIMIT);
    figure('connections', upstream.open, `${LIMIT}`, upstream.open === LIMIT);
    await overflow(stage, 'cluster_pending_overflows_total');
    leave();
    await full;
    await recovered(stage);
  });
}

/** Every request is refused by its first host; the second attempts of three stay. */
function fullOfRetries(seed: number): Promise<Result> {
  const options = {
    manners: { seen: new Map<string, number>() },
    cluster: ['max_retries: 3', 'retry_budget: { percentage: 100, min_retries: 1000 }'],
    route: ['retry: { num_retries: 1, on: [overload], back_off: { base: 1ms, max: 1ms } }'],
  };
  return scenario('D2 breaker: retries', seed, options, async (stage) => {
    const { sidecar, figure } = stage;
    await stage.drive(1, {
      requests: MORE,
      inFlight: MORE,
      timeout: 3_000,
      orders: () => ({ act: Act.busyThenHold, delay: 1, size: 0 }),
    });
    const [retries, overflows] = await sidecar.metrics(
      'cluster_retries_total',
      'cluster_retry_overflows_total',
    );
    figure('retries', retries!, '3', retries === 3);
    figure('refused', overflows!, `${MORE - 3}`, overflows === MORE - 3);
    await recovered(stage);
  });
}

/** Requests that nobody answers, of a caller who stays until he is told to leave. */
function holdFor({ drive }: Stage, requests: number): { full: Promise<void>; leave: () => void } {
  let leave = (): void => {};
  const left = new Promise<void>((resolve) => (leave = resolve));
  const orders = (): Orders => HOLD;
  const full = drive(1, {
    requests,
    inFlight: requests,
    orders,
    leave: left,
    patience: 120_000,
    timeout: 120_000,
  });
  return { full, leave };
}

async function until({ sidecar, check }: Stage, metric: string, value: number): Promise<void> {
  let seen = NaN;
  for (let tries = 0; tries < 300 && seen !== value; tries++) {
    seen = await sidecar.metric(metric);
    if (seen !== value) await pause(20);
  }
  check(seen === value, `${metric} is ${seen} instead of ${value}`);
}

/** One after the other is refused, and no slower than an answer from a host would be. */
async function overflow(stage: Stage, metric: string): Promise<void> {
  const { sidecar, verdict, figure } = stage;
  const before = verdict.localError;
  const took: number[] = [];
  await stage.drive(1, { requests: MORE, inFlight: 1, onEnded: (_, ms) => void took.push(ms) });
  const refused = verdict.localError - before;
  figure('refused', refused, `${MORE}`, refused === MORE);
  const counted = await sidecar.metric(metric);
  figure('counted', counted, `${MORE}`, counted === MORE);
  await stage.timed('refusal, median', quantile(took, 0.5), 1);
}

/** The caller that held all has gone: the next request is answered. */
async function recovered(stage: Stage): Promise<void> {
  const { verdict, check } = stage;
  await until(stage, 'cluster_requests_active', 0);
  const before = verdict.ok;
  await stage.drive(1, { requests: 100, inFlight: 1, orders: () => AT_ONCE });
  check(verdict.ok === before + 100, `${verdict.ok - before} of 100 requests were answered afterwards`);
}
