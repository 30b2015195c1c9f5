import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { EncodeError, type XProtocol } from '@proto-frame/api';
import type { Protocol } from '@proto-frame/compiler';
import { generate } from '../../compiler/codegen/generate.js';
import { wiresharkDissector } from '../../compiler/emit/wireshark/dissector.js';
import { ExternCode } from '../../compiler/interpret/extern-code.js';
import { meaningOf, meaningText } from '../../compiler/interpret/meaning.js';
import {
  readFrame,
  type FieldNode,
  type FrameTree,
  type Shown,
} from '../../compiler/interpret/read-frame.js';
import { expressionsOf } from '../../compiler/model/expressions-of.js';
import { walk } from '../../compiler/model/walk.js';
import { arbitraryInit } from '../compiler/codegen/arbitrary-init.js';
import { compileSchema, runModule } from '../compiler/codegen/load-codec.js';
import { corpora, modelOf, type Bundled } from '../compiler/interpret/bundled.js';
import { pcap, tcp } from '../support/capture.js';
import { corpus } from '../support/corpus.js';
import { ROOT } from '../support/root.js';

// What tshark shows of recorded bytes by a generated dissector, held to what `proto-frame decode` shows.

const PORT = 40001;
const SEGMENT = 700;
/** Frames longer than this would only test tshark's patience. */
const LONGEST = 20_000;
/** Between the values of one field in a packet: in no frame of the corpus. */
const BETWEEN = '\u001f';

/** Constructs of docs/language.md that no recorded protocol has, or has in one form only. */
const SHAPES: Readonly<Record<string, string>> = {
  'a byte order that the frame chooses': schema(
    'order : u8; endian little if order == 0x6c; a : u16; b : i32; n : u16; c : u64; d : bytes size n;',
  ),
  'a byte order of structs, lists, texts and arms': schema(
    'order : u8; endian little if order > 99; p : Part; n : u8 in 0..3; l : list of Part count n; m : u8 in 0..3; k : list of u16 count m; t : pstr(u16); a : u8; if (a > 99) { b : u8; endian big if b > 99; q : Inner; w : u16 in 2..100; within (w) { z : i16; y : bytes rest; } }',
    '',
    'struct Part { x : u16; y : Inner; low : bool(u8); endian little if low; z : u32; s : pstr(u16); } struct Inner { v : i32; bits u16 { h : 4; g : 12; } }',
  ),
  'coded windows': schema(
    'n : u16; w : u16 in 1..2000; within (w) max 4KiB as zipped codec zlib { k : u8; name : text size k; l : list of pstr(u8) rest; } d : bytes size n;',
  ),
  'lists until a delimiter': schema(
    'l : list of cstr until "\\0" max 20; t : u8; m : list of (dec(u16) until ",") until ";" max 9;',
  ),
  'an id of several fields': schema('high : u16; low : u32; x : u8;', 'id = concat(high, low);'),
  'computed fields': schema(
    'a : u8; not_a : u8 = 255 - a; bits u8 { x : 7; y : 1; } t : u8; sum : u16 = a * 2 + x; if (y) { more : u24 = sum * t + 1; }',
  ),
  'headers in Latin-1, with a size that may be missing': schema(
    'h : map of Pair until ";" max 9; d : bytes size h["größe"] ?? 0 max 99;',
    'headers = h; service = h["ö"];',
    'struct Pair { key : text latin1 until "=" max 20; value : text latin1 until "\\n" max 40; }',
  ),
  alignments: schema(
    'n : u8; t : text size n; pad align 4; l : u16; d : bytes size l; pad align 8; z : u32;',
  ),
  'structs with parameters': schema(
    'kind : u8 in 0..2; n : u8 in 0..9; one : Part(kind, n); m : u8 in 0..3; all : list of Part(kind, 2) count m;',
    '',
    'struct Part(k: u8, n: u8) { x : u8; variant (k) { 0 => A { t : text size n; } 1 => B { y : u16; } _ => C { z : pstr(u8); } } }',
  ),
};

