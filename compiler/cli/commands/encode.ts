import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { JsonError, type Json } from '../../interpret/json.js';
import { writeFrame } from '../../interpret/write-frame.js';
import { loadExterns } from '../load-externs.js';
import { readProtocol } from '../read-protocol.js';
import { sideOf } from '../side-of.js';
import { ExitCode, UsageError, type Terminal } from '../terminal.js';

export interface EncodeOptions {
  readonly schema: string;
  readonly protocol?: string;
  readonly json?: string;
  readonly file?: string;
  readonly out?: string;
  readonly from?: string;
}

/** `proto-frame encode`: frames from JSON, as hex or into a file. Takes what `decode --json` prints as well. */
export async function encode(options: EncodeOptions, terminal: Terminal): Promise<ExitCode> {
  if ((options.json === undefined) === (options.file === undefined))
    throw new UsageError('name one of --json and --file');
  const found = await readProtocol(options.schema, options.protocol, terminal);
  if (found === null) return ExitCode.SchemaErrors;
  const code = await loadExterns(found);
  const protocol = sideOf(found, options.from);
  const frames: Uint8Array[] = [];
  let line = 0;
  for await (const text of linesOf(options, terminal)) {
    line++;
    if (text.trim() === '') continue;
    const where = options.file === undefined ? '--json' : `${options.file}:${line}`;
    try {
      const frame = writeFrame(protocol, fieldsOf(JSON.parse(text) as Json), code);
      if (options.out === undefined) terminal.out(`${Buffer.from(frame).toString('hex')}\n`);
      else frames.push(frame);
    } catch (error) {
      if (!(error instanceof JsonError) && !(error instanceof SyntaxError)) throw error;
      terminal.err(`${where}: ${error.message}\n`);
      return ExitCode.SchemaErrors;
    }
  }
  if (options.out !== undefined) await writeFile(resolve(terminal.cwd, options.out), Buffer.concat(frames));
  return ExitCode.Ok;
}

/** The fields of a frame: the object itself, or what decode prints them in. */
function fieldsOf(json: Json): { readonly [key: string]: Json } {
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new JsonError('frame', 'has to be an object of fields');
  const object = json as { readonly [key: string]: Json };
  const { fields } = object;
  const wrapped = 'frame' in object && 'meaning' in object && typeof fields === 'object' && fields !== null;
  return wrapped ? (fields as { readonly [key: string]: Json }) : object;
}

async function* linesOf(options: EncodeOptions, terminal: Terminal): AsyncIterable<string> {
  if (options.json !== undefined) {
    yield options.json;
    return;
  }
  const stream = createReadStream(resolve(terminal.cwd, options.file!));
  try {
    yield* createInterface({ input: stream, crlfDelay: Infinity });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw new UsageError(`there is no file ${options.file!}`);
    throw error;
  }
}
