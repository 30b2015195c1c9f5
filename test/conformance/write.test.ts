import { EncodeError, FrameKind, HeaderMap, ScanState, Status, XFrame } from '@proto-frame/api';
import { describe, expect, it } from 'vitest';
import { corpus, type CorpusFrame } from '../support/corpus.js';
import { protocolsUnderTest } from '../support/protocols.js';
import { buildHeaderBlock, type ReferenceEntry } from '../support/reference-frames.js';
import type { HeaderForm } from '../support/references/wire-reference.js';

type Entry = ReferenceEntry | readonly [key: string, value: string | null];

/** The entries with that of `key` changed as HeaderMap.set says: in its place, further ones gone. */
function withSet(entries: readonly ReferenceEntry[], key: string, value: string | null): Entry[] {
  const at = entries.findIndex((entry) => entry.key === key);
  if (at < 0) return [...entries, [key, value]];
  return entries.flatMap((entry, i): Entry[] =>
    i === at ? [[key, value]] : entry.key === key ? [] : [entry],
  );
}

function without(entries: readonly ReferenceEntry[], key: string): Entry[] {
  return entries.filter((entry) => entry.key !== key);
}

/** Bolt's and what is like it: entries one after another, behind a length of 16 bits. */
const SIMPLE_MAP: HeaderForm = {
  block: (entries) =>
    Buffer.concat(entries.map((entry) => ('raw' in entry ? entry.raw : buildHeaderBlock([entry])))),
  most: 0xffff,
  takes: () => true,
  takesKey: () => true,
};

