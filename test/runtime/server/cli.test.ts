import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fileJsonSchema } from '../../../runtime/config/file-schema.js';
import { runCli } from '../../../runtime/server/cli.js';
import { boltRequest } from '../../support/bolt-frames.js';
import { startNode } from '../../support/child.js';
import { ROOT } from '../../support/root.js';
import { writeCodecModule } from './codec-module.js';
import { startHost, TestCaller, type TestHost } from './peers.js';

const folder = mkdtempSync(join(tmpdir(), 'cli-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
writeCodecModule(folder, 'bolt-by-hand');

function config(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const yaml = (port: number, more = ''): string => `
codecs: [ ./bolt-by-hand.mjs ]
listeners:
  - { name: egress, address: "127.0.0.1:0", protocol: bolt-by-hand, route_config: services }
route_configs:
  - name: services
    virtual_hosts:
      - { name: all, domains: ["*"], routes: [ { match: {}, route: { cluster: echo } } ] }
clusters:
  - { name: echo, hosts: [ { address: "127.0.0.1:${port}" } ] }
admin: { address: "127.0.0.1:0" }
${more}`;

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const code = await runCli(args, { out: (text) => (out += text), err: (text) => (err += text) });
  return { code, out, err };
}

test('--check says that a file is right, codecs of its own included', async () => {
  const path = config('good.yaml', yaml(1));
  expect(await run('--check', path)).toEqual({
    code: 0,
    out: `${path}: ok, 1 listener, 1 cluster\n`,
    err: '',
  });
});

test('--check lists every mistake and starts nothing', async () => {
  const path = config(
    'bad.yaml',
    yaml(1).replace('cluster: echo', 'cluster: ecco').replace('admin:', 'admim:'),
  );
  const { code, out, err } = await run('--check', path);
  expect([code, out]).toEqual([1, '']);
  expect(err).toContain(`${path}:8:79: route_configs[0].virtual_hosts[0].routes[0].route.cluster`);
  expect(err).toContain('did you mean `echo`?');
  expect(err).toContain('unknown key `admim`');
  expect(err).toContain('2 errors in');
});

test('a codec that can not be loaded stops the start by its name', async () => {
  writeCodecModule(folder, 'old', (source) => source.replace('contract: CONTRACT_VERSION', 'contract: 0'));
  const path = config('old.yaml', yaml(1).replace('bolt-by-hand.mjs', 'old.mjs'));
  for (const option of ['--check', '-c']) {
    const { code, err } = await run(option, path);
    expect(code).toBe(1);
    expect(err).toContain('old.mjs: protocol old was generated for contract 0');
  }
});

test('schema prints the JSON Schema', async () => {
  const { code, out } = await run('schema');
  expect(code).toBe(0);
  expect(JSON.parse(out)).toEqual(fileJsonSchema());
});

test('--help shows how it is used', async () => {
  const { code, out } = await run('--help');
  expect(code).toBe(0);
  for (const word of ['--check', '-c', 'schema', 'Examples:', 'SIGTERM', 'Exit codes:'])
    expect(out).toContain(word);
});

test.each([
  [['--chek', 'x']],
  [['-c']],
  [[]],
  [['run', 'x']],
  [['-c', 'a', '--check', 'b']],
  [['--check', '/no/such/file.yaml']],
  [['-c', 'a', '--workers', 'many']],
  [['-c', 'a', '--workers', '257']],
])('%j is refused with 2 and a reason', async (args) => {
  const { code, out, err } = await run(...args);
  expect([code, out]).toEqual([2, '']);
  expect(err).toMatch(/error|no such file/i);
});

const MAIN = join(ROOT, 'runtime/dist/server/main.js');

// Where drains are not what is tested callers end first: a sidecar waits a second for one that was busy.
async function startProxy(host: TestHost, more = '') {
  const path = config(`run-${host.port}.yaml`, yaml(host.port, more));
  const child = startNode(MAIN, ['-c', path]);
  const [, address] = await child.line(/^egress listens on (\S+)$/);
  await child.line(/^ready$/);
  return { child, address: address! };
}

test('SIGTERM drains: what is under way is answered, then exit 0', async () => {
  const host = await startHost('echo');
  const log = join(folder, 'sigterm.log');
  const { child, address } = await startProxy(host, `access_log: { path: ${log} }`);
  const caller = await TestCaller.connect(address);
  host.hold = true;
  caller.send(boltRequest(77, 'any', Buffer.from('slow')));
  await expect.poll(() => host.requests.length).toBe(1);
  child.process.kill('SIGTERM');
  await child.line(/"draining"/);
  host.release();
  expect((await caller.reply(77)).body.toString()).toBe('echo:slow');
  expect(await child.ended).toBe(0);
  expect(readFileSync(log, 'utf8')).toContain('"service":"any"');
  await host.stop();
});

test('a second signal ends it at once', async () => {
  const host = await startHost('echo');
  const { child, address } = await startProxy(host);
  const caller = await TestCaller.connect(address);
  host.hold = true;
  caller.send(boltRequest(77, 'any', Buffer.from('never')));
  await expect.poll(() => host.requests.length).toBe(1);
  child.process.kill('SIGINT');
  await child.line(/"draining"/);
  child.process.kill('SIGTERM');
  expect(await child.ended).toBe(143);
  await expect.poll(() => caller.closed).toBe(true);
  await host.stop();
});

test('with the access log on standard output nothing else goes there', async () => {
  const host = await startHost('echo');
  const { child, address } = await startProxy(host, 'access_log: { path: stdout }');
  let out = '';
  child.process.stdout!.on('data', (chunk: Buffer) => (out += chunk.toString()));
  const caller = await TestCaller.connect(address);
  caller.send(boltRequest(1, 'any', Buffer.from('x')));
  await caller.reply(1);
  caller.end();
  expect(await child.stop('SIGTERM')).toBe(0);
  await host.stop();
  expect(
    out
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { status: string }).status),
  ).toEqual(['OK']);
});

