import { resolve } from 'node:path';
import { JsonError, type Json } from '../../interpret/json.js';
import { writeFrame } from '../../interpret/write-frame.js';
import { loadExterns } from '../load-externs.js';
import { readLines } from '../read-chunks.js';
import { readProtocol } from '../read-protocol.js';
import { givenFacts, sideOf } from '../side-of.js';
import { ExitCode, UsageError, type Terminal } from '../terminal.js';
import { WholeFile } from '../whole-file.js';

export interface EncodeOptions {
  readonly schema: string;
  readonly protocol?: string;
  readonly json?: string;
  readonly file?: string;
  readonly out?: string;
  readonly from?: string;
  readonly given?: string;
}

/**
 * `proto-frame encode`: frames from JSON, as hex or into a file, which is written as a whole or not at all. Takes
 * what `decode --format json` prints as well.
 */
export async function encode(options: EncodeOptions, terminal: Terminal): Promise<ExitCode> {
  if ((options.json === undefined) === (options.file === undefined))
    throw new UsageError('name one of --json and --file');
  const found = await readProtocol(options.schema, options.protocol, terminal);
  if (found === null) return ExitCode.SchemaErrors;
  const code = await loadExterns(found);
  const protocol = sideOf(found, options.from, givenFacts(options.given));
  const out = options.out === undefined ? null : await WholeFile.open(resolve(terminal.cwd, options.out));
  let line = 0;
  try {
    const lines = options.file === undefined ? [options.json!] : readLines(options.file, terminal);
    for await (const text of lines) {
      line++;
      if (text.trim() === '') continue;
      const frame = writeFrame(protocol, fieldsOf(JSON.parse(text) as Json), code);
      if (out === null) terminal.out(`${Buffer.from(frame).toString('hex')}\n`);
      else await out.write(frame);
    }
    await out?.keep();
    return ExitCode.Ok;
  } catch (error) {
    if (!(error instanceof JsonError) && !(error instanceof SyntaxError)) throw error;
    const where = options.file === undefined ? '--json' : `${options.file}:${line}`;
    terminal.err(`${where}: ${error.message}\n`);
    return ExitCode.SchemaErrors;
  } finally {
    await out?.close();
  }
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
