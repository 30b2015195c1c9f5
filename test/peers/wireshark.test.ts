import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { analyse, parse, Report, SourceFile, type Protocol } from '@proto-frame/compiler';
import { wiresharkDissector } from '../../compiler/emit/wireshark/dissector.js';
import { pcap, tcp } from '../support/capture.js';
import { corpus, type CorpusFrame } from '../support/corpus.js';
import { bolt } from '#codecs/bolt.js';
import { bolt2 } from '#codecs/bolt2.js';
import { xExample } from '#codecs/x-example.js';
import { ROOT } from '../support/root.js';

const PORT = 40001;
const SEGMENT = 700;
/** Frames longer than this would only test tshark's patience. */
const LONGEST = 20_000;

describe.each([bolt, bolt2, xExample].map((p) => [p.name, p] as const))(
  'the dissector of %s',
  (name, protocol) => {
    const model = modelOf(name);
    const frames = corpus(name.replaceAll('_', '-'), 'valid').filter((f) => f.bytes.length <= LONGEST);

    test('reads every frame of the corpus, whatever the segments', () => {
      const rows = dissect(model, stream(frames));
      const shown = rows.flatMap((row) => row.ids);
      const ids = frames.map((f) => String(protocol.idOf(f.bytes, 0, f.bytes.length)));
      expect(rows.filter((row) => row.info.includes('malformed'))).toEqual([]);
      expect(shown).toEqual(ids);
    });

    test('names what is wrong with a frame that is none', () => {
      const wrong = Uint8Array.from(frames[0]!.bytes);
      wrong.fill(0xff, 1, 8);
      const rows = dissect(model, stream([{ ...frames[0]!, bytes: wrong }]));
      expect(rows.map((row) => row.info).join()).toContain('malformed');
    });
  },
);

function modelOf(name: string): Protocol {
  const report = new Report();
  const file = (path: string): ReturnType<typeof parse> =>
    parse(new SourceFile(path, readFileSync(`${ROOT}schemas/${path}`, 'utf8')), report);
  const root = file(`${name.replaceAll('_', '-')}.proto-frame`)!;
  const [model] = analyse([root], (_from, path) => file(path.replace('./', '')) ?? undefined, report);
  return model!;
}

/** The frames as one direction of a TCP connection. */
function stream(frames: readonly CorpusFrame[]): Buffer[] {
  const bytes = Buffer.concat(frames.map((f) => f.bytes));
  const packets: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += SEGMENT)
    packets.push(tcp(50_000, PORT, 1 + at, 0x18, bytes.subarray(at, at + SEGMENT)));
  return packets;
}

/** What tshark makes of packets: a broken script leaves exit code 0, so its complaints are read. */
function dissect(model: Protocol, packets: readonly Buffer[]): { info: string; ids: string[] }[] {
  const folder = mkdtempSync(join(tmpdir(), 'wireshark-'));
  const script = join(folder, 'dissector.lua');
  const capture = join(folder, 'traffic.pcap');
  writeFileSync(script, wiresharkDissector(model));
  writeFileSync(capture, pcap(packets, true));
  const field = `pf_${model.name}`;
  const { stdout, stderr, error } = spawnSync(
    'tshark',
    // prettier-ignore
    ['-X', `lua_script:${script}`, '-o', `${field}.port:${PORT}`, '-r', capture, '-T', 'fields',
      '-e', '_ws.col.Info', '-e', `${field}.${model.roles.id!.name}`],
    { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
  if (error !== undefined) throw error;
  expect(stderr.replace(/^Running as user.*\n/m, '').trim()).toBe('');
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [info = '', ids = ''] = line.split('\t');
      return { info, ids: ids === '' ? [] : ids.split(',') };
    });
}

test('tshark is there', () => {
  expect(execFileSync('tshark', ['--version'], { encoding: 'utf8', stdio: 'pipe' })).toMatch(/TShark/);
});
