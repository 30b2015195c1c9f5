import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OracleClient } from '../reliability/oracle-client.js';
import { Act, newVerdict } from '../reliability/oracle.js';
import { ScriptedUpstream } from '../reliability/scripted-upstream.js';
import { corpus } from '../support/corpus.js';
import { Random } from '../support/random.js';
import { type Sidecar, startSidecar } from '../support/sidecar.js';

/** Sends the bytes and waits until the other side hangs up; resolves to what it said, and after how many ms. */
async function hungUpOn(port: number, bytes: Uint8Array): Promise<{ said: Buffer; ms: number }> {
  const from = performance.now();
  const socket: Socket = connect({ port, host: '127.0.0.1' });
  const said: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => said.push(chunk));
  socket.on('error', () => {});
  socket.write(bytes);
  await once(socket, 'close');
  return { said: Buffer.concat(said), ms: performance.now() - from };
}

describe('a caller that sends rubbish', () => {
  const upstream = new ScriptedUpstream();
  let sidecar: Sidecar;

  beforeAll(async () => {
    sidecar = await startSidecar({ upstreams: [await upstream.listen()] });
  });

  afterAll(async () => {
    expect(await sidecar?.stop()).toBe(0);
    upstream.close();
  });

  const refused = corpus('bolt', 'invalid').filter(
    ({ failsAt }) => failsAt === 'match' || failsAt === 'limit',
  );

  it.each(refused)('$name is hung up on, others go on', async ({ bytes }) => {
    const verdict = newVerdict();
    const orders = () => ({ act: Act.reply, delay: 5, size: 1000 });
    const good = new OracleClient({
      port: sidecar.port,
      requests: 2000,
      inFlight: 32,
      timeout: 10_000,
      random: new Random(1),
      verdict,
      orders,
    });
    const working = good.run();
    // What is announced never comes: the header has to be enough.
    const { ms } = await hungUpOn(sidecar.port, bytes);
    expect(ms).toBeLessThan(1000);
    await working;
    expect(verdict).toEqual({ ...newVerdict(), ok: 2000 });
  });

  it('a hundred of them that announce 4 GiB cost no memory', async () => {
    const { bytes } = corpus('bolt', 'invalid').find(({ name }) => name.endsWith('announces-4gib'))!;
    const before = (await sidecar.memory()).rss;
    await Promise.all(Array.from({ length: 100 }, () => hungUpOn(sidecar.port, bytes)));
    const after = (await sidecar.memory()).rss;
    expect(after - before).toBeLessThan(32 * 1024 * 1024);
  });
});
