import type { Host } from '../host.js';
import type { ChoiceContext } from './choice-context.js';
import type { LoadBalancer } from './load-balancer.js';

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
    for (let i = 0; i < heap.length; i++) {
      const turn = heap[0]!;
      this.now = turn.due;
      turn.due += 1 / turn.host.weight;
      this.sink(turn);
      if (turn.host.available(context.protocol, context.ignoreHealth)) return turn.host;
    }
    return null;
  }

  /** Puts the first of the heap where it belongs now. */
  private sink(turn: Turn): void {
    const { heap } = this;
    let at = 0;
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
