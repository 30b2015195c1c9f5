import { type Status, statusName } from '@proto-frame/api';
import { HIJACK_REASONS, type HijackReason } from './hijack-reason.js';

/** A request that did not go well. Texts come from the wire and are cut; they may hold any character. */
export interface RecentError {
  /** Epoch milliseconds. */
  time: number;
  protocol: string;
  service: string | null;
  method: string | null;
  route: string | null;
  cluster: string | null;
  /** `address:port`. */
  host: string | null;
  /** The canonical status the caller was told, by name; null if none. */
  status: string | null;
  /** Why the proxy answered itself; null if the host did. */
  reason: string | null;
  text: string;
}

const LONGEST_TEXT = 256;

/** The last errors of one listener, in a ring of objects that are written over: adding allocates nothing. */
export class RecentErrors {
  private readonly ring: RecentError[] = [];
  private next = 0;

  /** @param capacity how many are kept */
  constructor(private readonly capacity = 50) {}

  /**
   * Takes the oldest entry's place, or a new one, for the caller to write the rest into: where the request came
   * from and went to is null.
   *
   * @param time epoch milliseconds
   * @param reason null if the host's own reply says so
   */
  add(
    time: number,
    protocol: string,
    status: Status | null,
    reason: HijackReason | null,
    text: string,
  ): RecentError {
    let entry = this.ring[this.next];
    if (entry === undefined) this.ring[this.next] = entry = blank();
    this.next = (this.next + 1) % this.capacity;
    entry.time = time;
    entry.protocol = protocol;
    entry.service = entry.method = entry.route = entry.cluster = entry.host = null;
    entry.status = status === null ? null : statusName(status);
    entry.reason = reason === null ? null : (HIJACK_REASONS[reason] ?? null);
    entry.text = shorten(text);
    return entry;
  }

  /** Copies, the newest first. */
  list(): RecentError[] {
    const { ring, next } = this;
    const inOrder = [...ring.slice(next), ...ring.slice(0, next)];
    return inOrder.reverse().map((entry) => ({
      ...entry,
      service: entry.service === null ? null : shorten(entry.service),
      method: entry.method === null ? null : shorten(entry.method),
    }));
  }
}

function blank(): RecentError {
  return {
    time: 0,
    protocol: '',
    service: null,
    method: null,
    route: null,
    cluster: null,
    host: null,
    status: null,
    reason: null,
    text: '',
  };
}

function shorten(text: string): string {
  return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text;
}
