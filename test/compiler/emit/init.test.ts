import { execFile } from 'node:child_process';
import { readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { FrameKind, Match, type XProtocol, ScanState, Status, HeaderMap } from '@proto-frame/api';
import { BUILTIN_FILTERS, loadSnapshot } from '@proto-frame/runtime';
import { expect, test } from 'vitest';
import { loadCodec } from '../codegen/load-codec.js';
import { ROOT } from '../../support/root.js';
import { folderWith, protoFrame } from '../cli/cli.js';

async function bytesOf(path: string): Promise<Uint8Array> {
  const digits = (await readFile(path, 'utf8')).replace(/^#.*$/gm, '').replace(/\s/g, '');
  expect(digits).toMatch(/^([0-9a-f]{2})+$/);
  return Uint8Array.from(Buffer.from(digits, 'hex'));
}

test('what init writes checks, is canonical, compiles, reads its corpus and configures a sidecar', async () => {
  const cwd = await folderWith({ 'package.json': '{ "type": "module" }' });
  const { code, out, err } = await protoFrame(cwd, ['init', 'my_proto', '--dir', 'deep/er']);
  expect([code, err]).toEqual([0, '']);
  const next = [...out.matchAll(/^ {2}npx (proto-frame.*)$/gm)].map(([, line]) => line!.split(' '));
  expect(next).toHaveLength(3);
  const folder = join(cwd, 'deep/er');
  expect((await readdir(folder)).sort()).toEqual(['ci', 'corpus', 'my-proto-sidecar.yaml', 'schemas']);

  // The printed commands, as they are printed.
  expect(await protoFrame(cwd, next[0]!.slice(1))).toEqual({
    code: 0,
    out: '1 schema checked, no errors\n',
    err: '',
  });
  expect((await protoFrame(folder, ['fmt', '--check', 'schemas'])).code).toBe(0);
  expect((await protoFrame(cwd, next[1]!.slice(1))).code).toBe(0);
  expect(next[2]).toEqual(['proto-frame-proxy', '--check', 'deep/er/my-proto-sidecar.yaml']);

  // The lines for CI, with what the shell would put in.
  const script = await readFile(join(folder, 'ci/proto-frame.sh'), 'utf8');
  const lines = [...script.matchAll(/^ *npx --no-install proto-frame (.*)$/gm)].map(([, line]) => line!);
  expect(lines.map((line) => line.split(' ')[0])).toEqual(['check', 'fmt', 'compile', 'decode', 'diff']);
  await writeFile(
    join(folder, 'old.proto-frame'),
    await readFile(join(folder, 'schemas/my-proto.proto-frame')),
  );
  for (const line of lines)
    for (const frame of line.includes('$frame') ? script.match(/corpus\/\S+\.hex/g)! : [''])
      expect(
        await protoFrame(
          folder,
          line.replace('"$frame"', frame).replace('"$before/old.proto-frame"', 'old.proto-frame').split(' '),
        ),
        line,
      ).toMatchObject({ code: 0, err: '' });

  // The sidecar loads the compiled codec, which finds the contract as it would after npm install.
  await symlink(`${ROOT}node_modules`, join(cwd, 'node_modules'));
  const { codecs, snapshot } = await loadSnapshot(join(cwd, next[2]![2]!), BUILTIN_FILTERS);
  expect(snapshot.listeners).toHaveLength(1);
  const protocol = codecs.find((one) => one.name === 'my_proto');
  if (protocol === undefined) throw new Error('the sidecar did not load the codec');

  const corpus = join(folder, 'corpus/my-proto/valid');
  const files = await readdir(corpus);
  expect(files.sort()).toEqual(['ping.hex', 'request.hex', 'response.hex']);
  for (const file of files) {
    const bytes = await bytesOf(join(corpus, file));
    expect(protocol.match(bytes, 0, bytes.length)).toBe(Match.yes);
    expect(protocol.scan(bytes, 0, bytes.length, new ScanState(protocol.traits.maxFrame)), file).toBe(
      bytes.length,
    );
    protocol.check(bytes, 0, bytes.length);
    expect(protocol.idOf(bytes, 0, bytes.length)).toBe(7);
    const again = protocol.reencode(bytes, 0, bytes.length, headersOf(protocol, bytes), null);
    expect(Buffer.from(again).toString('hex')).toBe(Buffer.from(bytes).toString('hex'));
  }
  const request = await bytesOf(join(corpus, 'request.hex'));
  expect(protocol.kindOf(request, 0, request.length)).toBe(FrameKind.request);
  expect(protocol.serviceOf(request, 0, request.length)).toBe('greeter');
  expect(protocol.methodOf(request, 0, request.length)).toBe('hello');
  expect(protocol.timeoutOf(request, 0, request.length)).toBe(3000);
  const ping = await bytesOf(join(corpus, 'ping.hex'));
  expect(protocol.isHeartbeat(ping, 0, ping.length)).toBe(true);
  expect(Buffer.from(protocol.heartbeat(7)!)).toEqual(Buffer.from(ping));
  const reply = protocol.hijack(protocol.remember(request, 0, request.length), Status.TIMEOUT, 'late')!;
  protocol.check(reply, 0, reply.length);
  expect(protocol.toCanonical(protocol.wireStatusOf(reply, 0, reply.length))).toBe(Status.TIMEOUT);
});

function headersOf(protocol: XProtocol, bytes: Uint8Array): HeaderMap {
  const map = new HeaderMap(protocol.traits.headerCase);
  protocol.readHeaders(bytes, 0, bytes.length, map);
  return map;
}

test('a file that is there is never replaced, and then none is written', async () => {
  const cwd = await folderWith({ 'ci/proto-frame.sh': 'mine\n' });
  const { code, out, err } = await protoFrame(cwd, ['init', 'acme']);
  expect([code, out]).toEqual([2, '']);
  expect(err).toContain('ci/proto-frame.sh is there already; nothing was written');
  expect(await readdir(cwd)).toEqual(['ci']);
  expect(await readFile(join(cwd, 'ci/proto-frame.sh'), 'utf8')).toBe('mine\n');
});

test.each(['Acme', '1acme', 'my-proto', '../acme', 'a'.repeat(65), ''])('%j is no name', async (name) => {
  const cwd = await folderWith({});
  const { code, err } = await protoFrame(cwd, ['init', name]);
  expect(code).toBe(2);
  expect(err).toContain("can't be a protocol's name");
  expect(await readdir(cwd)).toEqual([]);
});

test.each(['a', 'x_example', 'protocol', 'frame', 'class', 'match', 'message', 'status'])(
  'a protocol called %s either works or is refused',
  async (name) => {
    const cwd = await folderWith({});
    const { code, err } = await protoFrame(cwd, ['init', name]);
    if (code === 2) {
      expect(err).toContain("can't be a protocol's name");
      return;
    }
    expect((await protoFrame(cwd, ['check', 'schemas'])).code).toBe(0);
    expect((await protoFrame(cwd, ['fmt', '--check', 'schemas'])).code).toBe(0);
    const file = `schemas/${name.replaceAll('_', '-')}.proto-frame`;
    const { exports } = await loadCodec(file, await readFile(join(cwd, file), 'utf8'));
    const protocol = Object.values(exports).find(
      (one): one is XProtocol => typeof one === 'object' && one !== null && 'traits' in one,
    )!;
    const request = await bytesOf(join(cwd, `corpus/${name.replaceAll('_', '-')}/valid/request.hex`));
    protocol.check(request, 0, request.length);
  },
);

test('the shell script is sound and stops at a change that breaks the wire', async () => {
  const cwd = await folderWith({});
  await protoFrame(cwd, ['init', 'acme']);
  const run = promisify(execFile);
  await run('sh', ['-n', join(cwd, 'ci/proto-frame.sh')]);
  const schema = join(cwd, 'schemas/acme.proto-frame');
  const text = await readFile(schema, 'utf8');
  await writeFile(join(cwd, 'old.proto-frame'), text);
  await writeFile(schema, text.replace('id    : u32;', 'id    : u16;').replaceAll('(id: u32)', '(id: u16)'));
  const { code, out } = await protoFrame(cwd, ['diff', 'old.proto-frame', 'schemas/acme.proto-frame']);
  expect([code, out]).toEqual([1, expect.stringContaining('width-changed: `id` had 32 bits, has 16')]);
});
