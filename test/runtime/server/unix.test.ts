import { existsSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { boltRequest } from '../../support/bolt-frames.js';
import { makeServerCertificate } from '../../support/certificates.js';
import { startNode } from '../../support/child.js';
import { ROOT } from '../../support/root.js';
import { Harness } from './harness.js';
import { TestCaller } from './peers.js';

const harness = new Harness();
afterEach(() => harness.cleanup());

const at = (name: string): string => join(harness.folder, name);

function yaml(host: string, more: { listener?: string; cluster?: string; admin?: string } = {}): string {
  return `
listeners:
  - name: local
    address: 'unix:${at('in.sock')}'
    mode: '0660'
    protocol: bolt
    route_config: services
    ${more.listener ?? ''}
route_configs:
  - name: services
    virtual_hosts: [{ name: all, domains: ['*'], routes: [{ match: {}, route: { cluster: echo } }] }]
clusters:
  - name: echo
    hosts: [{ address: '${host}' }]
    health_check: { protocol: bolt, interval: 1m }
    ${more.cluster ?? ''}
${more.admin ?? ''}
`;
}

async function ask(address: string, text: string): Promise<string> {
  const caller = await harness.caller(address);
  caller.send(boltRequest(1, 'any', Buffer.from(text)));
  return (await caller.reply(1)).body.toString();
}

/** Leaves the socket of a process that was killed. */
async function leaveDeadSocket(path: string): Promise<void> {
  const code = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  const { spawn } = await import('node:child_process');
  await new Promise((resolve) => spawn(process.execPath, ['-e', code]).once('exit', resolve));
  expect(existsSync(path)).toBe(true);
}

describe('unix sockets', () => {
  it('carry calls in and out, and the admin port', async () => {
    await harness.host('a', 0, { path: at('out.sock') });
    const { server, address } = await harness.server(
      yaml(`unix:${at('out.sock')}`, { admin: `admin: { address: 'unix:${at('admin.sock')}' }` }),
    );
    expect(address('local')).toBe(`unix:${at('in.sock')}`);
    expect(statSync(at('in.sock')).mode & 0o777).toBe(0o660);
    expect(statSync(at('admin.sock')).mode & 0o777).toBe(0o600);
    expect(await ask(address('local'), 'hi')).toBe('a:hi');
    const body = await new Promise<string>((resolve) => {
      request({ socketPath: at('admin.sock'), path: '/clusters', host: 'localhost' }, (response) => {
        response.setEncoding('utf8').on('data', resolve);
      }).end();
    });
    expect(body).toContain(`"address": "unix:${at('out.sock')}"`);
    await server.close();
    expect(existsSync(at('in.sock'))).toBe(false);
    expect(existsSync(at('admin.sock'))).toBe(false);
  });

  it('may be secured', async () => {
    const { ca, server: own } = makeServerCertificate();
    harness.file('own.pem', own.certificate);
    harness.file('own.key', own.key);
    harness.file('ca.pem', ca.certificate);
    await harness.host('a', 0, { path: at('out.sock'), tls: { cert: own.certificate, key: own.key } });
    const { address } = await harness.server(
      yaml(`unix:${at('out.sock')}`, {
        listener: 'tls: { certificates: [{ certificate_chain: own.pem, private_key: own.key }] }',
        cluster: 'tls: { trusted_ca: ca.pem, sni: localhost }',
      }),
    );
    const caller = await harness.securedCaller(address('local'), {
      ca: ca.certificate,
      servername: 'localhost',
    });
    caller.send(boltRequest(1, 'any', Buffer.from('hi')));
    expect((await caller.reply(1)).body.toString()).toBe('a:hi');
  });

  it('take the place of a dead socket, but of nothing else', async () => {
    await harness.host('a', 0, { path: at('out.sock') });
    const text = yaml(`unix:${at('out.sock')}`);
    await leaveDeadSocket(at('in.sock'));
    const { server, address } = await harness.server(text);
    expect(await ask(address('local'), 'hi')).toBe('a:hi');
    await expect(harness.server(text)).rejects.toThrow(/somebody listens on .*in\.sock already/);
    expect(await ask(address('local'), 'still')).toBe('a:still');
    await server.close();
    writeFileSync(at('in.sock'), 'a file');
    await expect(harness.server(text)).rejects.toThrow(/in\.sock is there already, and is no socket/);
    expect(existsSync(at('in.sock'))).toBe(true);
    const { unlinkSync } = await import('node:fs');
    unlinkSync(at('in.sock'));
  });

  it('are shared by workers, through reloads and hot restarts', async () => {
    await harness.host('a', 0, { path: at('out.sock') });
    await leaveDeadSocket(at('in.sock'));
    const file = harness.file('workers.yaml', `${yaml(`unix:${at('out.sock')}`)}workers: 2\n`);
    const child = startNode(join(ROOT, 'runtime/dist/server/main.js'), ['-c', file, '--no-watch']);
    try {
      await child.line(/^local listens on unix:/, 40_000);
      await child.line(/^ready$/);
      const address = `unix:${at('in.sock')}`;
      let done = false;
      let answered = 0;
      const load = (async () => {
        while (!done) {
          const caller = await TestCaller.connect(address);
          caller.send(boltRequest(1, 'any', Buffer.from('x')));
          expect((await caller.reply(1)).body.toString()).toBe('a:x');
          caller.end();
          answered++;
        }
      })();
      child.process.kill('SIGHUP');
      await child.line(/configuration reloaded/, 20_000);
      child.process.kill('SIGUSR2');
      await child.line(/hot restart done/, 40_000);
      const before = answered;
      await expect.poll(() => answered, { timeout: 10_000 }).toBeGreaterThan(before + 5);
      done = true;
      await load;
      // Nobody else may take it, not even the way that a single process would.
      const other = createServer();
      await expect(
        new Promise((resolve, reject) =>
          other.once('error', reject).listen(at('in.sock'), () => resolve(null)),
        ),
      ).rejects.toThrow(/EADDRINUSE/);
    } catch (error) {
      throw new Error(`${String(error)}\n${child.output.slice(-20).join('\n')}`);
    } finally {
      await child.stop();
    }
    expect(child.process.exitCode).toBe(0);
    expect(existsSync(at('in.sock'))).toBe(false);
  }, 120_000);
});
