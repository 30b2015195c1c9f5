// A SOFARPC server as its users write it, with sofa-rpc-node: `node sofa-server.mjs PORT`.
// It serves until a signal ends it. RpcServer would listen on every interface; here it is held to loopback.
import { createRequire } from 'node:module';
import net from 'node:net';

const port = Number(process.argv[2]);
const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (port, ...rest) {
  return listen.call(this, port, '127.0.0.1', ...rest);
};

const { RpcServer } = createRequire(import.meta.url)('sofa-rpc-node').server;
const quiet = () => {};
const logger = { info: quiet, debug: quiet, warn: quiet, error: console.error };
const server = new RpcServer({ appName: 'demo', port, logger, publishAddress: '127.0.0.1' });
server.addService(
  { interfaceName: 'com.demo.Hello' },
  {
    async plus(a, b) {
      return a + b;
    },
    async echo(value) {
      return value;
    },
    async sleep(ms) {
      await new Promise((resolve) => setTimeout(resolve, ms));
      return ms;
    },
    async boom() {
      throw new Error('kaboom');
    },
  },
);
await server.start();
console.log(`SOFARPC server ready on 127.0.0.1:${server.publishPort}`);
process.on('SIGTERM', () => process.exit(0));
