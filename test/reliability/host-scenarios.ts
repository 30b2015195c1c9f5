import { Act } from './oracle.js';
import { pause, quantile, type Result, scenario, type Stage } from './scenario.js';
import type { ScriptedUpstream } from './scripted-upstream.js';

const BASE_MS = 1_000;
/** A request every so many ms shows when a host is back. */
const STEP_MS = 4;

/** Five hosts of which half may be ejected. */
const ejecting = (base: string, panic: number): { hosts: number; cluster: string[] } => ({
  hosts: 5,
  cluster: [
    `panic_threshold: ${panic}`,
    `outlier_detection: { consecutive_failures: 5, base_ejection: ${base}, interval: 10s, max_ejected: 50 }`,
  ],
});

/** D3. One of five hosts fails always: it is ejected soon, twice as long the second time. Then all fail. */
export async function outliers(seed: number): Promise<Result[]> {
  return [
    await comesBack(seed),
    await allFail(seed, 'at most half are ejected', 50, 3),
    await allFail(seed, 'in panic health is not believed', 70, 5),
  ];
}

function comesBack(seed: number): Promise<Result> {
  return scenario('D3 outlier ejected and back', seed, ejecting(`${BASE_MS}ms`, 50), async (stage) => {
    const { upstreams, figure } = stage;
    const bad = upstreams[2]!;
    for (const times of [1, 2]) {
      bad.failing = true;
      const before = bad.requests;
      await askUntilOut(stage, bad);
      const failures = bad.requests - before;
      figure(`requests until ejection ${times}`, failures, 'at most 10', failures <= 10 && failures > 0);
      bad.failing = false;
      const out = await untilBack(stage, bad);
      const due = BASE_MS * times;
      figure(`out for, ms`, Math.round(out), `${due * 0.9} at least`, out >= due * 0.9);
      await stage.timed(`ejection ${times}, above its ${due} ms`, Math.max(0, out - due), due * 0.1);
    }
  });
}

function allFail(seed: number, what: string, panic: number, left: number): Promise<Result> {
  return scenario(`D3 all fail: ${what}`, seed, ejecting('10m', panic), async (stage) => {
    const { upstreams, figure } = stage;
    for (const one of upstreams) one.failing = true;
    await ask(stage, 300);
    const counts = upstreams.map((one) => one.requests);
    await ask(stage, 100);
    const asked = upstreams.filter((one, i) => one.requests > counts[i]!).length;
    figure('hosts that still get requests', asked, `${left} of 5`, asked === left);
  });
}

/** One request after the other. */
async function ask({ drive }: Stage, requests: number): Promise<void> {
  await drive(1, { requests, inFlight: 1 });
}

/** Until two rounds of all hosts leave one out. */
async function askUntilOut(stage: Stage, host: ScriptedUpstream): Promise<void> {
  for (let tries = 0, before = -1; tries < 50 && host.requests !== before; tries++) {
    before = host.requests;
    await ask(stage, 10);
  }
}

/** Time from the host's last request to its next, in ms. */
async function untilBack(stage: Stage, host: ScriptedUpstream): Promise<number> {
  const { requests, lastRequest } = host;
  for (let tries = 0; tries < 2_000 && host.requests === requests; tries++) {
    await stage.drive(1, { requests: 5, inFlight: 1 });
    await pause(STEP_MS);
  }
  stage.check(host.requests > requests, 'the host did not come back');
  return host.lastRequest - lastRequest;
}

/** D4. Nobody is there, in three ways: an error at once, and nothing hangs. */
export async function failFast(requests: number, seed: number): Promise<Result[]> {
  const cases: [what: string, options: { upstreams: number[]; cluster?: string[] }][] = [
    ['no hosts', { upstreams: [] }],
    ['all refuse connections', { upstreams: [1, 2, 3] }],
    [
      'all fail their checks',
      {
        upstreams: [1, 2, 3],
        cluster: ['panic_threshold: 0', 'health_check: { interval: 50ms, timeout: 500ms }'],
      },
    ],
  ];
  const results: Result[] = [];
  for (const [what, options] of cases) {
    results.push(
      await scenario(`D4 fail fast: ${what}`, seed, options, async (stage) => {
        const { verdict, check } = stage;
        const took: number[] = [];
        await stage.drive(8, {
          requests: Math.ceil(requests / 8),
          inFlight: 8,
          orders: () => ({ act: Act.reply, delay: 0, size: 0 }),
          onEnded: (_, ms) => void took.push(ms),
        });
        check(verdict.ok + verdict.closed === 0, 'not every request was answered with an error');
        await stage.timed('error, p99', quantile(took, 0.99), 100);
      }),
    );
  }
  return results;
}
