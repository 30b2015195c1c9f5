import type { Scenarios } from '../scenario.js';
import { dubbo2, dubboRemoting, sofaRpc } from './rpc-pairs.js';
import { sideBySide, type Times } from './side-by-side.js';
import { npmThrift } from './thrift-pair.js';

const TIMES: Times = { reloads: 5, restarts: 1, kills: 2 };

/** Real clients and servers through a sidecar that is reloaded, restarted and killed. */
export const peers: Scenarios = {
  peers: async (seed) => [
    await sideBySide(sofaRpc, TIMES, seed),
    await sideBySide(dubboRemoting, TIMES, seed),
    await sideBySide(dubbo2, TIMES, seed),
    await sideBySide(npmThrift, TIMES, seed),
  ],
};
