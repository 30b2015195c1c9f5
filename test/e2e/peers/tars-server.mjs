// A Tars server by @tars/rpc: `node tars-server.mjs PORT`. It serves until a signal ends it.
import { createRequire } from 'node:module';

const port = Number(process.argv[2]);
const require = createRequire(import.meta.url);
// Its example says hello when it starts, which no test waits for.
const { log } = console;
console.log = () => {};
const Tars = require('@tars/rpc');
// Made by tars2node from NodeTars.tars: int test(); int getall(…); int getUsrName(string, out string, out string);
const { tars } = require('@tars/rpc/examples/rpc-tars/demo.1/server.node.1/NodeTars.js');

tars.NodeTarsImp.prototype.initialize = () => {};
// Never answered.
tars.NodeTarsImp.prototype.test = () => {};
tars.NodeTarsImp.prototype.getUsrName = (current, name) => {
  if (name === 'fail') {
    current.sendErrorResponse(-3, 'no such name');
    return;
  }
  const context = current.getContext()?.get('from') ?? '';
  current.setResponseContext({ seen: context });
  // In another order than they came.
  setTimeout(() => current.sendResponse(name.length, `hello ${name}`, context), (name.length * 7) % 4);
};

const server = Tars.server.createServer(tars.NodeTarsImp);
server.start({
  name: 'TARS.NodeTarsServer.NodeTarsObjAdapter',
  servant: 'TARS.NodeTarsServer.NodeTarsObj',
  endpoint: `tcp -h 127.0.0.1 -p ${port} -t 60000`,
  protocol: 'tars',
  maxconns: 1000,
});
setTimeout(() => log(`ready on ${port}`), 100);
process.on('SIGTERM', () => process.exit(0));
