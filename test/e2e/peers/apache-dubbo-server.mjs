// A Dubbo server by apache-dubbo-service, without a registry. It picks its port and prints it.
import { createRequire } from 'node:module';
import net from 'node:net';

const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (port, ...rest) {
  return typeof port === 'number'
    ? listen.call(this, port, '127.0.0.1', ...rest.filter((r) => typeof r !== 'string'))
    : listen.call(this, port, ...rest);
};
const require = createRequire(import.meta.url);
const { DubboService } = require('apache-dubbo-service');
const { java } = require('dubbo2.js');
const registry = { ready: async () => {}, registerServices: async () => {}, close() {} };
const service = DubboService.from({
  registry,
  services: {
    Hello: {
      dubboInterface: 'com.demo.Hello',
      methods: {
        async sayHello(name) {
          return java.String(`hello ${name}`);
        },
        async getUser(user) {
          return java.combine('com.demo.User', { id: java.int(user.id), name: java.String('bob') });
        },
        async boom() {
          throw new Error('kaboom');
        },
      },
    },
  },
  dubboSetting: { getDubboSetting: () => ({ group: '', version: '1.0.0' }) },
});
await service.ready();
console.log(`ready on ${service.getPort()}`);
process.on('SIGTERM', () => process.exit(0));
