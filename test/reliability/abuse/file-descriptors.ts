import { connect, type Socket } from 'node:net';
import { pause, type Result, scenario } from '../scenario.js';

const OPEN_FILES = 128;
/** 45 % of them, see connection-limit.ts. */
const LIMIT = 57;
const EXISTING = 20;

/**
 * C7. 300 callers where the process may open 128 files: more than 45 % of that are refused, those there are go
 * on, and once the others have gone new ones are served.
 */
export function fileDescriptors(seed: number): Promise<Result> {
  const setup = { openFiles: OPEN_FILES };
  return scenario(`C7 300 callers with ${OPEN_FILES} files`, seed, setup, async (stage) => {
    const { sidecar, steady, check, atLeast } = stage;
    const existing = steady(EXISTING, { pause: 20 });
    await until(() => existing.every(({ took }) => took.length > 0));
    const crowd: Socket[] = [];
    let closed = 0;
    for (let i = 0; i < 300 - EXISTING; i++) {
      const socket = connect({ port: sidecar.port, host: '127.0.0.1' });
      socket.on('error', () => {});
      socket.on('close', () => closed++);
      socket.resume();
      crowd.push(socket);
    }
    const expected = 300 - LIMIT;
    await until(() => closed >= expected);
    for (const caller of existing) caller.took = [];
    await until(() => existing.every(({ took }) => took.length > 0));
    check(closed === expected, `${closed} were refused instead of ${expected}`);
    const counted = await sidecar.metric('downstream_connections_refused_total');
    atLeast('refused and counted', counted, ' of 300', expected);
    for (const socket of crowd) socket.destroy();
    const fresh = steady(LIMIT - EXISTING - 5, { pause: 20 });
    await until(() => fresh.every(({ took }) => took.length > 0));
    const all = [...existing, ...fresh];
    await Promise.all(all.map((caller) => caller.stop()));
    check(
      all.every(({ errors }) => errors.size === 0),
      'a request failed',
    );
    check(
      existing.every(({ cut }) => cut === 0),
      'callers that were there before were cut off',
    );
  });
}

/** Waits for something that has to come; gives up after 20 s. */
export async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 1_000 && !holds(); tries++) await pause(20);
}
