import { Session } from 'node:inspector';
import { workerData } from 'node:worker_threads';
import { HANG_EVENT, type HangWatchData } from './hang-watch.js';

// The thread of a HangWatch: nothing else may import this file.

/** So many looks fit into what is allowed. */
const LOOKS = 10;
/** A process whose supervisor is gone has nobody to kill it: it ends after so many times the limit. */
const ORPHAN_LIMITS = 4;

const { beats, limit, parent } = workerData as HangWatchData;
let seen = Atomics.load(beats, 0);
let since = performance.now();
let lastLook = since;
let told = false;

setInterval(
  () => {
    const now = performance.now();
    // Where not even this thread got to run, silence says nothing.
    const asleep = now - lastLook > limit;
    lastLook = now;
    const count = Atomics.load(beats, 0);
    if (count !== seen || asleep) {
      seen = count;
      since = now;
      told = false;
    } else if (now - since > limit) onHang(now - since);
  },
  Math.max(10, limit / LOOKS),
);

function onHang(silence: number): void {
  if (!told) interrupt();
  told = true;
  if (silence > limit * ORPHAN_LIMITS && process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
}

/** V8 lets its inspector in between two steps of a loop. */
function interrupt(): void {
  const session = new Session();
  session.connectToMainThread();
  const expression = `process.emit(${JSON.stringify(HANG_EVENT)})`;
  session.post('Runtime.evaluate', { expression }, () => session.disconnect());
}
