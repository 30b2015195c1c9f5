import type { Host } from '../host.js';
import type { ChoiceContext } from './choice-context.js';
import type { LoadBalancer } from './load-balancer.js';

/** Turns that are tried before all hosts are looked at. */
const LOOKS = 8;

/**
 * Hosts in turn, each as often as its weight says and spread evenly: earliest deadline first. After a turn a
 * host's next one is due 1 / weight later, so the host that is due is found in a heap. A host that is not
 * available loses its turn.
 */
export class RoundRobin implements LoadBalancer {
  /** A binary heap by `due`, and by the order of the configuration where that is the same. */
  private heap: Turn[] = [];
  private readonly turns = new Map<Host, Turn>();
  /** When the last choice was due: a host that is new waits from here on. */
  private now = 0;

  update(hosts: readonly Host[]): void {
    const stay = new Set(hosts);
    for (const host of this.turns.keys()) if (!stay.has(host)) this.turns.delete(host);
    hosts.forEach((host, order) => {
      const known = this.turns.get(host);
      if (known === undefined) this.turns.set(host, new Turn(host, order, this.now));
      else known.order = order;
    });
    // A sorted list is a heap.
    this.heap = [...this.turns.values()].sort((a, b) => (before(a, b) ? -1 : 1));
  }

  choose(context: ChoiceContext): Host | null {
    const { heap } = this;
    for (let looks = Math.min(LOOKS, heap.length); looks > 0; looks--) {
      const { host } = heap[0]!;
      this.take(0);
      if (host.available(context.protocol, context.ignoreHealth)) return host;
    }
    // Heavy hosts that are not available come first again and again.
    let next = -1;
    for (let i = 0; i < heap.length; i++) {
      if (!heap[i]!.host.available(context.protocol, context.ignoreHealth)) continue;
      if (next < 0 || before(heap[i]!, heap[next]!)) next = i;
    }
    if (next < 0) return null;
    const { host } = heap[next]!;
    this.take(next);
    return host;
  }

  /** The turn at a place of the heap is over. Turns that were passed over are not made up for. */
  private take(at: number): void {
    const turn = this.heap[at]!;
    this.now = Math.max(turn.due, this.now);
    turn.due = this.now + 1 / turn.host.weight;
    this.sink(turn, at);
  }

  /** Puts a turn that is due later than before where it belongs now. */
  private sink(turn: Turn, at: number): void {
    const { heap } = this;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
      if (!before(heap[child]!, turn)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = turn;
  }
}

/** When a host is due, in shares of requests: a number that only grows. */
class Turn {
  due: number;

  constructor(
    readonly host: Host,
    public order: number,
    now: number,
  ) {
    this.due = now + 1 / host.weight;
  }
}

/** Equal dues come apart by a rounding error; what is closer than that is the same. */
const SAME = 1e-9;

function before(a: Turn, b: Turn): boolean {
  const by = a.due - b.due;
  return Math.abs(by) < SAME * (1 + Math.abs(a.due)) ? a.order < b.order : by < 0;
}
