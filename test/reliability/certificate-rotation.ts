import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { BoltReader, boltRequest } from '../support/bolt-frames.js';
import { makeCertificate } from '../support/certificates.js';
import { startUpstream } from '../support/scripted-upstream.js';
import { launchSidecar, type Sidecar, sidecarYaml } from '../support/sidecar.js';
import { newVerdict, type Verdict } from './oracle.js';
import { leftovers, pause, type Result } from './scenario.js';

/** Callers that connect anew for each request, and those that stay for the whole run. */
const CONNECTING = 4;
const STAYING = 4;
/** One of so many new certificates is garbage. */
const ONE_BAD_IN = 10;

/**
 * E9. The certificate of a listener is replaced again and again, as Kubernetes replaces a Secret, now and then
 * by garbage, while callers connect, handshake, verify and ask, and others stay connected all the time.
 */
export async function certificateRotation(rotations: number, seed: number): Promise<Result> {
  const from = performance.now();
  const verdict = newVerdict();
  const found: string[] = [];
  const check = (holds: boolean, flaw: string): void => void (holds || found.push(flaw));
  const folder = mkdtempSync(join(tmpdir(), 'proto-frame-rotation-'));
  const ca = makeCertificate({ name: 'CA', authority: true });
  const put = (version: number, bad: boolean): void => {
    const { certificate, key } = makeCertificate({ name: `v${version}`, sans: ['ip:127.0.0.1'], issuer: ca });
    mkdirSync(join(folder, `v${version}`));
    writeFileSync(join(folder, `v${version}`, 'tls.crt'), bad ? certificate.slice(0, 200) : certificate);
    writeFileSync(join(folder, `v${version}`, 'tls.key'), key);
    symlinkSync(`v${version}`, join(folder, 'next'));
    renameSync(join(folder, 'next'), join(folder, 'current'));
    rmSync(join(folder, `v${version - 2}`), { recursive: true, force: true });
  };
  put(0, false);
  const upstream = await startUpstream();
  const pair = `{ certificate_chain: '${folder}/current/tls.crt', private_key: '${folder}/current/tls.key' }`;
  const yaml = sidecarYaml({
    match: '{}',
    upstreams: [upstream.port],
    listener: [`tls: { certificates: [${pair}] }`],
  });
  const sidecar = await launchSidecar(yaml, { watch: true });
  const failures = new Set<string>();
  const seen = new Set<string>();
  let handshakes = 0;
  let done = false;
  const run = async (stays: boolean): Promise<void> => {
    while (!done) {
      const socket = connect({ port: sidecar.port, host: '127.0.0.1', ca: ca.certificate });
      try {
        await new Promise<void>((resolve, reject) => {
          socket.once('secureConnect', resolve);
          socket.once('error', reject);
          socket.once('close', () => reject(new Error('closed in the handshake')));
        });
        handshakes++;
        seen.add(socket.getPeerX509Certificate()!.subject);
        const reader = new BoltReader();
        for (let id = 1; id === 1 || (stays && !done); id++) {
          await ask(socket, reader, id, verdict);
          if (stays) await pause(5);
        }
      } catch (error) {
        failures.add(error instanceof Error ? error.message : String(error));
        verdict.closed++;
      }
      socket.removeAllListeners('close').destroy();
    }
  };
  let bad = 0;
  try {
    const callers = [
      ...Array.from({ length: CONNECTING }, () => run(false)),
      ...Array.from({ length: STAYING }, () => run(true)),
    ];
    for (let version = 1; version <= rotations; version++) {
      const isBad = (version + seed) % ONE_BAD_IN === 0;
      if (isBad) bad++;
      const before = isBad ? refused(sidecar) : 0;
      await before;
      put(version, isBad);
      await taken(sidecar, ca.certificate, `v${version}`, isBad ? (await before) + 1 : 0);
    }
    done = true;
    await Promise.all(callers);
    check(failures.size === 0, `failed: ${[...failures].join(', ')}`);
    check(seen.size > 1, 'callers never saw another certificate than the first');
    check(handshakes > CONNECTING + STAYING, 'nobody connected during the rotations');
    await leftovers(sidecar, check);
  } finally {
    done = true;
    const code = await sidecar.stop();
    check(code === 0, `the sidecar's exit code is ${code}: ${sidecar.output.slice(-5).join(' | ')}`);
    await upstream.kill();
    rmSync(folder, { recursive: true, force: true });
  }
  const failed = verdict.closed + verdict.wrong;
  return {
    name: 'E9 certificates replaced under load',
    requests: verdict.ok + verdict.closed + verdict.wrong,
    verdict,
    figures: [{ what: 'failed handshakes or calls', value: failed, target: '0', met: failed === 0 }],
    notes: [
      `${rotations} rotations, ${bad} of them garbage that was refused; ${handshakes} handshakes with ${seen.size} certificates, ${STAYING} connections stayed`,
    ],
    flaws: [...(verdict.wrong > 0 ? [`${verdict.wrong} wrong answers`] : []), ...found],
    seconds: (performance.now() - from) / 1000,
  };
}

/** Waits until callers are shown the new certificate, or the sidecar has said that it can't be used. */
async function taken(sidecar: Sidecar, ca: string, name: string, refusals: number): Promise<void> {
  for (const end = Date.now() + 20_000; Date.now() < end; await pause(5)) {
    if (
      refusals > 0 ? (await refused(sidecar)) >= refusals : (await shown(sidecar.port, ca)) === `CN=${name}`
    )
      return;
  }
  throw new Error(`${name} was not noticed within 20 s`);
}

function shown(port: number, ca: string): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', ca }, () => {
      resolve(socket.getPeerX509Certificate()?.subject);
      socket.end();
    });
    socket.on('error', reject);
  });
}

async function refused(sidecar: Sidecar): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${sidecar.adminPort}/stats/prometheus`)).text();
  return Number(/^proto_frame_certificate_reloads_total\{result="refused"\} (\d+)$/m.exec(text)?.[1]);
}

function ask(
  socket: ReturnType<typeof connect>,
  reader: BoltReader,
  id: number,
  verdict: Verdict,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const onData = (chunk: Buffer): void => {
      for (const frame of reader.push(chunk)) {
        if (frame.id === id && frame.status === 0 && frame.body.toString() === String(id)) verdict.ok++;
        else verdict.wrong++;
        socket.off('data', onData).off('close', onClose);
        resolve();
      }
    };
    const onClose = (): void => reject(new Error('closed while a call was under way'));
    socket.on('data', onData).on('close', onClose);
    socket.write(boltRequest(id, 'any', Buffer.from(String(id))));
  });
}
