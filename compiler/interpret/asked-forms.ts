import { layoutOf } from '../model/layout.js';
import { idParts } from '../model/id-parts.js';
import type { Protocol } from '../model/model.js';
import { typeSize } from '../model/size.js';
import { evaluateValue } from './evaluate-value.js';
import type { FrameTree } from './read-frame.js';
import { readInt } from './read-int.js';

/** Requests of one connection whose replies may still come. */
const MOST_OPEN = 65536;

/**
 * How each reply on one connection is read, where that depends on its request: by the requests seen so far. A
 * reply whose request was not seen is read as if no fact held.
 */
export class AskedForms {
  private readonly open = new Map<bigint | string, Protocol>();
  private requests = 0n;
  private replies = 0n;

  /** @param protocol the client's side, with facts */
  constructor(private readonly protocol: Protocol) {}

  /** Notes a request. */
  ask(tree: FrameTree): void {
    const { protocol, open } = this;
    if (evaluateValue(protocol.roles.kind, tree.scope) !== 'request') return;
    const form = protocol.facts.reduce(
      (sum, fact, i) => sum + (evaluateValue(fact.condition, tree.scope) === true ? 1 << i : 0),
      0,
    );
    const id = this.byOrder ? this.requests++ : tree.scope.values.get(protocol.roles.id!);
    if (typeof id !== 'bigint' && typeof id !== 'string') return;
    if (open.size >= MOST_OPEN) open.delete(open.keys().next().value!);
    open.set(id, protocol.replyForms[form]!);
  }

  /** The form of the reply that starts at `at`; null if its id has not come yet. */
  formOf(bytes: Uint8Array, at: number, end: number): Protocol | null {
    const [plain] = this.protocol.replyForms;
    if (this.byOrder) return this.open.get(this.replies) ?? plain!;
    const { places } = layoutOf(plain!.frame);
    let id: bigint | string = 0n;
    for (const part of idParts(plain!.roles.id)) {
      const place = at + places.get(part)!.offset;
      const next = place + typeSize(part.type).min;
      if (next > end) return null;
      if (part.type.kind === 'text') id = Buffer.from(bytes.subarray(place, next)).toString('latin1');
      else if (part.type.kind !== 'int' || typeof id === 'string') return plain!;
      else id = (id << BigInt(part.type.int.bits)) | readInt(bytes, place, part.type.int);
    }
    return this.open.get(id) ?? plain!;
  }

  /** A reply has been read: order goes on. */
  answered(): void {
    if (this.byOrder) this.open.delete(this.replies++);
  }

  private get byOrder(): boolean {
    return this.protocol.correlation !== 'id';
  }
}
