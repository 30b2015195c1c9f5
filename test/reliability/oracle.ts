import { createHash } from 'node:crypto';
import type { Random } from '../support/random.js';

/** How requests ended. Each one ends in exactly one of the first three, or something is broken. */
export interface Verdict {
  /** Answered with its own reply, every byte of it. */
  ok: number;
  /** Answered by the proxy with an error. */
  localError: number;
  /** The connection closed before an answer. */
  closed: number;
  /** Answered with bytes that are not its own reply. */
  wrong: number;
  /** A reply to a request that was not waiting: answered before, or never sent. */
  duplicate: number;
  /** Neither answered nor closed when the test was over. */
  missing: number;
}

export const TOKEN_BYTES = 16;
const DIGEST_BYTES = 20;

/** What the upstream is to do with a request; the request carries it, so that a seed repeats a run. */
export const Act = {
  /** Reply once. */
  reply: 0,
  /** Never reply. */
  hold: 1,
  /** Reply twice. */
  twice: 2,
  /** Send a reply with an id that nobody has issued, then the right one. */
  unknownId: 3,
  /** Reply, and when the connection is idle send the same reply once more. */
  idleReply: 4,
  /** After a while send only the first `delay` bytes of the reply, and nothing more to anybody. */
  half: 5,
  /** Reply, with bytes behind it that are no frame. */
  extra: 6,
  /** Reply, with half a frame behind it, and close. */
  extraHalf: 7,
  /** Say that it is too busy to do it. */
  busy: 8,
  /** As `busy` the first time, whichever host it is; then reply. */
  busyOnce: 9,
  /** As `busy` the first time, then never reply. */
  busyThenHold: 10,
  /** Close the connection without a reply. */
  hangUp: 11,
  /** Say that it failed. */
  fail: 12,
} as const;
export type Act = (typeof Act)[keyof typeof Act];

/** The upstream's orders, in the request's content after the token. */
export interface Orders {
  act: Act;
  /** ms before the reply */
  delay: number;
  /** bytes of the reply beside token and digest */
  size: number;
}

const ORDER_BYTES = 9;

/** Content of a request: a token that no other request has, then what the upstream is to do. */
export function requestContent(token: Buffer, { act, delay, size }: Orders): Buffer {
  const orders = Buffer.alloc(ORDER_BYTES);
  orders.writeUInt8(act, 0);
  orders.writeUInt32BE(delay, 1);
  orders.writeUInt32BE(size, 5);
  return Buffer.concat([token, orders]);
}

export function readOrders(content: Buffer): { token: Buffer } & Orders {
  return {
    token: content.subarray(0, TOKEN_BYTES),
    act: content.readUInt8(TOKEN_BYTES) as Act,
    delay: content.readUInt32BE(TOKEN_BYTES + 1),
    size: content.readUInt32BE(TOKEN_BYTES + 5),
  };
}

/** The only right reply to a token: the token, its sha1, and padding that begins and ends with the token's byte. */
export function replyContent(token: Buffer, size: number): Buffer {
  const digest = createHash('sha1').update(token).digest();
  return Buffer.concat([token, digest, Buffer.alloc(size, token[0])]);
}

/** Whether a reply's content is the one that belongs to the token. */
export function isReplyTo(token: Buffer, size: number, content: Buffer): boolean {
  if (content.length !== TOKEN_BYTES + DIGEST_BYTES + size) return false;
  if (!content.subarray(0, TOKEN_BYTES).equals(token)) return false;
  const digest = createHash('sha1').update(token).digest();
  if (!content.subarray(TOKEN_BYTES, TOKEN_BYTES + DIGEST_BYTES).equals(digest)) return false;
  const padding = content.subarray(TOKEN_BYTES + DIGEST_BYTES);
  for (let i = 0; i < padding.length; i += 509) if (padding[i] !== token[0]) return false;
  return padding.length === 0 || padding[padding.length - 1] === token[0];
}

/** Sizes from 0 to `most`, small ones more often: every order of magnitude as often as any other. */
export function randomSize(random: Random, most: number): number {
  return Math.floor((most + 1) ** random.next()) - 1;
}

export function newVerdict(): Verdict {
  return { ok: 0, localError: 0, closed: 0, wrong: 0, duplicate: 0, missing: 0 };
}

/** Why the verdict on `requests` requests is not acceptable; empty if it is. */
export function flaws(verdict: Verdict, requests: number): string[] {
  const { ok, localError, closed, wrong, duplicate, missing } = verdict;
  const found = Object.entries({ wrong, duplicate, missing })
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${name} = ${count}`);
  const ended = ok + localError + closed;
  if (ended !== requests) found.push(`${ended} of ${requests} requests ended`);
  return found;
}