test('SIGHUP reloads a file that is right and keeps the old one if it is wrong', async () => {
  const hosts = [await startHost('one'), await startHost('two')];
  const { child, address } = await startProxy(hosts[0]!);
  const path = join(folder, `run-${hosts[0]!.port}.yaml`);
  const caller = await TestCaller.connect(address);
  const ask = async (id: number): Promise<string> => {
    caller.send(boltRequest(id, 'any', Buffer.from('x')));
    return (await caller.reply(id)).body.toString();
  };
  expect(await ask(1)).toBe('one:x');
  writeFileSync(path, yaml(hosts[1]!.port));
  child.process.kill('SIGHUP');
  await child.line(/"configuration reloaded"/);
  expect(await ask(2)).toBe('two:x');
  writeFileSync(path, yaml(hosts[0]!.port).replace('route: { cluster: echo }', 'route: { cluster: ecco }'));
  child.process.kill('SIGHUP');
  const [line] = await child.line(/^.*configuration not reloaded.*$/);
  expect((JSON.parse(line) as { reason: string }).reason).toContain('there is no cluster `ecco`');
  expect(await ask(3)).toBe('two:x');
  caller.end();
  expect(await child.stop('SIGTERM')).toBe(0);
  for (const host of hosts) await host.stop();
});

