// npm run demo: from a schema to live traffic, told as a short story. Compiles schemas/bolt.proto-frame, starts
// a real SOFARPC server and the sidecar, each a process of its own, and calls through them with a real SOFARPC
// client. Exits 0 if everything happened as told, and leaves no process behind.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const CONFIG = 'test/demo/bolt-sidecar.yaml';
const HELLO = 'com.demo.Hello';
const CALLS = 2000;
const AT_A_TIME = 32;

const { RpcClient } = createRequire(import.meta.url)('sofa-rpc-node').client;
const folder = mkdtempSync(join(tmpdir(), 'proto-frame-demo-'));
const children = new Set();

/** Ends what was started, by pid, and removes what was written. */
function cleanUp() {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
}
process.on('exit', cleanUp);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));
// A safety net for CI: the story takes a few seconds.
setTimeout(() => fail('the demo took longer than 55 s'), 55_000).unref();

function say(text) {
  console.log(text);
}

function fail(why) {
  console.error(`\nThis is not how the story goes: ${why}`);
  process.exit(1);
}

function expect(actual, wanted, what) {
  if (!isDeepStrictEqual(actual, wanted)) {
    fail(`${what} gave ${JSON.stringify(actual)} instead of ${JSON.stringify(wanted)}`);
  }
}

/** Starts `node ...args` and resolves once it prints a line that matches. */
async function start(name, args, ready) {
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  children.add(child);
  const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)));
  void ended.then(() => children.delete(child));
  const lines = [];
  const said = new Promise((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line);
        if (ready.test(line)) resolve(true);
      });
    }
  });
  const late = new Promise((resolve) => setTimeout(resolve, 15_000, false).unref());
  if ((await Promise.race([said, ended, late])) !== true) {
    fail(`${name} did not start:\n${lines.join('\n')}`);
  }
  return { pid: child.pid, child, ended, lines };
}

