import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { XProtocol } from '@proto-frame/api';
import { analyse, parse, Report, SourceFile, type Protocol } from '@proto-frame/compiler';
import { asObject, readFrame, type ReadResult } from '../../../compiler/interpret/read-frame.js';
import { toJson, type Json } from '../../../compiler/interpret/json.js';
import { writeFrame } from '../../../compiler/interpret/write-frame.js';
import { corpus } from '../../support/corpus.js';
import { ROOT } from '../../support/root.js';
import { arbitraryInit } from '../codegen/arbitrary-init.js';
import { compileSchema, goldenSchema, loadCodec } from '../codegen/load-codec.js';

// Two programs read the same schema: the generated one, made to be fast, and the interpreter, made to show
// everything. Where they differ, one of them is wrong.

function frameOf(result: ReadResult): ReadResult & { kind: 'frame' } {
  if (result.kind !== 'frame')
    throw new Error(result.kind === 'bad' ? `${result.field}: ${result.message}` : `needs ${result.need}`);
  return result;
}

/** A frame's fields as decode prints them and encode reads them. */
function throughJson(protocol: Protocol, bytes: Uint8Array): Uint8Array {
  const { tree } = frameOf(readFrame(protocol, bytes, 0, bytes.length));
  const json = JSON.parse(JSON.stringify(toJson(protocol, asObject(tree.fields)))) as { [key: string]: Json };
  return writeFrame(protocol, json);
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
      { numRuns: 120 },
    );
  });
});

describe.each(['bolt', 'bolt2', 'x-example', 'memcached'])('the corpus of %s', (name) => {
  const protocol = bundled(name);

  test.each(corpus(name, 'valid'))('$name comes through JSON as it was', ({ bytes }) => {
    expect(Buffer.from(throughJson(protocol, bytes))).toEqual(Buffer.from(bytes));
  });

  test.each(corpus(name, 'invalid').filter((f) => f.failsAt !== 'rewrite' && f.failsAt !== 'limit'))(
    '$name is refused',
    ({ bytes }) => {
      expect(readFrame(protocol, bytes, 0, bytes.length).kind).not.toBe('frame');
    },
  );
});

function bundled(name: string): Protocol {
  const report = new Report();
  const load = (path: string) => parse(new SourceFile(path, readFileSync(`${ROOT}${path}`, 'utf8')), report)!;
  const names = name === 'bolt2' ? ['bolt', name] : [name];
  const files = new Map(names.map((n) => [n, load(`schemas/${n}.proto-frame`)]));
  const [protocol] = analyse(
    [files.get(name)!],
    (_from, path) => files.get(path.replace(/^\.\/|\.proto-frame$/g, '')),
    report,
  );
  return protocol!;
}