/** What a body may be changed to where it may be anything. */
const BODIES = [new Uint8Array(0), Buffer.from('x'), new Uint8Array(70_000).fill(0x5a)];

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
      const both = tested.headersInBody === true ? null : headers;
      expectSame(protocol.reencode(frame.bytes, start, end, both, frame.body), bytes);
    });

    const requests = frames.filter(
      ({ bytes }) => protocol.kindOf(bytes, 0, bytes.length) === FrameKind.request,
    );
    it.each(requests)('$name is answered with an error that reads as its reply', ({ bytes }) => {
      const memo = protocol.remember(bytes, 0, bytes.length);
      const reply = protocol.hijack(memo, Status.TIMEOUT, 'late');
      if (reply === null) return;
      const { replies } = protocol;
      expect(replies.scan(reply, 0, reply.length, new ScanState(replies.traits.maxFrame))).toBe(reply.length);
      replies.check(reply, 0, reply.length);
      expect(replies.kindOf(reply, 0, reply.length)).toBe(FrameKind.response);
      if (protocol.traits.correlation === 'id')
        expect(replies.idOf(reply, 0, reply.length)).toBe(protocol.idOf(bytes, 0, bytes.length));
    });

    it.each(frames)('$name takes another id, and nothing else changes', ({ bytes }) => {
      const { idMin, idMax } = protocol.traits;
      // Without a field for it; where order says whose a reply is, a frame may have an id all the same.
      if (idMax === 0) {
        const frame = open(bytes);
        expect(frame.setId(1)).toBe(false);
        expectSame(frame.bytes.subarray(frame.start, frame.end), bytes);
        return;
      }
      for (const id of [idMin, idMin + 1, 0x12345678, 0x80000000, idMax - 1, idMax]) {
        if (id > idMax) continue;
        const frame = open(bytes);
        const received = frame.bytes;
        expect(frame.setId(id)).toBe(true);
        expect(frame.id).toBe(id);
        expectSame(frame.bytes.subarray(frame.start, frame.end), tested.rebuild(bytes, { id }));
        protocol.check(frame.bytes, frame.start, frame.end);
        // In place, or, where the new id is wider or narrower, in a buffer of its own.
        expect(received[4]).toBe(0xa5);
        expect(received[5 + bytes.length]).toBe(0xa5);
        expect(frame.setId(tested.facts(bytes).id)).toBe(true);
        expectSame(frame.bytes.subarray(frame.start, frame.end), bytes);
      }
    });

    it.each(frames)('$name takes another body, or has none', ({ bytes }) => {
      const bodies = tested.bodies?.(bytes) ?? BODIES;
      for (const body of bodies) {
        const frame = open(bytes);
        frame.body = body;
        expectSame(written(frame), tested.rebuild(bytes, { body }));
      }
      if (bodies.length > 0) return;
      const frame = open(bytes);
      frame.body = Buffer.from('x');
      expect(() => frame.apply()).toThrow(EncodeError);
    });

    const hasHeaders = ({ bytes }: CorpusFrame): boolean =>
      tested.hasHeaders && (tested.headersIn?.(bytes) ?? true);
    const bare = frames.filter((frame) => !hasHeaders(frame));
    const headed = frames.filter(hasHeaders);

    it.each(bare)('$name refuses headers that the wire has no place for', ({ bytes }) => {
      const frame = open(bytes);
      frame.headers.set('trace', '1');
      expect(() => frame.apply()).toThrow(EncodeError);
    });
    if (headed.length === 0) return;

    const { block, most, takes, takesKey } = tested.headerForm ?? SIMPLE_MAP;
    const roomy = headed.filter(({ name }) => !name.endsWith('edge-full-header-block'));

    it.each(roomy)('$name takes a header set, added, deleted and set to null', ({ bytes }) => {
      const { entries } = tested.facts(bytes);
      const keys = [...new Set(entries.map((entry) => entry.key)), 'fresh', ''];
      for (const key of keys.filter(takesKey)) {
        for (const value of ['changed', '', 'größer 😀', null, 'long '.repeat(200)]) {
          if (!takes(value, bytes)) continue;
          const set = open(bytes);
          set.headers.set(key, value);
          expectSame(
            written(set),
            tested.rebuild(bytes, { headerBlock: block(withSet(entries, key, value), bytes) }),
          );
          expect(set.header(key)).toBe(value);

          const added = open(bytes);
          added.headers.add(key, value);
          const headerBlock = block([...entries, [key, value]], bytes);
          expectSame(written(added), tested.rebuild(bytes, { headerBlock }));
        }
        const deleted = open(bytes);
        deleted.headers.delete(key);
        expectSame(
          written(deleted),
          tested.rebuild(bytes, { headerBlock: block(without(entries, key), bytes) }),
        );
        expect(deleted.header(key)).toBeUndefined();
      }
    });

    it.each(roomy)('$name takes headers and body at once, and stays changeable', ({ bytes }) => {
      const { entries } = tested.facts(bytes);
      const frame = open(bytes);
      const body = tested.bodies?.(bytes)[0] ?? Buffer.from('another body');
      frame.headers.set('trace-id', 'abc');
      frame.body = body;
      if (tested.headersInBody === true) {
        expect(() => frame.apply()).toThrow(EncodeError);
        expectSame(frame.bytes.subarray(frame.start, frame.end), bytes);
        return;
      }
      frame.apply();
      const changed = tested.rebuild(bytes, {
        headerBlock: block(withSet(entries, 'trace-id', 'abc'), bytes),
        body,
      });
      expectSame(frame.bytes.subarray(frame.start, frame.end), changed);
      expect(frame.setId(77)).toBe(true);
      frame.headers.delete('trace-id');
      const headerBlock = block(without(tested.facts(changed).entries, 'trace-id'), changed);
      expectSame(written(frame), tested.rebuild(changed, { id: 77, headerBlock }));
    });

    if (most === Infinity) return;

    it.each(headed)('$name refuses headers over the range of their length field', ({ bytes }) => {
      const frame = open(bytes);
      const before = Buffer.from(frame.bytes);
      const { start, end } = frame;
      frame.headers.set('large', 'x'.repeat(most + 1));
      expect(() => frame.apply()).toThrow(EncodeError);
      expect([frame.start, frame.end]).toEqual([start, end]);
      expectSame(frame.bytes, before);
    });

    it.each(roomy)('$name takes headers up to that range to the byte', ({ bytes }) => {
      const { entries } = tested.facts(bytes);
      const room = most - block([...entries, ['large', '']], bytes).length;
      const frame = open(bytes);
      frame.headers.set('large', 'x'.repeat(room));
      const headerBlock = block(withSet(entries, 'large', 'x'.repeat(room)), bytes);
      expect(headerBlock.length).toBe(most);
      expectSame(written(frame), tested.rebuild(bytes, { headerBlock }));
      const over = open(bytes);
      over.headers.set('large', 'x'.repeat(room + 1));
      expect(() => over.apply()).toThrow(EncodeError);
    });
  });
}
