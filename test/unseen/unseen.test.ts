import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  DecodeError,
  FrameKind,
  HeaderMap,
  Match,
  type RequestId,
  ScanState,
  Status,
  type XProtocol,
} from '@proto-frame/api';
import { camelCase, pascalCase } from '../../compiler/model/camel-case.js';
import { Framer } from '../../runtime/protocol/framer.js';
import { protoFrame } from '../compiler/cli/cli.js';
import { typeErrorsIn } from '../compiler/codegen/load-codec.js';
import { fuzzCodec } from '../fuzz/fuzz-codec.js';
import { corpus } from '../support/corpus.js';
import { ROOT } from '../support/root.js';

// Protocols that nobody had in mind while the compiler was built: each is a schema and recorded frames. A frame says
// in a line `# reads: { … }` what a proxy has to read out of it.

/** A protocol as its schema makes it; nothing here is compiled against the modules. */
interface Codec {
  /** The codec of one side. */
  readonly protocol: XProtocol<never>;
  readonly Frame: new (bytes: Uint8Array, start: number, end: number) => never;
}

/** What `# reads:` may say; what it leaves out is not compared. */
interface Facts {
  readonly kind?: keyof typeof FrameKind;
  readonly id?: number;
  readonly heartbeat?: boolean;
  readonly goaway?: boolean;
  readonly exclusive?: boolean;
  readonly timeout?: number;
  readonly status?: string;
  readonly service?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const HERE = `${ROOT}test/unseen`;
const NAMES = readdirSync(HERE, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);
/** Damaged frames of each side; more with FRAMES=20000. */
const FRAMES = Number(process.env.FRAMES ?? 100);
const STATUS_NAMES = new Map(Object.entries(Status).map(([name, value]) => [value, name]));

let out: string;
const modules = new Map<string, Record<string, unknown>>();

beforeAll(async () => {
  mkdirSync(`${ROOT}test/dist`, { recursive: true });
  out = mkdtempSync(`${ROOT}test/dist/unseen-`);
  for (const name of NAMES) {
    const compiled = await protoFrame(HERE, [
      'compile',
      `${name}/${name}.proto-frame`,
      '--out',
      join(out, name),
    ]);
    expect([compiled.code, compiled.err]).toEqual([0, '']);
    const load = (file: string): Promise<Record<string, unknown>> =>
      import(pathToFileURL(join(out, name, file)).href) as Promise<Record<string, unknown>>;
    modules.set(name, await load(`${name}.ts`));
    if (sidesOf(name).length > 1) modules.set(`${name}/server`, await load(`replies/${name}.ts`));
  }
});

afterAll(() => rmSync(out, { recursive: true, force: true }));

/** The folders of a protocol's frames: one where both sides send the same. */
function sidesOf(name: string): readonly string[] {
  return readdirSync(join(HERE, name)).includes('client') ? ['client', 'server'] : [''];
}

function codecOf(name: string, side: string): Codec {
  const client = modules.get(name)!;
  const module = side === 'server' ? modules.get(`${name}/server`)! : client;
  const text = readFileSync(join(HERE, name, `${name}.proto-frame`), 'utf8');
  const frame = new RegExp(`^  frame (\\w+)${side === '' ? '' : ` from ${side}`}`, 'm').exec(text)![1]!;
  const exported = client[camelCase(name)] as XProtocol<never>;
  return {
    protocol: side === 'server' ? (exported.replies as XProtocol<never>) : exported,
    Frame: module[`${pascalCase(frame)}Frame`] as Codec['Frame'],
  };
}

/** What a file of the corpus says is to be read out of its frame. */
function factsOf(name: string): Facts {
  const line = /^# reads: (.*)$/m.exec(readFileSync(`${ROOT}test/corpus/${name}.hex`, 'utf8'));
  if (line === null) throw new Error(`${name}: nothing says what is to be read`);
  return JSON.parse(line[1]!) as Facts;
}

it('has type errors in none of the modules, under the strictest options', () => {
  const files = NAMES.flatMap((name) =>
    readdirSync(join(out, name), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => join(out, name, file)),
  );
  expect(files.length).toBeGreaterThanOrEqual(NAMES.length);
  expect(typeErrorsIn(files)).toEqual([]);
});

describe.each(NAMES)('%s', (name) => {
  const schema = `${name}/${name}.proto-frame`;

  it('is laid out, and the interpreter reads all of its samples and all of its schema', async () => {
    expect(await protoFrame(HERE, ['fmt', schema, '--check'])).toMatchObject({ code: 0, err: '' });
    for (const side of sidesOf(name)) {
      const folder = join(name, side);
      const from = side === '' ? [] : ['--from', side];
      const samples = ['-v', `${folder}/valid`, '-i', `${folder}/invalid`];
      const { out } = await protoFrame(HERE, [
        'validate',
        '--schema',
        schema,
        ...from,
        ...samples,
        '--coverage',
      ]);
      expect(out).toMatch(/samples as expected, 0 not\n$/);
      expect(out).not.toContain('never reached');
    }
  });

  describe.each(sidesOf(name))('frames%s', (side) => {
    const folder = `../unseen/${join(name, side)}`;
    const valid = corpus(folder, 'valid');

    it.each(valid)('$name reads as it says', ({ name: file, bytes }) => {
      const { protocol } = codecOf(name, side);
      const facts = factsOf(file);
      protocol.check(bytes, 0, bytes.length);
      const at = [bytes, 0, bytes.length] as const;
      const headers = new HeaderMap();
      protocol.readHeaders(...at, headers);
      const read: { [Key in keyof Required<Facts>]: unknown } = {
        kind: Object.entries(FrameKind).find(([, value]) => value === protocol.kindOf(...at))?.[0],
        id: protocol.idOf(...at),
        heartbeat: protocol.isHeartbeat(...at),
        goaway: protocol.isGoaway(...at),
        exclusive: protocol.isExclusive(...at),
        timeout: protocol.timeoutOf(...at),
        status: STATUS_NAMES.get(protocol.toCanonical(protocol.wireStatusOf(...at))),
        service: protocol.serviceOf(...at),
        method: protocol.methodOf(...at),
        headers: Object.fromEntries(headers),
      };
      const asked = Object.keys(facts) as (keyof Facts)[];
      expect(asked.length).toBeGreaterThan(1);
      expect(Object.fromEntries(asked.map((key) => [key, read[key]]))).toEqual(facts);
    });

    it('each is found wherever its bytes are cut, and tells by its first ones what it is', () => {
      const { protocol } = codecOf(name, side);
      const wrong: string[] = [];
      for (const { name: file, bytes } of valid) {
        for (let cut = 0; cut <= bytes.length; cut++) {
          const framer = new Framer(protocol, protocol.traits.maxFrame);
          const found: string[] = [];
          const sink = {
            onFrame: (b: Uint8Array, at: number, end: number) => void found.push(hex(b.subarray(at, end))),
          };
          for (const piece of [bytes.subarray(0, cut), bytes.subarray(cut)]) {
            if (piece.length > 0) framer.push(piece);
            framer.read(sink);
          }
          if (found.join() !== hex(bytes) || framer.incomplete) wrong.push(`${file} cut at ${cut}`);
        }
        const matched = protocol.match(bytes, 0, bytes.length);
        if (protocol.match(bytes, 0, 0) === Match.more && matched !== Match.yes)
          wrong.push(`${file} is not told`);
      }
      expect(wrong).toEqual([]);
    });

    it('each goes on as it came, is written again as it is, and takes another id and its own back', () => {
      const { protocol, Frame } = codecOf(name, side);
      for (const { name: file, bytes } of valid) {
        const at = [bytes, 0, bytes.length] as const;
        protocol.check(...at);
        expect(hex(protocol.reencode(...at, null, null)), file).toBe(hex(bytes));
        expect(hex(protocol.encode(new Frame(...at))), file).toBe(hex(bytes));
        if (protocol.traits.correlation !== 'id') continue;
        const own = protocol.idOf(...at);
        for (const id of [protocol.traits.idMin + 1, 0x7fff, protocol.traits.idMax]) {
          const other = withId(protocol, bytes, id);
          expect(protocol.idOf(other, 0, other.length), file).toBe(id);
          expect(hex(withId(protocol, other, own)), file).toBe(hex(bytes));
        }
      }
    });

    it('damaged frames are refused by the typed error, or read and written as they are', () => {
      const { protocol } = codecOf(name, side);
      const { failures, accepted } = fuzzCodec({ name, protocol, corpus: folder }, FRAMES, 7);
      expect(failures).toEqual([]);
      expect(accepted).toBeGreaterThan(0);
    });

    it('what is none is refused', () => {
      const { protocol } = codecOf(name, side);
      for (const { name: file, bytes } of corpus(folder, 'invalid')) {
        const length = protocol.scan(bytes, 0, bytes.length, new ScanState(protocol.traits.maxFrame));
        if (length !== bytes.length) continue;
        expect(() => protocol.check(bytes, 0, length), file).toThrow(DecodeError);
      }
    });
  });

  it('answers a request of its samples with an error of its own, where it has one', () => {
    const { protocol } = codecOf(name, sidesOf(name)[0]!);
    let answered = 0;
    for (const { name: file, bytes } of corpus(`../unseen/${join(name, sidesOf(name)[0]!)}`, 'valid')) {
      const at = [bytes, 0, bytes.length] as const;
      protocol.check(...at);
      if (protocol.kindOf(...at) !== FrameKind.request) continue;
      const reply = protocol.hijack(protocol.remember(...at), Status.TIMEOUT, 'no answer in time');
      if (reply === null) continue;
      answered++;
      const { replies } = protocol;
      const got = [reply, 0, reply.length] as const;
      expect(replies.scan(...got, new ScanState(1 << 20)), file).toBe(reply.length);
      replies.check(...got);
      expect(replies.kindOf(...got), file).toBe(FrameKind.response);
      expect(replies.toCanonical(replies.wireStatusOf(...got)), file).not.toBe(Status.OK);
      if (protocol.traits.correlation === 'id') expect(replies.idOf(...got), file).toBe(protocol.idOf(...at));
    }
    expect(answered > 0).toBe(!readFileSync(join(HERE, schema), 'utf8').includes('synth hijack none'));
  });
});

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** The frame with another id, as the proxy makes it. */
function withId(protocol: XProtocol<never>, bytes: Uint8Array, id: RequestId): Uint8Array {
  const copy = Uint8Array.from(bytes);
  protocol.check(copy, 0, copy.length);
  return protocol.setId(copy, 0, copy.length, id) ? copy : protocol.withId(copy, 0, copy.length, id);
}
