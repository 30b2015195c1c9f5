import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BoltClient } from '../support/bolt-client.js';
import { makeServerCertificate } from '../support/certificates.js';
import { startNode } from '../support/child.js';
import { ROOT } from '../support/root.js';
import { startUpstream } from '../support/scripted-upstream.js';
import { type Sidecar, startSidecar } from '../support/sidecar.js';
import { newVerdict } from './oracle.js';
import { type Figure, leftovers, pause, type Result } from './scenario.js';
import type { FloodOrders, FloodOutcome } from './tls-flooder.js';

/** What a plain caller on the same port may have to wait, ms, 99 of 100 times. */
const QUICK = 50;
/** Share of the handshakes that may be begun and not end in time, where others have the processor. */
const VAIN = 0.02;
const FLOODER = join(ROOT, 'test/dist/reliability/tls-flooder.js');

/**
 * C13. All at once: callers that want a handshake, garbage that begins like one, handshakes that stand still.
 * Each has 5 s. Whoever can't be served in time is refused, so that those that are begun end, and callers that
 * speak plain text on the same port go on being served.
 *
 * @param callers of each bad kind there are a tenth as many
 * @param full false: no handshakes stand still, which takes seconds, and the wait of plain callers is not judged,
 * which a busy machine would spoil
 */
export async function tlsFlood(callers: number, seed: number, full = true): Promise<Result> {
  const bad = Math.max(1, Math.floor(callers / 10));
  const still = full ? bad : 0;
  return onStage('C13 TLS handshakes by the thousand', ['handshake_timeout: 5s'], async (stage) => {
    const { sidecar, check, figures, notes } = stage;
    const orders: FloodOrders = {
      port: sidecar.port,
      ca: stage.ca,
      seed,
      callers,
      garbage: bad,
      begun: still,
      silent: still,
    };
    const plain = await BoltClient.open(sidecar.port);
    const waits: number[] = [];
    let done = false;
    const asking = (async () => {
      for (let id = 1; !done; id++) {
        const from = performance.now();
        plain.send(id, 'plain');
        await plain.received(id, 30_000);
        waits.push(performance.now() - from);
        await pause(2);
      }
    })();
    const flooder = startNode(FLOODER, [JSON.stringify(orders)]);
    const [line] = await flooder.line(/^\{.*\}$/, 90_000);
    done = true;
    await asking;
    plain.socket.destroy();
    const outcome = JSON.parse(line) as FloodOutcome;
    waits.sort((a, b) => a - b);
    const slow = waits[Math.floor(waits.length * 0.99)]!;
    stage.requests = callers + waits.length;
    stage.verdict.ok = outcome.answered + waits.length;
    stage.verdict.closed = callers - outcome.answered;
    figures.push({
      what: 'p99 of plain calls in the flood',
      value: `${slow.toFixed(1)} ms`,
      target: `under ${QUICK} ms`,
      met: slow < QUICK,
    });
    notes.push(`${outcome.answered} handshakes and answers in ${outcome.took.toFixed(0)} ms`);
    const vain = callers - outcome.answered - outcome.refused;
    figures.push({
      what: 'handshakes refused, and begun in vain',
      value: `${outcome.refused} and ${vain}`,
      target: `0 on two free processors; at most ${callers * VAIN} in vain on any`,
      met: vain <= callers * VAIN,
    });
    check(vain <= callers * VAIN, `${vain} handshakes were begun in vain: ${outcome.failures.join(', ')}`);
    check(outcome.answered > 0, 'nobody was served');
    const worse = bad + 2 * still;
    check(outcome.closed === worse, `${worse - outcome.closed} bad callers were never closed`);
    check(!full || slow < QUICK, `plain calls waited ${slow.toFixed(1)} ms`);
    const timeouts = await sidecar.metric('downstream_tls_timeouts_total');
    const failures = await sidecar.metric('downstream_tls_failures_total');
    const refused = await sidecar.metric('downstream_tls_refused_total');
    notes.push(`${timeouts} timed out, ${failures} failed, ${refused} were refused`);
    // Garbage may announce a message that is longer than what there is: then it waits for the rest, as the others do.
    const ended = timeouts + refused - outcome.refused;
    check(ended >= 2 * still, `${ended} of ${2 * still} handshakes that stood still were given up`);
    const turnedAway = timeouts + failures + refused;
    const all = worse + callers - outcome.answered;
    check(turnedAway === all, `${turnedAway} of ${all} that were turned away were counted`);
  });
}

