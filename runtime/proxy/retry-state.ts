import { frameBytes } from '@proto-frame/api';
import type { Cluster } from '../cluster/cluster.js';
import type { Host } from '../cluster/host.js';
import type { ChoiceContext } from '../cluster/load-balancer/choice-context.js';
import type { RetryPolicy } from '../route/retry-policy.js';
import type { ClientConnection } from '../stream/client-connection.js';
import { Deadline } from '../stream/deadline.js';
import type { ProxyContext } from './proxy-context.js';

/** A frame that fills less than this share of the memory it lies in is copied to be kept, so that the rest can go. */
const WORTH_KEEPING = 1 / 4;
const NO_BYTES = new Uint8Array(0);

/** Whose retries they are. Exactly one of the two follows when a time is over. */
export interface RetryOwner {
  /** The pause before the next attempt. */
  onPauseOver(): void;
  /** The time of the attempt under way. */
  onTryTimeout(): void;
}

/** What a stream keeps to be able to send its request once more. It goes with its stream from request to request. */
export class RetryState {
  /** The number of the attempt under way, or to come after the pause; 1 for the first. */
  attempt = 1;
  policy: RetryPolicy;

  /** The frame as it was to be sent first, but for its id. */
  private bytes: Uint8Array = NO_BYTES;
  private at = 0;
  private end = 0;
  /** Hosts that failed. */
  private readonly tried: Host[] = [];
  /** What counts the retry under way. */
  private cluster: Cluster | null = null;
  private pausing = false;
  private readonly deadline: Deadline;
  /** Where the attempt was sent, and what the connection had been given before. */
  private connection: ClientConnection | null = null;
  private place = 0;

  constructor(context: ProxyContext, owner: RetryOwner, policy: RetryPolicy) {
    this.policy = policy;
    this.deadline = new Deadline(context.options.loop, () => {
      if (this.pausing) owner.onPauseOver();
      else owner.onTryTimeout();
    });
  }

  /** A request is about to be sent for the first time. */
  begin(policy: RetryPolicy, bytes: Uint8Array, at: number, end: number): void {
    this.policy = policy;
    this.attempt = 1;
    const kept = end - at >= bytes.buffer.byteLength * WORTH_KEEPING;
    this.bytes = kept ? bytes : copyOf(bytes, at, end);
    this.at = kept ? at : 0;
    this.end = this.at + (end - at);
  }

  /** The request again. A copy, as the attempt before may still lie in some queue, with an id of its own. */
  copy(): Uint8Array {
    return copyOf(this.bytes, this.at, this.end);
  }

  /** The time of an attempt begins. */
  startTry(): void {
    this.pausing = false;
    if (this.policy.perTryTimeout > 0) this.deadline.arm(this.policy.perTryTimeout);
  }

  /** The attempt is about to be written to `connection`. */
  sending(connection: ClientConnection): void {
    this.connection = connection;
    this.place = connection.connection.given;
  }

  /** Whether the host may have got anything of the attempt. */
  get maybeReceived(): boolean {
    return this.connection !== null && this.connection.connection.sent > this.place;
  }

  /**
   * The attempt has failed, and the next one is to begin after a pause.
   * @param left of the time of the whole request, in ms
   * @returns false if there may be none: too many attempts, too little time, or too many retries of the cluster
   */
  next(cluster: Cluster, failed: Host | null, left: number): boolean {
    this.deadline.disarm();
    const { policy, attempt } = this;
    if (attempt > policy.numRetries) return false;
    const pause = policy.pause(attempt, Math.random());
    if (pause >= left) return false;
    this.cluster?.endRetry();
    this.cluster = null;
    if (!cluster.beginRetry()) return false;
    this.cluster = cluster;
    this.attempt++;
    if (failed !== null && !this.tried.includes(failed)) this.tried.push(failed);
    this.connection = null;
    this.pausing = true;
    this.deadline.arm(pause);
    return true;
  }

  /** Chooses a host that has not failed, or one that has if there is no other. */
  choose(cluster: Cluster, context: ChoiceContext): Host | null {
    const { tried } = this;
    if (tried.length === 0) return cluster.choose(context);
    for (const host of tried) host.passedOver = true;
    let host: Host | null;
    try {
      host = cluster.choose(context);
    } finally {
      for (const host of tried) host.passedOver = false;
    }
    return host ?? cluster.choose(context);
  }

  /** The stream is over, or its request is the host's. */
  clear(): void {
    this.deadline.disarm();
    this.cluster?.endRetry();
    this.cluster = null;
    this.bytes = NO_BYTES;
    this.connection = null;
    this.tried.length = 0;
  }
}

function copyOf(bytes: Uint8Array, at: number, end: number): Uint8Array {
  const copy = frameBytes(end - at);
  copy.set(bytes.subarray(at, end));
  return copy;
}
