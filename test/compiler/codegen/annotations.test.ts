import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ScanState, type XProtocol } from '@proto-frame/api';
import { protocolPage } from '../../../compiler/emit/doc/protocol-page.js';
import { toJson } from '../../../compiler/interpret/json.js';
import { asObject, readFrame } from '../../../compiler/interpret/read-frame.js';
import { ROOT } from '../../support/root.js';
import { compileSchema, loadCodec } from './load-codec.js';

const TEXT = readFileSync(`${ROOT}test/golden/shapes/annotated-fields/input.proto-frame`, 'utf8');

/** As short as can be, and with values in what is skipped. */
const SHORT = '02 07 00000001 010203 40000000 13 05 8148 05 02 6869 01 0005 02 02 6162 03 626f6479';
const frame = Uint8Array.from(Buffer.from(SHORT.replaceAll(' ', ''), 'hex'));

test('numbers of a width are read in any, and ids of more bytes are written in place', async () => {
  const { source, exports } = await loadCodec('annotated-fields.proto-frame', TEXT);
  const codec = exports['annotatedFields'] as XProtocol;
  expect(codec.scan(frame, 0, frame.length, new ScanState(1 << 16))).toBe(frame.length);
  codec.check(frame, 0, frame.length);
  expect(codec.idOf(frame, 0, frame.length)).toBe(7);
  expect(codec.setId(frame.slice(), 0, frame.length, 127)).toBe(true);
  expect(codec.setId(frame.slice(), 0, frame.length, 128)).toBe(false);
  const wide = codec.withId!(frame, 0, frame.length, 128);
  expect(Buffer.from(wide).toString('hex', 0, 6)).toBe('028081808000');
  for (const id of [0, 1, 128, 2 ** 35 - 1]) {
    expect(codec.setId(wide, 0, wide.length, id)).toBe(true);
    expect(codec.idOf(wide, 0, wide.length)).toBe(id);
  }
  expect(codec.traits.idMax).toBe(2 ** 35 - 1);
  // Nobody gives what is skipped, or reads it; an editor strikes out what is deprecated.
  expect(source).not.toMatch(/get (?:reserved|rate)\(|readonly (?:reserved|rate|mark|more)\b/);
  expect(source.match(/@deprecated use `stamp`/g)).toHaveLength(2);
});

test('tools keep what is skipped, and say what is deprecated', () => {
  const protocol = compileSchema('annotated-fields.proto-frame', TEXT);
  const read = readFrame(protocol, frame, 0, frame.length);
  const json = read.kind === 'frame' ? toJson(protocol, asObject(read.tree.fields)) : {};
  expect(json).toMatchObject({
    reserved: '010203',
    rate: 2,
    parts: [{ mark: 5, sort: 'other', text: 'ab' }],
  });
  expect(protocolPage(protocol)[0]!.text).toContain('deprecated: use `stamp`');
});