function isFree(port) {
  return new Promise((resolve) => {
    const probe = net.createServer().once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}

function freePort() {
  return new Promise((resolve) => {
    const probe = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/** The configuration as it stands in the repository; where one of its ports is taken, a copy with free ones. */
async function configuration() {
  let text = readFileSync(join(ROOT, CONFIG), 'utf8');
  const ports = {};
  for (const [name, port] of Object.entries({ sidecar: 12220, server: 12200, admin: 15000 })) {
    ports[name] = (await isFree(port)) ? port : await freePort();
    text = text.replaceAll(`127.0.0.1:${port}`, `127.0.0.1:${ports[name]}`);
  }
  if (text === readFileSync(join(ROOT, CONFIG), 'utf8')) return { file: CONFIG, ports };
  const file = join(folder, 'bolt-sidecar.yaml');
  writeFileSync(file, text);
  return { file, ports };
}

/** Milliseconds that `run` took, and what came of it: a value or an error. */
async function attempt(run) {
  const from = performance.now();
  const outcome = await run().then(
    (value) => ({ value }),
    (error) => ({ error }),
  );
  return { ...outcome, ms: performance.now() - from };
}

const ms = (value) => `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ms`;

// 1. The schema.

const compiler = join(ROOT, 'compiler/dist/cli/main.js');
const compiling = performance.now();
const compiled = spawnSync(
  process.execPath,
  [compiler, 'compile', 'schemas/bolt.proto-frame', '--out', folder],
  { cwd: ROOT, encoding: 'utf8' },
);
if (compiled.status !== 0) fail(`the compiler says\n${compiled.stdout}${compiled.stderr}`);
const codec = readFileSync(join(folder, 'bolt.ts'), 'utf8');
if (codec !== readFileSync(join(ROOT, 'generated/bolt.ts'), 'utf8')) {
  fail('the compiled codec is not the one in generated/bolt.ts');
}
const schemaLines = readFileSync(join(ROOT, 'schemas/bolt.proto-frame'), 'utf8').split('\n').length - 1;
say(
  `1. Compiled schemas/bolt.proto-frame, ${schemaLines} lines, into a codec of ${codec.split('\n').length - 1}`,
);
say(`   lines of TypeScript in ${ms(performance.now() - compiling)}, byte for byte generated/bolt.ts.`);

// 2. Server and sidecar.

const { file, ports } = await configuration();
const serverArgs = ['test/demo/sofa-server.mjs', String(ports.server)];
let server = await start('the SOFARPC server', serverArgs, /ready/);
const sidecar = await start('the sidecar', ['runtime/dist/server/main.js', '-c', file], /listening|ready/i);
say(`2. Started a SOFARPC server (pid ${server.pid}) on 127.0.0.1:${ports.server} and the sidecar`);
say(`   (pid ${sidecar.pid}) on 127.0.0.1:${ports.sidecar} with ${file}.`);

// 3. A client that knows only the sidecar.

const quiet = () => {};
const logger = { info: quiet, debug: quiet, warn: quiet, error: quiet };
const client = new RpcClient({ logger, connectionOpts: { maxIdleTime: -1 } });
client.on?.('error', quiet);
const serverHost = `bolt://127.0.0.1:${ports.sidecar}`;
const hello = client.createConsumer({ interfaceName: HELLO, serverHost, responseTimeout: 3000 });
await hello.ready();
expect(await hello.invoke('plus', [1, 2]), 3, 'plus(1, 2)');
const user = { $class: 'com.demo.User', $: { name: 'bob', age: 7 } };
expect(await hello.invoke('echo', [user]), user.$, 'echo of an object');
const times = [];
const from = performance.now();
let next = 0;
await Promise.all(
  Array.from({ length: AT_A_TIME }, async () => {
    while (next < CALLS) {
      const n = next++;
      const { value, error, ms } = await attempt(() => hello.invoke('plus', [n, 1]));
      if (error) fail(`plus(${n}, 1) failed: ${error.message}`);
      expect(value, n + 1, `plus(${n}, 1)`);
      times.push(ms);
    }
  }),
);
const seconds = (performance.now() - from) / 1000;
times.sort((a, b) => a - b);
say(
  `3. A SOFARPC client made ${CALLS} calls through the sidecar, ${AT_A_TIME} at a time: every reply was its`,
);
say(
  `   request's, ${Math.round(CALLS / seconds)} calls a second, half of them within ${ms(times[CALLS / 2])}.`,
);

// 4. Errors of the service, and of the sidecar.

const boom = await attempt(() => hello.invoke('boom', []));
if (!boom.error?.message.includes('kaboom')) fail(`boom() gave ${boom.error ?? JSON.stringify(boom.value)}`);
say(`4. boom() threw "kaboom" in the server; the client got that error after ${ms(boom.ms)}.`);

const connection = await [...client.connectionManager._connections.values()][0];
const acked = new Promise((resolve) => connection._decoder.once('heartbeat_ack', resolve));
const beat = await attempt(() => {
  connection.heartbeat();
  return Promise.race([acked, new Promise((_, no) => setTimeout(no, 2000, new Error('no ack in 2 s')))]);
});
if (beat.error) fail(beat.error.message);
say(`5. The client sent a bolt heartbeat; the sidecar acknowledged it itself after ${ms(beat.ms)}.`);

const nowhere = client.createConsumer({
  interfaceName: 'com.demo.Nowhere',
  serverHost,
  responseTimeout: 3000,
});
await nowhere.ready();
const lost = await attempt(() => nowhere.invoke('plus', [1, 2]));
if (!lost.error || lost.error.name === 'RpcResponseTimeoutError') fail('a call without a route hung');
say(`6. No route leads to com.demo.Nowhere: the sidecar answered with a bolt error after ${ms(lost.ms)}`);
say(`   (the client's words: "${lost.error.message.split('\n')[0]}").`);

// 7. The server dies and comes back.

const slow = attempt(() => hello.invoke('sleep', [2000]));
await new Promise((resolve) => setTimeout(resolve, 100));
server.child.kill('SIGKILL');
await server.ended;
const cut = await slow;
if (!cut.error || cut.ms > 1500) fail(`a call under way when the server died: ${JSON.stringify(cut)}`);
const dead = await attempt(() => hello.invoke('plus', [1, 2]));
if (!dead.error || dead.error.name === 'RpcResponseTimeoutError') fail('a call without a server hung');
say(`7. Killed the server. The call under way failed after ${ms(cut.ms)}, a new one after ${ms(dead.ms)}.`);

server = await start('the SOFARPC server', serverArgs, /ready/);
const back = performance.now();
for (;;) {
  const { value, error } = await attempt(() => hello.invoke('plus', [20, 22]));
  if (!error) {
    expect(value, 42, 'plus(20, 22)');
    break;
  }
  if (performance.now() - back > 10_000) fail(`no recovery in 10 s: ${error.message}`);
  await new Promise((resolve) => setTimeout(resolve, 20));
}
say(`8. Started it again (pid ${server.pid}); ${ms(performance.now() - back)} later calls went through.`);

// 9. What the sidecar counted, and the end.

const stats = await (await fetch(`http://127.0.0.1:${ports.admin}/stats/prometheus`)).text();
const total = (name) => {
  const lines = stats
    .split('\n')
    .filter((line) => new RegExp(`${name}\\{`).test(line) && !line.startsWith('#'));
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
};
say(
  `9. The sidecar counted ${total('downstream_requests_total')} requests and ${total('downstream_heartbeats_total')} heartbeat`,
);
say(`   (http://127.0.0.1:${ports.admin}/stats/prometheus while it runs).`);
await client.close().catch(quiet);
sidecar.child.kill('SIGTERM');
expect(await sidecar.ended, 0, "the sidecar's exit code after SIGTERM");
server.child.kill('SIGTERM');
await server.ended;
say('10. SIGTERM: the sidecar drained and exited with 0. No process is left.');
process.exit(0);
