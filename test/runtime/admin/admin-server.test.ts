import { request } from 'node:http';
import { connect } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { AdminServer, type AdminSource } from '../../../runtime/admin/admin-server.js';
import { liveStats } from '../../../runtime/admin/live-stats.js';
import type { AdminConfig } from '../../../runtime/config/snapshot.js';
import { Metrics } from '../../../runtime/observe/metrics.js';
import { ProcessStats } from '../../../runtime/observe/process-stats.js';

const LOCAL: AdminConfig = { address: { host: '127.0.0.1', port: 0 }, allowRemote: false };
let ready = true;
let calls = 0;
let level = 'info';
let drains = 0;
const source: AdminSource = {
  ready: () => ready,
  metrics: () => Promise.resolve({ type: 'text/plain; version=0.0.4', text: 'up 1\n' }),
  configDump: () => ({ metadata: 'a\u2028\u009b31m' }),
  clusters: () => {
    calls += 1;
    return [{ name: 'echo', lb: 'round_robin', requests_active: 0, hosts: [] }];
  },
  listeners: () => {
    throw new Error('broken');
  },
  certs: () => [],
  stats: () =>
    liveStats({ metrics: new Metrics(), process: new ProcessStats(), ready, listeners: [], clusters: [] }),
  logLevel: () => level,
  setLogLevel: (wanted) => {
    if (!['info', 'debug'].includes(wanted)) return false;
    level = wanted;
    return true;
  },
  drain: () => {
    drains += 1;
  },
};

let server: AdminServer | null = null;
afterEach(async () => {
  await server?.close();
  ready = true;
});

async function start(config: AdminConfig = LOCAL): Promise<number> {
  server = new AdminServer(config, source);
  return Number((await server.start()).split(':').at(-1));
}

interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

function ask(
  port: number,
  path: string,
  options: { method?: string; headers?: Record<string, string> } = {},
) {
  return new Promise<Reply>((resolve, reject) => {
    const out = request({ host: '127.0.0.1', port, path, agent: false, ...options }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (body += chunk));
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body }));
    });
    out.on('error', reject);
    out.end();
  });
}

test('pages', async () => {
  const port = await start();
  expect(await ask(port, '/ready')).toMatchObject({ status: 200, body: 'ready\n' });
  ready = false;
  expect(await ask(port, '/ready')).toMatchObject({ status: 503 });
  expect(await ask(port, '/stats/prometheus?x=1')).toMatchObject({
    status: 200,
    body: 'up 1\n',
    headers: { 'content-type': 'text/plain; version=0.0.4', 'cache-control': 'no-store' },
  });
  const clusters = await ask(port, '/clusters');
  expect(JSON.parse(clusters.body)).toMatchObject([{ name: 'echo' }]);
  expect(clusters.headers).toMatchObject({ 'x-content-type-options': 'nosniff' });
});

test('an unknown page says which there are', async () => {
  const reply = await ask(await start(), '/env');
  expect(reply.status).toBe(404);
  expect(JSON.parse(reply.body)).toEqual({
    error: 'no such page',
    pages: [
      '/',
      '/ready',
      '/stats',
      '/stats/prometheus',
      '/config_dump',
      '/clusters',
      '/listeners',
      '/certs',
      '/logging',
      '/drain',
    ],
  });
});

test('control characters of a configuration are escaped', async () => {
  const { body } = await ask(await start(), '/config_dump');
  expect(body).toMatch(/^[\u0020-\u007e\n]*$/);
  expect(JSON.parse(body)).toEqual({ metadata: 'a\u2028\u009b31m' });
});

test('a page that fails is an error, not a crash', async () => {
  const port = await start();
  expect(await ask(port, '/listeners')).toMatchObject({ status: 500 });
  expect(await ask(port, '/ready')).toMatchObject({ status: 200 });
});

test.each(['POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS'])('%s is refused and runs nothing', async (method) => {
  const port = await start();
  calls = 0;
  expect(await ask(port, '/clusters', { method })).toMatchObject({ status: 405, headers: { allow: 'GET' } });
  expect(calls).toBe(0);
});

test.each([
  ['127.0.0.1', 200],
  ['localhost:15000', 200],
  ['[::1]:15000', 200],
  ['127.8.9.10', 200],
  ['attacker.example:15000', 403],
  ['127.0.0.1.attacker.example', 403],
  ['10.1.2.3', 403],
  ['localhost.', 403],
])('Host %j: %i', async (host, status) => {
  expect(await ask(await start(), '/ready', { headers: { host } })).toMatchObject({ status });
});