test('a changed file is reloaded, whichever way it changes', async () => {
  const hosts = await Promise.all(['one', 'two', 'three', 'four'].map((name) => startHost(name)));
  // As Kubernetes lays out a ConfigMap: the file leads to a folder of a version through two links.
  const mount = join(folder, 'mount');
  const lay = (version: string, text: string): void => {
    mkdirSync(join(mount, version), { recursive: true });
    writeFileSync(join(mount, version, 'egress.yaml'), text);
    symlinkSync(version, join(mount, '..next'));
    renameSync(join(mount, '..next'), join(mount, '..data'));
  };
  const text = (i: number): string =>
    yaml(hosts[i]!.port).replace('./bolt-by-hand.mjs', join(folder, 'bolt-by-hand.mjs'));
  lay('v1', text(0));
  const path = join(mount, 'egress.yaml');
  symlinkSync('..data/egress.yaml', path);
  const child = startNode(MAIN, ['-c', path]);
  const [, address] = await child.line(/^egress listens on (\S+)$/);
  const [, admin] = await child.line(/^admin listens on (\S+)$/);
  const caller = await TestCaller.connect(address!);
  let id = 0;
  const answers = async (name: string): Promise<void> => {
    await expect
      .poll(
        async () => {
          caller.send(boltRequest(++id, 'any', Buffer.from('x')));
          return (await caller.reply(id)).body.toString();
        },
        { timeout: 10_000 },
      )
      .toBe(`${name}:x`);
  };
  await answers('one');
  lay('v2', text(1));
  await answers('two');
  lay('v3', text(2)); // The folders on the way are others than at the start.
  await answers('three');
  writeFileSync(join(mount, 'v3/egress.yaml'), text(3));
  await answers('four');
  writeFileSync(join(mount, 'next.yaml'), text(0));
  renameSync(join(mount, 'next.yaml'), path);
  await answers('one');
  // Wrong ones are refused, and each is tried once.
  writeFileSync(path, 'listeners: []\n');
  await child.line(/configuration not reloaded/);
  rmSync(path);
  writeFileSync(path, text(1));
  await answers('two');
  const stats = (await (await fetch(`http://${admin}/stats`)).json()) as { config: Record<string, unknown> };
  expect(stats.config).toMatchObject({ reloads: 5, failures: 1, last_error: null });
  const metrics = await (await fetch(`http://${admin}/stats/prometheus`)).text();
  expect(metrics).toContain('proto_frame_config_reloads_total{result="taken"} 5');
  expect(metrics).toContain('proto_frame_config_reloads_total{result="refused"} 1');
  expect(metrics).toContain('proto_frame_config_last_reload_successful 1');
  caller.end();
  expect(await child.stop('SIGTERM')).toBe(0);
  expect(child.output.filter((line) => line.includes('configuration not reloaded'))).toHaveLength(1);
  for (const host of hosts) await host.stop();
}, 60_000);

test('SIGUSR1 opens the access log anew, and no debugger', async () => {
  const host = await startHost('echo');
  const log = join(folder, 'rotated.log');
  const { child, address } = await startProxy(host, `access_log: { path: ${log} }`);
  const caller = await TestCaller.connect(address);
  caller.send(boltRequest(1, 'before', Buffer.from('x')));
  await caller.reply(1);
  await expect.poll(() => existsSync(log) && readFileSync(log, 'utf8')).toContain('before');
  renameSync(log, `${log}.1`);
  child.process.kill('SIGUSR1');
  await child.line(/access log anew/);
  caller.send(boltRequest(2, 'after', Buffer.from('x')));
  await caller.reply(2);
  caller.end();
  expect(await child.stop('SIGTERM')).toBe(0);
  expect(readFileSync(log, 'utf8')).toContain('after');
  expect(readFileSync(`${log}.1`, 'utf8')).not.toContain('after');
  expect(child.output.join('\n')).not.toContain('Debugger');
  await host.stop();
});

test('an error nobody caught is logged, requests under way finish, exit 1', async () => {
  const host = await startHost('echo');
  // A codec with a bug of its own: a timer that throws.
  writeCodecModule(folder, 'buggy', (source) =>
    source.replace(
      'remember: (b, at) => (',
      'remember: (b, at) => (setTimeout(() => { throw new Error("bug in a codec"); }, 50), ',
    ),
  );
  const path = config(
    'buggy.yaml',
    yaml(host.port)
      .replace('bolt-by-hand.mjs', 'buggy.mjs')
      .replace('protocol: bolt-by-hand', 'protocol: buggy'),
  );
  const child = startNode(MAIN, ['-c', path]);
  const [, address] = await child.line(/^egress listens on (\S+)$/);
  const caller = await TestCaller.connect(address!);
  host.hold = true;
  caller.send(boltRequest(77, 'any', Buffer.from('slow')));
  await child.line(/bug in a codec/);
  host.release();
  expect((await caller.reply(77)).body.toString()).toBe('echo:slow');
  expect(await child.ended).toBe(1);
  await host.stop();
});

test('an address in use ends the start with 1 and says so', async () => {
  const host = await startHost('echo');
  const path = config(
    'taken.yaml',
    yaml(1).replace('127.0.0.1:0", protocol', `127.0.0.1:${host.port}", protocol`),
  );
  const child = startNode(MAIN, ['-c', path]);
  expect(await child.ended).toBe(1);
  expect(child.output.join('\n')).toContain('EADDRINUSE');
  await host.stop();
});
