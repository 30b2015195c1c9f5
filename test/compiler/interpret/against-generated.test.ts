import { existsSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { XProtocol } from '@proto-frame/api';
import type { Protocol } from '@proto-frame/compiler';
import type { FactValues } from '../../../compiler/interpret/evaluate-value.js';
import { ExternCode } from '../../../compiler/interpret/extern-code.js';
import { asObject, readFrame, type ReadResult } from '../../../compiler/interpret/read-frame.js';
import { toJson, type Json } from '../../../compiler/interpret/json.js';
import { writeFrame } from '../../../compiler/interpret/write-frame.js';
import { corpus } from '../../support/corpus.js';
import { ROOT } from '../../support/root.js';
import { arbitraryInit } from '../codegen/arbitrary-init.js';
import { compileSchema, goldenSchema, loadCodec } from '../codegen/load-codec.js';
import { bundled, corpora } from './bundled.js';

// Two programs read the same schema: the generated one, made to be fast, and the interpreter, made to show
// everything. Where they differ, one of them is wrong.

function frameOf(result: ReadResult): ReadResult & { kind: 'frame' } {
  if (result.kind !== 'frame')
    throw new Error(result.kind === 'bad' ? `${result.field}: ${result.message}` : `needs ${result.need}`);
  return result;
}

/** A frame's fields as decode prints them and encode reads them. */
function throughJson(
  protocol: Protocol,
  bytes: Uint8Array,
  code = ExternCode.none,
  facts: FactValues = new Map(),
): Uint8Array {
  const { tree } = frameOf(readFrame(protocol, bytes, 0, bytes.length, code, facts));
  const json = JSON.parse(JSON.stringify(toJson(protocol, asObject(tree.fields)))) as { [key: string]: Json };
  return writeFrame(protocol, json, code, facts);
}

describe.each(['every-construct', 'name-clash'])('%s', (name) => {
  test('what the generated code writes, the interpreter reads and writes again', async () => {
    const protocol = compileSchema(`${name}.proto-frame`, goldenSchema(name));
    const { exports } = await loadCodec(`${name}.proto-frame`, goldenSchema(name));
    const codec = Object.values(exports).find(
      (e): e is XProtocol<object> => typeof e === 'object' && e !== null && 'scan' in e,
    )!;
    fc.assert(
      fc.property(arbitraryInit(protocol), fc.nat(), (init, cut) => {
        const bytes = Uint8Array.from(codec.encode(init));
        expect(throughJson(protocol, bytes)).toEqual(bytes);
        const part = readFrame(protocol, bytes, 0, cut % bytes.length);
        expect(part.kind).toBe('more');
      }),
      { numRuns: 50 },
    );
  });
});

const read = new Map(await Promise.all(corpora().map(async (name) => [name, await bundled(name)] as const)));

describe.each([...read])('the corpus of %s', (name, { protocol, code, facts }) => {
  test.each(corpus(name, 'valid'))('$name comes through JSON as it was', ({ bytes }) => {
    expect(Buffer.from(throughJson(protocol, bytes, code, facts))).toEqual(Buffer.from(bytes));
  });

  const invalid = existsSync(`${ROOT}test/corpus/${name}/invalid`) ? corpus(name, 'invalid') : [];
  test.each(invalid.filter((f) => f.failsAt !== 'rewrite' && f.failsAt !== 'limit'))(
    '$name is refused',
    ({ bytes }) => {
      const result = readFrame(protocol, bytes, 0, bytes.length, code, facts);
      expect(result.kind === 'frame' ? result.tree.length : result.kind).not.toBe(bytes.length);
    },
  );
});