test.each([
  ['http://localhost:3000', 200],
  ['http://attacker.example', 403],
  ['null', 403],
])('Origin %j: %i', async (origin, status) => {
  expect(await ask(await start(), '/ready', { headers: { origin } })).toMatchObject({ status });
});

test('with allow_remote addresses and the configured name do, other names do not', async () => {
  const port = await start({ address: { host: 'localhost', port: 0 }, allowRemote: true });
  const status = async (host: string): Promise<number> =>
    (await ask(port, '/ready', { headers: { host } })).status;
  expect(await status('10.1.2.3:15000')).toBe(200);
  expect(await status('localhost')).toBe(200);
  expect(await status('attacker.example')).toBe(403);
});

test('limits: headers of 8 KiB, and no connection is kept by garbage', async () => {
  const port = await start();
  const ended = await new Promise<string>((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    socket.on('data', (chunk) => (text += chunk.toString()));
    socket.on('error', reject);
    socket.on('close', () => resolve(text));
    socket.write(`GET /ready HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(9_000)}`);
  });
  expect(ended).not.toContain('200');
  await expect(ask(port, '/ready', { headers: { 'x-large': 'x'.repeat(9_000) } })).rejects.toThrow();
  expect(await ask(port, '/ready')).toMatchObject({ status: 200 });
});

test('an address in use is an error', async () => {
  const port = await start();
  const second = new AdminServer({ address: { host: '127.0.0.1', port }, allowRemote: false }, source);
  await expect(second.start()).rejects.toThrow('EADDRINUSE');
});

test('the log level is read with GET and changed with POST', async () => {
  const port = await start();
  expect(JSON.parse((await ask(port, '/logging?level=debug')).body)).toEqual({ level: 'info' });
  expect(level).toBe('info');
  expect(await ask(port, '/logging?level=debug', { method: 'POST' })).toMatchObject({ status: 200 });
  expect(JSON.parse((await ask(port, '/logging')).body)).toEqual({ level: 'debug' });
  for (const query of ['', '?level=', '?level=toString', '?level=loud']) {
    expect(await ask(port, `/logging${query}`, { method: 'POST' })).toMatchObject({ status: 400 });
  }
  expect(level).toBe('debug');
  expect(await ask(port, '/logging', { method: 'DELETE' })).toMatchObject({
    status: 405,
    headers: { allow: 'GET, POST' },
  });
});

test('drain is POST only, and refused to the page of a stranger', async () => {
  const port = await start();
  drains = 0;
  expect(await ask(port, '/drain')).toMatchObject({ status: 405, headers: { allow: 'POST' } });
  const headers = { origin: 'http://attacker.example' };
  expect(await ask(port, '/drain', { method: 'POST', headers })).toMatchObject({ status: 403 });
  await new Promise((resolve) => setImmediate(resolve));
  expect(drains).toBe(0);
  expect(await ask(port, '/drain', { method: 'POST' })).toMatchObject({ status: 202 });
  await vi.waitFor(() => expect(drains).toBe(1));
});

test('the live page may load only its own files', async () => {
  const port = await start();
  const page = await ask(port, '/');
  expect(page).toMatchObject({ status: 200, headers: { 'content-type': 'text/html; charset=utf-8' } });
  const policy = String(page.headers['content-security-policy']);
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toMatch(/unsafe|https?:|\*/);
  // Every address in the page is one of this server's.
  const links = [...page.body.matchAll(/(?:href|src)="([^"]*)"/g)].map((found) => found[1]!);
  expect(links.length).toBeGreaterThan(3);
  for (const link of links.filter((address) => address !== 'data:,'))
    expect(link).toMatch(/^[a-z][a-z_/.]*$/);
  expect(await ask(port, '/live.css')).toMatchObject({
    status: 200,
    headers: { 'content-type': 'text/css; charset=utf-8' },
  });
});

test.each([
  '/live/../package.json',
  '/live/%2e%2e/package.json',
  '/live/main.js.map',
  '/live/nothing.js',
  '/live/',
])('%s is no page', async (path) => {
  expect(await ask(await start(), path)).toMatchObject({ status: 404 });
});
