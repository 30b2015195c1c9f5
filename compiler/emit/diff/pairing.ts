import type { BitFieldModel, Block, Field, MemberModel, VariantModel } from '../../model/model.js';
import { align, alignArms, type Alignment } from './align.js';
import { armTokens, type Known } from './meaning-key.js';

/** In place of an `else` that is not there. */
export const NOTHING: Block = { members: [] };

type Placed = Field | BitFieldModel | MemberModel;

/** Who is who in two versions: found out before anything is compared, since expressions name fields. */
export class Pairing {
  /** For expressions of the old and of the new version. */
  readonly knownOld: Known = (of) => pathOf(of);
  readonly knownNew: Known = (of) => pathOf(this.was.get(of) ?? of);

  private readonly was = new Map<Placed, Placed>();
  private readonly alignments = new Map<Block, Alignment>();

  /** What a field of the new version was. */
  before(now: Placed): Placed | undefined {
    return this.was.get(now);
  }

  /** The members of two blocks, matched. */
  alignment(old: Block, now: Block): Alignment {
    return now === NOTHING ? align(old, now) : (this.alignments.get(now) ?? align(old, now));
  }

  /** Finds out who is who in two blocks, at any depth. */
  pair(old: Block, now: Block): void {
    const alignment = align(old, now);
    this.alignments.set(now, alignment);
    for (const [was, is] of alignment.pairs) {
      this.was.set(is, was);
      if (was.member === 'bits' && is.member === 'bits') {
        for (const bit of is.fields) {
          const before =
            was.fields.find((f) => f.name === bit.name) ??
            was.fields.find(
              (f) =>
                f.shift === bit.shift && f.width === bit.width && !is.fields.some((o) => o.name === f.name),
            );
          if (before !== undefined) this.was.set(bit, before);
        }
      } else if (was.member === 'variant' && is.member === 'variant')
        for (const [a, b] of this.arms(was, is).pairs) this.pair(a.body, b.body);
      else if (was.member === 'if' && is.member === 'if') {
        this.pair(was.then, is.then);
        this.pair(was.otherwise ?? NOTHING, is.otherwise ?? NOTHING);
      } else if (was.member === 'within' && is.member === 'within') this.pair(was.body, is.body);
    }
  }

  /** Which arm is which. */
  arms(old: VariantModel, now: VariantModel): ReturnType<typeof alignArms> {
    const before = armTokens(old);
    const after = armTokens(now);
    return alignArms(old, now, (a, b) => before.get(a)!.some((token) => after.get(b)!.includes(token)));
  }
}

/** Without the frame's or struct's own name, which may change. */
function pathOf(of: Placed): string {
  const name = 'name' in of && of.name !== null ? of.name : '';
  const path = of.path.slice(of.path.indexOf('.') + 1);
  return path.endsWith(name) ? path : `${path}.${name}`;
}
