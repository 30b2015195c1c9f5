import { EncodeError, HeaderMap, ScanState, XFrame } from '@proto-frame/api';
import { describe, expect, it } from 'vitest';
import { corpus } from '../support/corpus.js';
import { protocolsUnderTest } from '../support/protocols.js';
import { buildHeaderBlock, type ReferenceEntry } from '../support/reference-frames.js';

/** The block with the entry of `key` changed as HeaderMap.set says: in its place, further ones gone. */
function withSet(entries: ReferenceEntry[], key: string, value: string | null): Buffer {
  const at = entries.findIndex((entry) => entry.key === key);
  const made = buildHeaderBlock([[key, value]]);
  if (at < 0) return Buffer.concat([...entries.map((entry) => entry.raw), made]);
  return Buffer.concat(
    entries.flatMap((entry, i) => (i === at ? [made] : entry.key === key ? [] : [entry.raw])),
  );
}

function without(entries: ReferenceEntry[], key: string): Buffer {
  return Buffer.concat(entries.filter((entry) => entry.key !== key).map((entry) => entry.raw));
}

function expectSame(actual: Uint8Array, expected: Uint8Array): void {
  expect(Buffer.from(actual).toString('hex')).toBe(Buffer.from(expected).toString('hex'));
}

for (const tested of protocolsUnderTest) {
  const { protocol } = tested;
  const frames = corpus(tested.corpus, 'valid');
  const open = (bytes: Uint8Array): XFrame => {
    const buffer = new Uint8Array(bytes.length + 7).fill(0xa5);
    buffer.set(bytes, 5);
    const frame = new XFrame(protocol, buffer, 5, 5 + bytes.length);
    protocol.check(buffer, frame.start, frame.end);
    return frame;
  };
  const written = (frame: XFrame): Uint8Array => {
    frame.apply();
    const bytes = frame.bytes.subarray(frame.start, frame.end);
    expect(protocol.scan(bytes, 0, bytes.length, new ScanState(protocol.traits.maxFrame))).toBe(bytes.length);
    protocol.check(bytes, 0, bytes.length);
    return bytes;
  };

  describe(`${tested.name}: writing`, () => {
    it.each(frames)('$name re-encoded without a change is the same', ({ bytes }) => {
      const frame = open(bytes);
      const { start, end } = frame;
      expectSame(protocol.reencode(frame.bytes, start, end, null, null), bytes);
      const headers = new HeaderMap(protocol.traits.headerCase);
      protocol.readHeaders(frame.bytes, start, end, headers);
      expectSame(protocol.reencode(frame.bytes, start, end, headers, null), bytes);
      expectSame(protocol.reencode(frame.bytes, start, end, headers, frame.body), bytes);
    });

    it.each(frames)('$name takes another id, and nothing else changes', ({ bytes }) => {
      const { idMin, idMax } = protocol.traits;
      for (const id of [idMin, idMin + 1, 0x12345678, 0x80000000, idMax - 1, idMax]) {
        const frame = open(bytes);
        expect(frame.setId(id)).toBe(true);
        expect(frame.id).toBe(id);
        expectSame(frame.bytes.subarray(frame.start, frame.end), tested.rebuild(bytes, { id }));
        protocol.check(frame.bytes, frame.start, frame.end);
        expect(frame.bytes[4]).toBe(0xa5);
        expect(frame.bytes[frame.end]).toBe(0xa5);
        expect(frame.setId(tested.facts(bytes).id)).toBe(true);
        expectSame(frame.bytes.subarray(frame.start, frame.end), bytes);
      }
    });

    it.each(frames)('$name takes another body', ({ bytes }) => {
      for (const body of [new Uint8Array(0), Buffer.from('x'), new Uint8Array(70_000).fill(0x5a)]) {
        const frame = open(bytes);
        frame.body = body;
        expectSame(written(frame), tested.rebuild(bytes, { body }));
      }
    });

    if (!tested.hasHeaders) {
      it.each(frames)('$name refuses headers that the wire has no place for', ({ bytes }) => {
        const frame = open(bytes);
        frame.headers.set('trace', '1');
        expect(() => frame.apply()).toThrow(EncodeError);
      });
      return;
    }

    const roomy = frames.filter(({ name }) => !name.endsWith('edge-full-header-block'));

    it.each(roomy)('$name takes a header set, added, deleted and set to null', ({ bytes }) => {
      const { entries } = tested.facts(bytes);
      const keys = [...new Set(entries.map((entry) => entry.key)), 'fresh', ''];
      for (const key of keys) {
        for (const value of ['changed', '', 'größer 😀', null, 'long '.repeat(200)]) {
          const set = open(bytes);
          set.headers.set(key, value);
          expectSame(written(set), tested.rebuild(bytes, { headerBlock: withSet(entries, key, value) }));
          expect(set.header(key)).toBe(value);

          const added = open(bytes);
          added.headers.add(key, value);
          const block = Buffer.concat([
            ...entries.map((entry) => entry.raw),
            buildHeaderBlock([[key, value]]),
          ]);
          expectSame(written(added), tested.rebuild(bytes, { headerBlock: block }));
        }
        const deleted = open(bytes);
        deleted.headers.delete(key);
        expectSame(written(deleted), tested.rebuild(bytes, { headerBlock: without(entries, key) }));
        expect(deleted.header(key)).toBeUndefined();
      }
    });

    it.each(roomy)('$name takes headers and body at once, and stays changeable', ({ bytes }) => {
      const { entries } = tested.facts(bytes);
      const frame = open(bytes);
      frame.headers.set('trace-id', 'abc');
      frame.body = Buffer.from('another body');
      frame.apply();
      expect(frame.setId(77)).toBe(true);
      frame.headers.delete('trace-id');
      const headerBlock = without(entries, 'trace-id');
      expectSame(
        written(frame),
        tested.rebuild(bytes, { id: 77, headerBlock, body: Buffer.from('another body') }),
      );
    });

    it.each(frames)('$name refuses headers over the range of their length field', ({ bytes }) => {
      const frame = open(bytes);
      const before = Buffer.from(frame.bytes);
      const { start, end } = frame;
      frame.headers.set('large', 'x'.repeat(0x10000));
      expect(() => frame.apply()).toThrow(EncodeError);
      expect([frame.start, frame.end]).toEqual([start, end]);
      expectSame(frame.bytes, before);
    });

    it.each(roomy)('$name takes headers up to that range to the byte', ({ bytes }) => {
      const { entries } = tested.facts(bytes);
      const used = entries.reduce((sum, entry) => sum + entry.raw.length, 0);
      const room = 0xffff - used - 8 - 'large'.length;
      const frame = open(bytes);
      frame.headers.set('large', 'x'.repeat(room));
      const block = withSet(entries, 'large', 'x'.repeat(room));
      expect(block.length).toBe(0xffff);
      expectSame(written(frame), tested.rebuild(bytes, { headerBlock: block }));
      const over = open(bytes);
      over.headers.set('large', 'x'.repeat(room + 1));
      expect(() => over.apply()).toThrow(EncodeError);
    });
  });
}