/** What a caller may begin with, and whether it is served. */
const BEGINNINGS: readonly (readonly [string, Buffer])[] = [
  ['the PROXY protocol, version 1', Buffer.from('PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\n')],
  ['the PROXY protocol, version 2', Buffer.from('0d0a0d0a000d0a515549540a21110c00', 'hex')],
  ['HTTP', Buffer.from('GET / HTTP/1.1\r\nhost: a\r\n\r\n')],
  ['HTTP/2', Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')],
  ['a ClientHello of SSL 2', Buffer.from('802e0100020015000000100100800200800300', 'hex')],
  ['an alert of TLS', Buffer.from('15030300020228', 'hex')],
  ['a record of TLS that is too long', Buffer.from('160301ffff01', 'hex')],
  ['another message than ClientHello', Buffer.from('16030100040e000000', 'hex')],
  ['zeros', Buffer.alloc(64)],
];

/** C14. Other protocols on a port with TLS, and TLS and others on one without: closed and counted. */
export async function wrongBeginnings(): Promise<Result[]> {
  const secured = await onStage('C14 other beginnings on a port with TLS', null, async (stage) => {
    for (const [what, bytes] of BEGINNINGS) {
      stage.check(await closes(stage.sidecar, bytes), `${what} was not closed`);
    }
    const counted = await stage.sidecar.metric('downstream_tls_failures_total');
    stage.check(counted === BEGINNINGS.length, `${counted} of ${BEGINNINGS.length} were counted`);
    stage.notes.push(`${counted} closed and counted`);
  });
  const plain = await onStage('C14 other beginnings on a port without TLS', 'none', async (stage) => {
    const hello = Buffer.from('16030100050100000103', 'hex');
    const all = [...BEGINNINGS, ['a ClientHello', hello] as const];
    for (const [what, bytes] of all)
      stage.check(await closes(stage.sidecar, bytes), `${what} was not closed`);
    const errors = await stage.sidecar.metric('protocol_decode_errors_total');
    stage.check(errors === all.length, `${errors} of ${all.length} were counted`);
    stage.notes.push(`${errors} closed and counted`);
  });
  return [secured, plain];
}

function closes(sidecar: Sidecar, bytes: Buffer): Promise<boolean> {
  const socket = connect({ port: sidecar.port, host: '127.0.0.1' });
  return new Promise((resolve) => {
    socket.on('error', () => {});
    socket.on('close', () => resolve(true));
    socket.on('data', () => {});
    // Enough for the header of any protocol, so that nobody waits for more.
    socket.write(Buffer.concat([bytes, Buffer.alloc(64)]));
    setTimeout(() => {
      socket.destroy();
      resolve(false);
    }, 10_000).unref();
  });
}

interface Stage {
  readonly sidecar: Sidecar;
  /** Path of the authority. */
  readonly ca: string;
  readonly figures: Figure[];
  readonly notes: string[];
  readonly verdict: ReturnType<typeof newVerdict>;
  requests: number;
  check(holds: boolean, flaw: string): void;
}

/** @param tls lines of the listener's tls section; null: with plain text refused; 'none': no TLS */
async function onStage(
  name: string,
  tls: readonly string[] | 'none' | null,
  play: (stage: Stage) => Promise<void>,
): Promise<Result> {
  const from = performance.now();
  const folder = mkdtempSync(join(tmpdir(), 'proto-frame-tls-'));
  const { ca, server } = makeServerCertificate();
  const file = (called: string, contents: string): string => {
    writeFileSync(join(folder, called), contents);
    return join(folder, called);
  };
  const pair = `{ certificate_chain: '${file('own.pem', server.certificate)}', private_key: '${file('own.key', server.key)}' }`;
  const section = ['tls:', `  certificates: [${pair}]`];
  const lines = tls === null ? [] : tls === 'none' ? [] : ['allow_plaintext: true', ...tls];
  const upstream = await startUpstream();
  const sidecar = await startSidecar({
    match: '{}',
    upstreams: [upstream.port],
    listener: tls === 'none' ? [] : [...section, ...lines.map((line) => `  ${line}`)],
  });
  const found: string[] = [];
  const stage: Stage = {
    sidecar,
    ca: file('ca.pem', ca.certificate),
    figures: [],
    notes: [],
    verdict: newVerdict(),
    requests: 0,
    check: (holds, flaw) => void (holds || found.push(flaw)),
  };
  try {
    await play(stage);
    await leftovers(sidecar, stage.check);
    if (tls !== 'none') {
      const active = await sidecar.metric('downstream_tls_handshakes_active');
      stage.check(active === 0, `${active} handshakes are left`);
    }
  } finally {
    const code = await sidecar.stop();
    stage.check(code === 0, `the sidecar's exit code is ${code}: ${sidecar.output.slice(-5).join(' | ')}`);
    await upstream.kill();
    rmSync(folder, { recursive: true, force: true });
  }
  const { figures, notes, verdict, requests } = stage;
  return {
    name,
    requests,
    verdict,
    figures,
    notes,
    flaws: found,
    seconds: (performance.now() - from) / 1000,
  };
}