function schema(members: string, roles = '', declarations = ''): string {
  return `protocol shape {
    limits { frame = 64KiB; }
    ${declarations}
    frame Frame { ${roles.includes('id =') ? '' : 'id : u32be;'} asks : bool(u8); ${members} }
    semantics { kind = match (asks) { true => request, false => response }; ${roles.includes('id =') ? '' : 'id = id;'} ${roles} }
    synth hijack none;
  }`;
}

const folder = mkdtempSync(join(tmpdir(), 'wireshark-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('tshark is there', () => {
  expect(execFileSync('tshark', ['--version'], { encoding: 'utf8', stdio: 'pipe' })).toMatch(/TShark/);
});

/** What a dissector is made of, and frames that it is shown. */
interface Subject {
  /** One side of a protocol, or both where they send the same. */
  readonly model: Bundled;
  /** The side that starts: one dissector reads both. */
  readonly client: Bundled;
  readonly frames: readonly { readonly name: string; readonly bytes: Uint8Array }[];
}

const subjects = await Promise.all([
  ...corpora().map(async (name) => [name, await subjectOf('schemas', name, name)] as const),
  ...unseen().map(async (name) => {
    const [protocol, side] = name.split('/');
    const at = `test/unseen/${protocol}`;
    return [
      `unseen/${name}`,
      await subjectOf(at, name, `../unseen/${side === undefined ? protocol : name}`),
    ] as const;
  }),
  ...Object.entries(SHAPES).map(async ([name, text]) => [name, await shaped(text)] as const),
]);

describe.each(subjects)('the dissector of %s', (name, { model, client, frames }) => {
  const fromServer = name.includes('/server');
  const script = wiresharkDissector(client.protocol);

  test('shows the values and the meaning that decode shows, of every frame', () => {
    const rows = dissect(
      script,
      model.protocol,
      frames.map((f) => f.bytes),
      fromServer,
    );
    expect(rows.length).toBe(frames.length);
    frames.forEach((frame, i) => {
      const { info, values, mixed, isWhole } = rows[i]!;
      const tree = treeOf(model, frame.bytes);
      const expected = leavesOf(tree.fields, frame.bytes, pairNames(model.protocol));
      // Bytes that are no text are shown as bytes here, and with replacement characters there.
      for (const [field, texts] of values)
        values.set(
          field,
          texts.map((text, i) => (text.includes('\ufffd') ? (expected.get(field)?.[i] ?? text) : text)),
        );
      for (const field of mixed) [values, expected].forEach((all) => all.get(field)?.sort());
      const said = meaningText(meaningOf(model.protocol, tree));
      // What a TypeScript module reads is shown as bytes, and so is what stands behind it in the window.
      if (isWhole) {
        expect([frame.name, values]).toEqual([frame.name, expected]);
        if (!looksInside(model.protocol)) expect([frame.name, info]).toEqual([frame.name, said]);
      } else
        for (const [field, shown] of values)
          expect(expected.get(field)?.slice(0, shown.length)).toEqual(shown);
      // Nothing but its name is said of a frame whose every role is read by a module.
      const words = [model.protocol.frame.name, ...wordsOf(said)];
      for (const word of wordsOf(info))
        expect([frame.name, words]).toEqual([frame.name, expect.arrayContaining([word])]);
    });
  });

  // Of others no first bytes are wrong, or their text says it.
  if (!corpora().includes(name)) return;
  test('names what is wrong with a frame that is none', () => {
    const longest = frames.reduce((a, b) => (a.bytes.length < b.bytes.length ? b : a));
    // Some protocols begin with a length, others with what may be anything.
    const infos = [0, 1].flatMap((from) => {
      const wrong = Uint8Array.from(longest.bytes).fill(0xff, from, 8);
      return dissect(script, model.protocol, [wrong], fromServer).map((row) => row.info);
    });
    expect(infos.join()).toContain('malformed');
  });
});

