import { ROOT } from '../support/root.js';
import { Act } from './oracle.js';
import { pause, type Result, scenario, type Stage } from './scenario.js';

/** D8. The wall clock jumps an hour forth and back while requests have timeouts of 5 s. */
export function clockJumps(requests: number, seed: number): Promise<Result> {
  const options = {
    nodeArgs: ['--import', `${ROOT}test/dist/reliability/jumping-clock.js`],
    timeout: '5s',
    cluster: ['keepalive: { interval: 200ms, timeout: 5s }', 'idle_timeout: 20s'],
    top: ['access_log: { path: /dev/null }'],
  };
  return scenario('D8 clock jumps', seed, options, async (stage) => {
    const { verdict, upstream, figure } = stage;
    await load(stage, requests);
    const failed = verdict.localError + verdict.closed;
    figure('timeouts and other errors', failed, '0', failed === 0);
    figure('connections to the host', upstream.connections, '1', upstream.connections === 1);
  });
}

/** D9. The disk is full; the reader of the logs has gone. */
export async function logsBroken(requests: number, seed: number): Promise<Result[]> {
  const full = { top: ['access_log: { path: /dev/full }'] };
  const gone = { top: ['access_log: { path: stdout }'] };
  return [
    await scenario('D9 disk full', seed, full, (stage) => unaffected(stage, requests)),
    await scenario('D9 log pipe closed', seed, gone, (stage) => {
      stage.sidecar.process.stdout!.destroy();
      stage.sidecar.process.stderr!.destroy();
      return unaffected(stage, requests);
    }),
  ];
}

async function unaffected(stage: Stage, requests: number): Promise<void> {
  const { verdict, sidecar, figure } = stage;
  await load(stage, requests);
  // A line that is to be logged, and can't be.
  sidecar.process.kill('SIGHUP');
  await load(stage, requests);
  await pause(500);
  const failed = verdict.localError + verdict.closed;
  figure('requests that failed', failed, '0', failed === 0);
  const [written, dropped] = await sidecar.metrics('access_log_lines_total', 'access_log_dropped_total');
  figure(
    'lines dropped',
    dropped!,
    `${verdict.ok}, all but ${written} that were written`,
    written! + dropped! === verdict.ok,
  );
  stage.check(dropped! > 0, 'no line was dropped');
}

function load({ drive, random }: Stage, requests: number): Promise<void> {
  const clients = 4;
  return drive(clients, {
    requests: Math.ceil(requests / clients),
    inFlight: 16,
    orders: () => ({ act: Act.reply, delay: random.below(30), size: random.below(1_000) }),
  });
}
