import { connect } from 'node:net';
import { BoltSplitter } from '../support/bolt-splitter.js';
import type { Random } from '../support/random.js';
import { buildBolt, type ReferenceHeaders } from '../support/reference-frames.js';
import { Act, isReplyTo, type Orders, requestContent, TOKEN_BYTES, type Verdict } from './oracle.js';

export interface OneShotOptions {
  readonly port: number;
  readonly random: Random;
  readonly verdict: Verdict;
  /** Sent at once. */
  readonly requests: number;
  readonly headers?: ReferenceHeaders;
  /** The same for all; reply at once if left out. */
  readonly orders?: Orders;
  /** `end`: says that it will send no more, and waits for the proxy to close. */
  readonly then?: 'close' | 'end';
  /** Resets the connection after so many ms, if it is still open. */
  readonly resetAfter?: number;
  /** Sends only this share of the bytes. */
  readonly share?: number;
}

export interface OneShotResult {
  /** Requests that count: none if it could not connect. */
  readonly requests: number;
  readonly connected: boolean;
  /** The proxy ended its side, or closed. */
  readonly endedByProxy: boolean;
}

const SERVICE: ReferenceHeaders = [['service', 'com.demo.Echo:1.0']];
const AT_ONCE: Orders = { act: Act.reply, delay: 0, size: 0 };
/** Without an end after so long, what is left is missing. */
const LONGEST_MS = 30_000;

/** A connection with its requests, from connect to close. */
export function oneShot(options: OneShotOptions): Promise<OneShotResult> {
  const { port, random, verdict, requests, headers = SERVICE, orders = AT_ONCE } = options;
  const { then = 'close', resetAfter, share = 1 } = options;
  const socket = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
  const waiting = new Map<number, Buffer>();
  let connected = false;
  let endedByProxy = false;
  const splitter = new BoltSplitter((b, start, end) => {
    const id = b.readUInt32BE(start + 5);
    const token = waiting.get(id);
    if (b.readUInt16BE(start + 2) === GOAWAY) return;
    if (token === undefined) {
      verdict.duplicate++;
      return;
    }
    waiting.delete(id);
    const content = b.subarray(start + 20 + b.readUInt16BE(start + 12) + b.readUInt16BE(start + 14), end);
    if (b.readUInt16BE(start + 10) !== 0) verdict.localError++;
    else if (isReplyTo(token, orders.size, content)) verdict.ok++;
    else verdict.wrong++;
    if (waiting.size === 0 && then === 'close' && resetAfter === undefined) socket.destroy();
  });
  return new Promise((resolve) => {
    const timers = [
      setTimeout(() => {
        verdict.missing += waiting.size;
        waiting.clear();
        socket.destroy();
      }, LONGEST_MS),
    ];
    socket.on('data', (chunk: Buffer) => splitter.push(chunk));
    socket.on('error', () => {});
    socket.once('end', () => {
      endedByProxy = true;
      socket.end();
    });
    socket.once('close', () => {
      timers.forEach(clearTimeout);
      verdict.closed += waiting.size;
      resolve({ requests: connected ? requests : 0, connected, endedByProxy });
    });
    socket.once('connect', () => {
      connected = true;
      const frames = Array.from({ length: requests }, (_, i) => {
        const token = random.bytes(TOKEN_BYTES);
        waiting.set(i + 1, token);
        return buildBolt({ id: i + 1, timeout: 30_000, headers, content: requestContent(token, orders) });
      });
      const bytes = Buffer.concat(frames);
      socket.write(bytes.subarray(0, Math.ceil(bytes.length * share)));
      if (then === 'end') socket.end();
      if (resetAfter !== undefined) timers.push(setTimeout(() => socket.resetAndDestroy(), resetAfter));
    });
  });
}

const GOAWAY = 100;