/** @param name `redis/client`, of a schema in a folder; the frames are those of a corpus */
async function subjectOf(folder: string, name: string, frames: string): Promise<Subject> {
  const [file, side] = name.split('/');
  const path = `${ROOT}${folder}/${file}.proto-frame`;
  return {
    model: await modelOf(path, side),
    client: await modelOf(path, side === undefined ? undefined : 'client'),
    frames: corpus(frames, 'valid').filter(({ bytes }) => bytes.length <= LONGEST),
  };
}

/** The protocols of test/unseen, by side where they have two. */
function unseen(): string[] {
  const folder = `${ROOT}test/unseen`;
  return (
    readdirSync(folder, { withFileTypes: true })
      // A module alone knows where a message of MessagePack ends.
      .filter((entry) => entry.isDirectory() && entry.name !== 'msgpackrpc')
      .flatMap(({ name }) =>
        readdirSync(join(folder, name)).includes('client') ? [`${name}/client`, `${name}/server`] : [name],
      )
  );
}

/** A schema by its text, with random frames. */
async function shaped(text: string): Promise<Subject> {
  const protocol = compileSchema('shape.proto-frame', text);
  const codec = Object.values(runModule(await generate(protocol))).find(
    (one): one is XProtocol<object> => typeof one === 'object' && one !== null && 'scan' in one,
  )!;
  const frames = fc.sample(arbitraryInit(protocol), { numRuns: 30, seed: 1 }).flatMap((init, i) => {
    try {
      const bytes = codec.encode(init);
      return bytes.includes(BETWEEN.charCodeAt(0)) ? [] : [{ name: `frame ${i}`, bytes }];
    } catch (error) {
      // Values whose lengths don't fit each other.
      if (error instanceof EncodeError) return [];
      throw error;
    }
  });
  const model = { protocol, code: ExternCode.none, facts: new Map() };
  return { model, client: model, frames };
}

/** A meaning's parts; where a dissector can not know the id, it still names the kind. */
function wordsOf(meaning: string): string[] {
  return meaning.replace(' id ', ', id ').split(', ');
}

function treeOf({ protocol, code, facts }: Bundled, bytes: Uint8Array): FrameTree {
  const result = readFrame(protocol, bytes, 0, bytes.length, code, facts);
  if (result.kind !== 'frame') throw new Error('the corpus has no such frame');
  return result.tree;
}

/** Whether roles ask for what Lua does not look into: a TypeScript module, or the fields of a struct. */
function looksInside(protocol: Protocol): boolean {
  return (
    protocol.externs.length > 0 ||
    [...expressionsOf(protocol)].some(
      (e) => e.op === 'field' && e.fields.some((f) => f.member === 'field' && f.type.kind === 'inner'),
    )
  );
}

/** What key and value of each map are called. */
function pairNames({ frame }: Protocol): ReadonlyMap<string, readonly [string, string]> {
  const names = new Map<string, readonly [string, string]>();
  for (const member of walk(frame.body))
    if (member.member === 'field' && member.type.kind === 'map')
      names.set(member.name, [member.type.key.name, member.type.value.name]);
  return names;
}

/** The values of a tree by the names of their fields, as tshark prints them. */
function leavesOf(
  fields: readonly FieldNode[],
  bytes: Uint8Array,
  pairs: ReadonlyMap<string, readonly [string, string]>,
): Map<string, string[]> {
  const leaves = new Map<string, string[]>();
  const add = (name: string, shown: Shown): void => {
    const value = shownValue(shown);
    if (value !== null) leaves.set(name, [...(leaves.get(name) ?? []), value]);
  };
  const visit = (node: FieldNode, parent: FieldNode | null): void => {
    if (node.name === '(pad)') return;
    // Lua takes no window apart that is coded.
    if (/^(zlib|gzip) of /.test(node.note))
      return add(node.name, bytes.subarray(node.offset, node.offset + node.length));
    if (node.children.length > 0) return node.children.forEach((child) => visit(child, node));
    if (parent !== null && / entries$/.test(parent.note)) {
      const [key, value] = pairs.get(parent.name) ?? ['key', 'value'];
      add(key, node.name);
      add(value, node.value);
    } else add(node.name.startsWith('[') ? `${parent!.name}_element` : node.name, node.value);
  };
  fields.forEach((field) => visit(field, null));
  return leaves;
}

