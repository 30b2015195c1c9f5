import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { XFrame, type XProtocol } from '@proto-frame/api';
import { ROOT } from '../../support/root.js';
import { loadCodec } from './load-codec.js';

it('finds, changes and takes away headers whatever the case of their keys', async () => {
  const text = readFileSync(`${ROOT}test/golden/shapes/case-of-keys/input.proto-frame`, 'utf8');
  const { exports } = await loadCodec('case-of-keys.proto-frame', text);
  const codec = exports['caseOfKeys'] as XProtocol;
  const bytes = Buffer.from(
    '636b000000000100' +
      '1b' +
      '09782d53455256494345' +
      '0161' +
      '0141' +
      '0131' +
      '0161' +
      '0132' +
      '04c3a92d6b' +
      '0133' +
      '0000',
    'hex',
  );
  bytes.writeUInt16BE(bytes.length - 9 - 2, 7);
  const frame = new XFrame(codec, bytes, 0, bytes.length);
  expect(frame.service).toBe('a');
  expect(frame.header('a')).toBe('1');
  expect(frame.header('É-K')).toBe('3');
  frame.headers.set('A', 'new');
  frame.headers.delete('X-Service');
  expect([...frame.headers]).toEqual([
    ['A', 'new'],
    ['é-k', '3'],
  ]);
  expect(frame.service).toBeUndefined();
});
