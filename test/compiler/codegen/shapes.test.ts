import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { ScanState, type RequestFacts, type XProtocol } from '@proto-frame/api';
import { modulesOf } from '../../../compiler/cli/generate-all.js';
import { generate } from '../../../compiler/codegen/generate.js';
import { explain } from '../../../compiler/emit/explain.js';
import { protocolPage } from '../../../compiler/emit/doc/protocol-page.js';
import { wiresharkDissector } from '../../../compiler/emit/wireshark/dissector.js';
import { AskedFacts } from '../../../compiler/interpret/asked-facts.js';
import { factsJson } from '../../../compiler/interpret/fact-json.js';
import { toJson, type Json } from '../../../compiler/interpret/json.js';
import { asObject, readFrame } from '../../../compiler/interpret/read-frame.js';
import { writeFrame } from '../../../compiler/interpret/write-frame.js';
import { compileSchema, externCodeOf, runModule, typeErrorsOf } from './load-codec.js';
import { proveCodec } from './prove-codec.js';

/**
 * Small schemas after real protocols, each about one shape of the language. Frames in `frames.hex`, written by hand
 * after the protocol, are read to what `frames.json` says of them (UPDATE_GOLDEN=1 accepts anew; read what it wrote).
 */
const ROOT = fileURLToPath(new URL('../../golden/shapes/', import.meta.url));
const CASES = readdirSync(ROOT).sort();
const FRAMES = 10;
const sources: ReadonlyMap<string, string>[] = [];

describe.each(CASES)('%s', (name) => {
  const text = readFileSync(`${ROOT}${name}/input.proto-frame`, 'utf8');
  const protocol = compileSchema(`${name}.proto-frame`, text);
  const code = externCodeOf(protocol);
  const hex = existsSync(`${ROOT}${name}/frames.hex`)
    ? readFileSync(`${ROOT}${name}/frames.hex`, 'utf8').split('\n')
    : [];
  const frames = hex
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => new Uint8Array(Buffer.from(line.replaceAll(' ', ''), 'hex')));

  test('what is generated keeps the promise', async () => {
    const modules = new Map<string, string>();
    const loaded = new Map<string, Record<string, unknown>>();
    // Requests last: their module imports those of their replies.
    for (const side of modulesOf(protocol).toReversed()) {
      const text = await generate(side, false);
      modules.set(side.fileName, text);
      loaded.set(side.fileName, runModule(text, loaded));
      const proved = proveCodec(side, loaded.get(side.fileName)!, { seed: 1, frames: FRAMES, code });
      expect(proved).toBeGreaterThan(FRAMES / 4);
    }
    sources.push(modules);
    const codec = Object.values(loaded.get(protocol.fileName)!).find(
      (e): e is XProtocol => typeof e === 'object' && e !== null && 'scan' in e,
    )!;
    for (const frame of frames) {
      expect(codec.scan(frame, 0, frame.length, new ScanState(1 << 20))).toBe(frame.length);
      codec.check(frame, 0, frame.length);
    }
  });

  test('frames are read to what they say, and written again from it', () => {
    const read = frames.map((frame) => {
      const result = readFrame(protocol, frame, 0, frame.length, code);
      expect(result).toMatchObject({ kind: 'frame', tree: { length: frame.length } });
      return result.kind === 'frame' ? toJson(protocol, asObject(result.tree.fields)) : {};
    });
    const path = `${ROOT}${name}/frames.json`;
    const json = `${JSON.stringify(read, null, 2)}\n`;
    if (process.env['UPDATE_GOLDEN'] === '1' && frames.length > 0) writeFileSync(path, json);
    if (frames.length > 0) expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(JSON.parse(json));
    read.forEach((one, i) =>
      expect(writeFrame(protocol, one as { readonly [key: string]: Json }, code)).toEqual(frames[i]),
    );
  });

  const replies = existsSync(`${ROOT}${name}/replies.hex`)
    ? readFileSync(`${ROOT}${name}/replies.hex`, 'utf8').split('\n')
    : [];
  test('replies are read by what their requests say', async () => {
    if (replies.length === 0) return;
    const loaded = new Map<string, Record<string, unknown>>();
    for (const side of modulesOf(protocol).toReversed())
      loaded.set(side.fileName, runModule(await generate(side, false), loaded));
    const codec = Object.values(loaded.get(protocol.fileName)!).find(
      (e): e is XProtocol => typeof e === 'object' && e !== null && 'scan' in e,
    )!;
    const asked = new AskedFacts(protocol);
    let facts: RequestFacts | null = null;
    const read = replies.flatMap((line): Json[] => {
      const frame = new Uint8Array(Buffer.from(line.slice(1).replaceAll(' ', ''), 'hex'));
      if (line.startsWith('>')) {
        const request = readFrame(protocol, frame, 0, frame.length, code);
        if (request.kind !== 'frame') throw new Error(`${line}: ${JSON.stringify(request)}`);
        asked.ask(request.tree);
        codec.check(frame, 0, frame.length);
        facts = codec.factsOf!(frame, 0, frame.length);
      }
      if (!line.startsWith('<')) return [];
      const known = asked.of(frame, 0, frame.length)!;
      const reply = readFrame(protocol.reply!, frame, 0, frame.length, code, known);
      if (reply.kind !== 'frame') throw new Error(`${line}: ${JSON.stringify(reply)}`);
      asked.answered();
      codec.replies.check(frame, 0, frame.length, facts);
      const fields = toJson(protocol.reply!, asObject(reply.tree.fields));
      expect(writeFrame(protocol.reply!, fields as { readonly [key: string]: Json }, code, known)).toEqual(
        frame,
      );
      return [{ given: factsJson(known), fields }];
    });
    const path = `${ROOT}${name}/replies.json`;
    const json = `${JSON.stringify(read, null, 2)}\n`;
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path, json);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(JSON.parse(json));
  });

  test('tools have something to say of it', () => {
    expect(explain(protocol)).toContain(protocol.name);
    expect(protocolPage(protocol)[0]!.text).toContain(protocol.frame.name);
    expect(wiresharkDissector(protocol)).toContain(protocol.name);
  });
});

test('none has type errors under the strictest options', () => {
  expect(sources.length).toBe(CASES.length);
  expect(typeErrorsOf(sources).flat()).toEqual([]);
});