/** null: nothing is shown where there are no bytes. */
function shownValue(value: Shown): string | null {
  if (value instanceof Uint8Array) return value.length === 0 ? null : Buffer.from(value).toString('hex');
  if (typeof value === 'string') return value === '' ? null : value;
  if (typeof value === 'boolean') return value ? '1' : '0';
  if (value === null || Array.isArray(value)) return null;
  return String(value);
}

interface Row {
  readonly info: string;
  readonly values: Map<string, string[]>;
  /** The fields of several types: tshark gives the values of each type by themselves. */
  readonly mixed: ReadonlySet<string>;
  /** Nothing was left to a module. */
  readonly isWhole: boolean;
}

/** What tshark makes of frames: a broken script leaves exit code 0, so its complaints are read. */
function dissect(script: string, model: Protocol, frames: readonly Uint8Array[], fromServer: boolean): Row[] {
  const [lua, capture] = [join(folder, 'dissector.lua'), join(folder, 'traffic.pcap')];
  writeFileSync(lua, script);
  writeFileSync(capture, pcap(segments(frames, fromServer), true));
  const proto = `pf_${model.name}`;
  const names = [...script.matchAll(/ProtoField\.\w+\("[a-z0-9_]+\.([^"]+)"/g)].map(([, field]) => field!);
  const mixed = new Set(
    names.filter((name) => baseOf(name, names) !== name).map((name) => baseOf(name, names)),
  );
  const { stdout, stderr, error } = spawnSync(
    'tshark',
    // prettier-ignore
    ['-X', `lua_script:${lua}`, '-o', `${proto}.port:${PORT}`, '-r', capture, '-T', 'fields', '-Y', proto,
      '-E', `aggregator=${BETWEEN}`, '-e', '_ws.col.Info', ...names.flatMap((field) => ['-e', `${proto}.${field}`])],
    { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
  if (error !== undefined) throw error;
  expect(stderr.replace(/^Running as user.*\n/m, '').trim()).toBe('');
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [info = '', ...columns] = line.split('\t');
      const values = new Map<string, string[]>();
      names.forEach((field, i) => {
        if (field === 'unread' || columns[i] === '') return;
        const base = baseOf(field, names);
        values.set(base, [...(values.get(base) ?? []), ...columns[i]!.split(BETWEEN).map(unescaped)]);
      });
      return {
        info,
        values,
        mixed,
        isWhole: !names.includes('unread') || columns[names.indexOf('unread')] === '',
      };
    });
}

/** Fields of one name and several types are told apart by a number. */
function baseOf(field: string, names: readonly string[]): string {
  const base = field.replace(/_\d+$/, '');
  return names.includes(base) ? base : field;
}

const ESCAPED: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
};

/** A text as it is, of how tshark prints it. */
function unescaped(text: string): string {
  return text.replace(/\\([abfnrtv\\])/g, (_, c: string) => ESCAPED[c]!);
}

/** The frames as one direction of a TCP connection; each begins in a segment of its own. */
function segments(frames: readonly Uint8Array[], fromServer: boolean): Buffer[] {
  const packets: Buffer[] = [];
  const [source, target] = fromServer ? [PORT, 50_000] : [50_000, PORT];
  let sequence = 1;
  for (const bytes of frames)
    for (let at = 0; at < bytes.length; at += SEGMENT) {
      const data = Buffer.from(bytes.subarray(at, at + SEGMENT));
      packets.push(tcp(source, target, sequence, 0x18, data));
      sequence += data.length;
    }
  return packets;
}
