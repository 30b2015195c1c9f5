import { describe, expect, it } from 'vitest';
import { firstId, IdAllocator, NO_ID } from '../../../runtime/stream/id-allocator.js';

interface Owner {
  readonly name: string;
}
const owner = (name: string): Owner => ({ name });
const traits = (idMin: number, idMax: number, idReserved: number[] = []) => ({ idMin, idMax, idReserved });

describe('id allocator', () => {
  it.each([
    ['8 bits', 0, 2 ** 8 - 1],
    ['16 bits', 0, 2 ** 16 - 1],
    ['30 bits', 0, 2 ** 30 - 1],
    ['31 bits', 0, 2 ** 31 - 1],
    ['32 bits', 0, 2 ** 32 - 1],
    ['53 bits', 0, 2 ** 53 - 1],
    ['signed 32 bits from 1', 1, 2 ** 31 - 1],
    ['an odd range', 1_000, 1_299],
  ])('wraps within the range: %s', (_what, idMin, idMax) => {
    const ids = new IdAllocator<Owner>(traits(idMin, idMax));
    ids.setNext(idMax - 99);
    for (let i = 0; i < 1_000; i++) {
      const me = owner(`r${i}`);
      const id = ids.allocate(me);
      const expected = i < 100 ? idMax - 99 + i : idMin + ((i - 100) % (idMax - idMin + 1));
      expect(id).toBe(expected);
      expect(ids.take(id)).toBe(me);
    }
    expect(ids.inFlight).toBe(0);
  });

  it.each([8, 16, 31, 32])('crosses 2^%i with many in flight, each id found again', (bits) => {
    const ids = new IdAllocator<Owner>(traits(0, 2 ** 32 - 1));
    ids.setNext(2 ** bits - 100);
    const held = new Map<number, Owner>();
    for (let i = 0; i < 5_000; i++) {
      const me = owner(`r${i}`);
      const id = ids.allocate(me);
      expect(held.has(id)).toBe(false);
      expect(id).toBeGreaterThanOrEqual(0);
      expect(id).toBeLessThanOrEqual(2 ** 32 - 1);
      held.set(id, me);
    }
    for (const [id, me] of held) expect(ids.take(id)).toBe(me);
  });

  it('passes over an id that is held for ever, all the way round', () => {
    const ids = new IdAllocator<Owner>(traits(0, 255));
    const held = owner('held');
    const heldId = ids.allocate(held);
    for (let i = 0; i < 2_000; i++) {
      const id = ids.allocate(owner('x'));
      expect(id).not.toBe(heldId);
      expect(ids.take(id)).not.toBeNull();
    }
    expect(ids.take(heldId)).toBe(held);
  });

  it('gives each id of the range once, never a reserved one, then says that none is left', () => {
    const ids = new IdAllocator<Owner>(traits(0, 255, [0, 7, 255]));
    const given = new Set<number>();
    for (;;) {
      const id = ids.allocate(owner('x'));
      if (id === NO_ID) break;
      given.add(id);
    }
    expect(given.size).toBe(253);
    expect([0, 7, 255].some((id) => given.has(id))).toBe(false);
    expect(ids.exhausted).toBe(true);
    ids.take(100);
    expect(ids.exhausted).toBe(false);
    expect(ids.allocate(owner('y'))).toBe(100);
  });

  it('keeps an id in quarantine until its late reply came', () => {
    const ids = new IdAllocator<Owner>(traits(0, 3));
    const id = ids.allocate(owner('slow'));
    ids.quarantine(id);
    expect([ids.inFlight, ids.quarantined]).toEqual([0, 1]);
    for (let i = 0; i < 20; i++) {
      const other = ids.allocate(owner('x'));
      expect(other).not.toBe(id);
      ids.take(other);
    }
    expect(ids.take(id)).toBeNull();
    expect(ids.absorb(id)).toBe('late');
    expect(ids.quarantined).toBe(0);
    const seen = new Set([0, 1, 2, 3].map(() => ids.allocate(owner('x'))));
    expect(seen.size).toBe(4);
  });

  it('is spoiled once more than half of the ids are in quarantine', () => {
    const ids = new IdAllocator<Owner>(traits(0, 255));
    for (let i = 0; i < 128; i++) ids.quarantine(ids.allocate(owner('x')));
    expect(ids.spoiled).toBe(false);
    ids.quarantine(ids.allocate(owner('x')));
    expect(ids.spoiled).toBe(true);
    expect(ids.absorb(0)).toBe('late');
    expect(ids.spoiled).toBe(false);
  });

  it('tells late, duplicate and unknown replies apart', () => {
    const ids = new IdAllocator<Owner>(traits(0, 2 ** 32 - 1));
    const done = ids.allocate(owner('done'));
    const slow = ids.allocate(owner('slow'));
    ids.take(done);
    ids.quarantine(slow);
    expect(ids.absorb(done)).toBe('duplicate');
    expect(ids.absorb(slow)).toBe('late');
    expect(ids.absorb(slow)).toBe('duplicate');
    expect(ids.absorb(2)).toBe('unknown');
    expect(ids.absorb(2 ** 32 - 1)).toBe('unknown');
    expect(ids.absorb(2n ** 63n)).toBe('unknown');
    expect(ids.take(2n ** 63n)).toBeNull();
  });

  it('never finds another id in the same slot', () => {
    const ids = new IdAllocator<Owner>(traits(0, 2 ** 32 - 1));
    const me = owner('me');
    const id = ids.allocate(me);
    for (let slots = 64; slots <= 2 ** 31; slots *= 2) expect(ids.take(id + slots)).toBeNull();
    expect(ids.take(id)).toBe(me);
  });

  it('gives back all who wait when cleared', () => {
    const ids = new IdAllocator<Owner>(traits(0, 255));
    const names = ['a', 'b', 'c', 'd'];
    const given = names.map((name) => ids.allocate(owner(name)));
    ids.quarantine(given[1]!);
    expect(
      ids
        .clear()
        .map((o) => o.name)
        .sort(),
    ).toEqual(['a', 'c', 'd']);
    expect([ids.inFlight, ids.quarantined]).toEqual([0, 0]);
    expect(ids.clear()).toEqual([]);
  });

  it('knows the first id that means nothing special', () => {
    expect(firstId(traits(0, 9))).toBe(1);
    expect(firstId(traits(5, 9, [5, 6]))).toBe(7);
  });
});
