import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Protocol } from '@proto-frame/compiler';
import { wiresharkDissector } from '../../compiler/emit/wireshark/dissector.js';
import { meaningOf, meaningText } from '../../compiler/interpret/meaning.js';
import {
  readFrame,
  type FieldNode,
  type FrameTree,
  type Shown,
} from '../../compiler/interpret/read-frame.js';
import { bundled, corpora, type Bundled } from '../compiler/interpret/bundled.js';
import { pcap, tcp } from '../support/capture.js';
import { corpus } from '../support/corpus.js';

// What tshark shows of recorded bytes by a generated dissector, held to what `proto-frame decode` shows.

const PORT = 40001;
const SEGMENT = 700;
/** Frames longer than this would only test tshark's patience. */
const LONGEST = 20_000;
/** Between the values of one field in a packet: in no frame of the corpus. */
const BETWEEN = '\u001f';

const folder = mkdtempSync(join(tmpdir(), 'wireshark-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('tshark is there', () => {
  expect(execFileSync('tshark', ['--version'], { encoding: 'utf8', stdio: 'pipe' })).toMatch(/TShark/);
});

const all = await Promise.all(corpora().map(async (name) => [name, await bundled(name)] as const));

describe.each(all)('the dissector of %s', (name, model) => {
  const frames = corpus(name, 'valid').filter((f) => f.bytes.length <= LONGEST);
  const fromServer = name.includes('/server');

  test('shows the values and the meaning that decode shows, of every frame of the corpus', async () => {
    const rows = dissect(
      await dissectorOf(name),
      model.protocol,
      frames.map((f) => f.bytes),
      fromServer,
    );
    expect(rows.length).toBe(frames.length);
    frames.forEach((frame, i) => {
      const { info, values, isWhole } = rows[i]!;
      const tree = treeOf(model, frame.bytes);
      const expected = leavesOf(tree.fields);
      // Bytes that are no text are shown as bytes here, and with replacement characters there.
      for (const [field, texts] of values)
        values.set(
          field,
          texts.map((text, i) => (text.includes('\ufffd') ? (expected.get(field)?.[i] ?? text) : text)),
        );
      const said = meaningText(meaningOf(model.protocol, tree));
      // What a TypeScript module reads is shown as bytes, and so is what stands behind it in the window.
      if (isWhole) {
        expect([frame.name, values]).toEqual([frame.name, expected]);
        if (model.protocol.externs.length === 0) expect([frame.name, info]).toEqual([frame.name, said]);
      } else
        for (const [field, shown] of values)
          expect(expected.get(field)?.slice(0, shown.length)).toEqual(shown);
      // Nothing but its name is said of a frame whose every role is read by a module.
      const words = [model.protocol.frame.name, ...wordsOf(said)];
      for (const word of wordsOf(info))
        expect([frame.name, words]).toEqual([frame.name, expect.arrayContaining([word])]);
    });
  });

  test('names what is wrong with a frame that is none', async () => {
    const longest = frames.reduce((a, b) => (a.bytes.length < b.bytes.length ? b : a));
    const script = await dissectorOf(name);
    // Some protocols begin with a length, others with what may be anything.
    const infos = [0, 1].flatMap((from) => {
      const wrong = Uint8Array.from(longest.bytes).fill(0xff, from, 8);
      return dissect(script, model.protocol, [wrong], fromServer).map((row) => row.info);
    });
    expect(infos.join()).toContain('malformed');
  });
});

/** One dissector reads both sides of a protocol. */
async function dissectorOf(name: string): Promise<string> {
  const [folder, side] = name.split('/');
  return wiresharkDissector((await bundled(side === undefined ? folder! : `${folder}/client`)).protocol);
}

/** A meaning's parts; where a dissector can not know the id, it still names the kind. */
function wordsOf(meaning: string): string[] {
  return meaning.replace(' id ', ', id ').split(', ');
}

function treeOf({ protocol, code }: Bundled, bytes: Uint8Array): FrameTree {
  const result = readFrame(protocol, bytes, 0, bytes.length, code);
  if (result.kind !== 'frame') throw new Error('the corpus has no such frame');
  return result.tree;
}

/** The values of a tree by the names of their fields, as tshark prints them. */
function leavesOf(fields: readonly FieldNode[]): Map<string, string[]> {
  const leaves = new Map<string, string[]>();
  const add = (name: string, shown: Shown): void => {
    const value = shownValue(shown);
    if (value !== null) leaves.set(name, [...(leaves.get(name) ?? []), value]);
  };
  const visit = (node: FieldNode, parent: FieldNode | null): void => {
    if (node.children.length > 0) return node.children.forEach((child) => visit(child, node));
    if (parent !== null && / entries$/.test(parent.note)) {
      add('key', node.name);
      add('value', node.value);
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
        // Fields of one name and several types are told apart by a number.
        const base = names.includes(field.replace(/_\d+$/, '')) ? field.replace(/_\d+$/, '') : field;
        values.set(base, [...(values.get(base) ?? []), ...columns[i]!.split(BETWEEN).map(unescaped)]);
      });
      return { info, values, isWhole: !names.includes('unread') || columns[names.indexOf('unread')] === '' };
    });
}

const ESCAPED: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '\\': '\\' };

/** A text as it is, of how tshark prints it. */
function unescaped(text: string): string {
  return text.replace(/\\([nrt\\])/g, (_, c: string) => ESCAPED[c]!);
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
