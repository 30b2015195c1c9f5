import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { HexReader } from './parse-hex.js';
import { progress } from './progress.js';
import { UsageError, type Terminal } from './terminal.js';

const CHUNK = 256 * 1024;

/**
 * A file in chunks, with progress at a terminal. One that ends in .hex holds hex digits, and comments after #.
 * @throws UsageError if there is no such file, or it is not hex
 */
export async function* readChunks(name: string, terminal: Terminal): AsyncIterable<Uint8Array> {
  const stream = await opened(name, terminal);
  if (!name.endsWith('.hex')) return yield* stream;
  const reader = new HexReader(name);
  for await (const chunk of stream) yield reader.push(chunk.toString('latin1'));
  yield reader.end();
}

/** A file's lines, the same way. @throws UsageError if there is no such file */
export async function* readLines(name: string, terminal: Terminal): AsyncIterable<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of await opened(name, terminal)) {
    const lines = `${rest}${decoder.decode(chunk, { stream: true })}`.split('\n');
    rest = lines.pop()!;
    yield* lines;
  }
  if (rest !== '') yield rest;
}

async function opened(name: string, terminal: Terminal): Promise<AsyncIterable<Buffer>> {
  const path = resolve(terminal.cwd, name);
  const found = await stat(path).catch(() => null);
  if (found === null) throw new UsageError(`there is no file ${name}`);
  if (found.isDirectory()) throw new UsageError(`${name} is a folder`);
  return counted(createReadStream(path, { highWaterMark: CHUNK }), progress(found.size, terminal));
}

async function* counted(
  stream: AsyncIterable<Buffer>,
  report: (total: number) => void,
): AsyncIterable<Buffer> {
  let total = 0;
  for await (const chunk of stream) {
    total += chunk.length;
    report(total);
    yield chunk;
  }
}
