// A Dubbo server by dubbo-remoting: `node dubbo-remoting-server.mjs PORT`. It serves until a signal ends it.
import { createRequire } from 'node:module';
import net from 'node:net';

const port = Number(process.argv[2]);
const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (port, ...rest) {
  return listen.call(this, port, '127.0.0.1', ...rest);
};
const require = createRequire(import.meta.url);
const { RpcServer } = require('sofa-rpc-node').server;
const quiet = () => {};
const logger = { info: quiet, debug: quiet, warn: quiet, error: quiet };
const protocol = require('dubbo-remoting');
const server = new RpcServer({ appName: 'demo', port, logger, protocol, publishAddress: '127.0.0.1' });
server.addService(
  { interfaceName: 'com.demo.Hello', version: '1.0.0', group: '' },
  {
    async plus(a, b) {
      return a + b;
    },
    async echo(value) {
      return value;
    },
    async boom() {
      throw new Error('kaboom');
    },
  },
);
await server.start();
console.log(`ready on ${port}`);
process.on('SIGTERM', () => process.exit(0));
