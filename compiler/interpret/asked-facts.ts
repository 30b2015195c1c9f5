import { layoutOf } from '../model/layout.js';
import { idParts } from '../model/id-parts.js';
import type { Protocol } from '../model/model.js';
import { typeSize } from '../model/size.js';
import { evaluateValue, type FactValues } from './evaluate-value.js';
import type { FrameTree } from './read-frame.js';
import { readInt } from './read-int.js';

/** Requests of one connection whose replies may still come. */
const MOST_OPEN = 65536;
const NOTHING: FactValues = new Map();

/** What the replies on one connection are read by, where that depends on their requests: on those seen so far. */
export class AskedFacts {
  private readonly open = new Map<bigint | string, FactValues>();
  private requests = 0n;
  private replies = 0n;

  /** @param protocol the client's side, with facts */
  constructor(private readonly protocol: Protocol) {}

  /** Notes a request. */
  ask(tree: FrameTree): void {
    const { protocol, open } = this;
    if (evaluateValue(protocol.roles.kind, tree.scope) !== 'request') return;
    const values = protocol.facts.map(
      ({ field, value }) => [field, evaluateValue(value, tree.scope)] as const,
    );
    const id = this.byOrder ? this.requests++ : tree.scope.values.get(protocol.roles.id!);
    if (typeof id !== 'bigint' && typeof id !== 'string') return;
    if (open.size >= MOST_OPEN) open.delete(open.keys().next().value!);
    open.set(id, new Map(values));
  }

  /** What is known for the reply that starts at `at`, nothing if its request was not seen; null if its id is to come. */
  of(bytes: Uint8Array, at: number, end: number): FactValues | null {
    if (this.byOrder) return this.open.get(this.replies) ?? NOTHING;
    const reply = this.protocol.reply!;
    const { places } = layoutOf(reply.frame);
    let id: bigint | string = 0n;
    for (const part of idParts(reply.roles.id)) {
      const place = at + places.get(part)!.offset;
      const next = place + typeSize(part.type).min;
      if (next > end) return null;
      if (part.type.kind === 'text') id = Buffer.from(bytes.subarray(place, next)).toString('latin1');
      else if (part.type.kind !== 'int' || typeof id === 'string') return NOTHING;
      else id = (id << BigInt(part.type.int.bits)) | readInt(bytes, place, part.type.int);
    }
    return this.open.get(id) ?? NOTHING;
  }

  /** A reply has been read: order goes on. */
  answered(): void {
    if (this.byOrder) this.open.delete(this.replies++);
  }

  private get byOrder(): boolean {
    return this.protocol.correlation !== 'id';
  }
}
