import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach } from 'vitest';
import { run } from '../../../compiler/cli/run.js';
import type { Terminal } from '../../../compiler/cli/terminal.js';

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

/** A fresh folder with some files in it; removed after the test. */
export async function folderWith(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'proto-frame-cli-'));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return folder;
}

export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `proto-frame` with these arguments in a folder. */
export async function protoFrame(
  cwd: string,
  args: readonly string[],
  terminal: Partial<Terminal> = {},
): Promise<Outcome> {
  let out = '';
  let err = '';
  const code = await run(args, {
    cwd,
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    colour: false,
    interactive: false,
    signal: new AbortController().signal,
    ...terminal,
  });
  return { code, out, err };
}

/** The words of a command line as a shell takes them: quotes are single ones. */
export function wordsOf(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);
}

/** The smallest sound protocol; the first byte tells two of them apart. */
export function schema(name: string, magic: number): string {
  return `/// A test protocol.
protocol ${name} {
  endian    big;
  pool      multiplex;
  correlate id;

  limits { frame = 64KiB; }

  enum Type : u8 { response = 0, request = 1 }
  open enum Status : u8 { ok = 0, failed = 1 }

  frame Frame {
    magic  : u8 = ${magic};
    type   : Type;
    status : Status default ok;
    id     : u32;
    length : u16;
    body   : bytes size length;
  }

  semantics {
    kind   = match (type) { request => request, response => response };
    id     = id;
    status = status;
    body   = body;
  }

  status {
    ok     <=> OK;
    failed <=> INTERNAL;
    failed <=  _;
  }

  synth hijack(req: Frame, code: Code) = Frame { type: response, id: req.id, status: wire(code) };
}
`;
}
