import { connect, createServer } from 'node:net';

/** The baseline: `node tcp-pipe.js PORT` pipes each connection to one of its own to 127.0.0.1:PORT. */
const upstream = Number(process.argv[2]);

const server = createServer({ noDelay: true }, (downstream) => {
  const up = connect({ port: upstream, host: '127.0.0.1', noDelay: true });
  downstream.pipe(up);
  up.pipe(downstream);
  downstream.on('error', () => up.destroy());
  up.on('error', () => downstream.destroy());
});

server.listen(0, '127.0.0.1', () => {
  console.log(`listening on ${(server.address() as { port: number }).port}`);
});
process.once('SIGTERM', () => process.exit(0));
