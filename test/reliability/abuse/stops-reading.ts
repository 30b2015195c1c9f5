import { forgetHighest } from '../../support/process-facts.js';
import { Act } from '../oracle.js';
import { pause, type Result, scenario, type Stage } from '../scenario.js';
import { ScriptedUpstream } from '../scripted-upstream.js';
import type { SteadyCaller } from '../steady-caller.js';
import { OTHERS, twoServices } from './two-services.js';

const MIB = 1024 * 1024;
const FRAME = MIB;
/** So many default watermarks may be queued for a peer before the other side is held. */
const QUEUED = 4 * MIB;
/** So much of buffers that nobody needs any more V8 lets lie before it collects them. */
const SLACK = 64 * MIB;
const WATCHED_MS = 4_000;

/**
 * C2. A caller that stops reading while an upstream offers it hundreds of MiB, and an upstream that stops
 * reading while callers do: the sidecar stops the other side instead of buffering, and others go on.
 */
export async function stopsReading(mebibytes: number, seed: number): Promise<Result[]> {
  return [await deafCaller(mebibytes, seed), await deafUpstream(mebibytes, seed)];
}

async function deafCaller(mebibytes: number, seed: number): Promise<Result> {
  return withOthers('C2 a caller stops reading', seed, async (stage, others) => {
    const orders = { act: Act.reply, delay: 0, size: FRAME };
    const [deaf] = stage.steady(1, { inFlight: mebibytes, deaf: true, orders: () => orders });
    await watch(stage, others, 'downstream_buffered_bytes', mebibytes);
    await deaf!.stop();
    stage.check(deaf!.cut === 1, 'the caller that takes nothing was not cut off');
  });
}

async function deafUpstream(mebibytes: number, seed: number): Promise<Result> {
  return withOthers('C2 an upstream stops reading', seed, async (stage, others) => {
    const { steady, upstream, verdict, check } = stage;
    upstream.reading = false;
    const senders = steady(4, { inFlight: mebibytes / 4, padding: Buffer.alloc(FRAME) });
    await watch(stage, others, 'cluster_buffered_bytes', mebibytes);
    upstream.reading = true;
    await Promise.all(senders.map((sender) => sender.stop()));
    check(verdict.localError + verdict.closed === 0, 'a request failed though the upstream read on');
  });
}

/** A stage with callers of another service, which must not notice. */
async function withOthers(
  name: string,
  seed: number,
  play: (stage: Stage, others: readonly SteadyCaller[]) => Promise<void>,
): Promise<Result> {
  const other = new ScriptedUpstream();
  const port = await other.listen();
  try {
    return await scenario(name, seed, { yaml: (upstream) => twoServices(upstream, port) }, async (stage) => {
      const others = stage.steady(4, { headers: OTHERS, pause: 5 });
      await pause(1_000);
      await play(stage, others);
      await Promise.all(others.map((one) => one.stop()));
      const failed = others.reduce((sum, { cut, errors }) => sum + cut + errors.size, 0);
      stage.check(failed === 0, `${failed} others noticed`);
    });
  } finally {
    other.close();
  }
}

/** How much memory the sidecar takes while one side does not read, and whether others are still served. */
async function watch(
  { sidecar, atMost, check }: Stage,
  others: readonly SteadyCaller[],
  gauge: string,
  offered: number,
): Promise<void> {
  for (const caller of others) caller.took = [];
  const { rss } = await sidecar.memory();
  await forgetHighest(sidecar.pid);
  let buffered = 0;
  // It takes these peers a while to make so many bytes.
  for (let tries = 0; buffered < MIB && tries < 300; tries++) {
    await pause(50);
    buffered = await sidecar.metric(gauge);
  }
  for (const end = performance.now() + WATCHED_MS; performance.now() < end; await pause(50)) {
    buffered = Math.max(buffered, await sidecar.metric(gauge));
  }
  check(
    others.every(({ took }) => took.length > 0),
    'others were not served',
  );
  const { highest } = await sidecar.memory();
  const most = (QUEUED + FRAME) / MIB;
  atMost(`of ${offered} MiB offered at most queued`, buffered / MIB, ' MiB', most);
  const bound = (QUEUED + FRAME + SLACK) / MIB;
  atMost("growth of the sidecar's memory", (highest - rss) / MIB, ' MiB', bound);
}
