import { resolve } from 'node:path';
import type { FactValues } from '../../interpret/evaluate-value.js';
import { factsFromJson } from '../../interpret/fact-json.js';
import { JsonError, type Json } from '../../interpret/json.js';
import { writeFrame } from '../../interpret/write-frame.js';
import type { Protocol } from '../../model/model.js';
import { loadExterns } from '../load-externs.js';
import { readLines } from '../read-chunks.js';
import { readProtocol } from '../read-protocol.js';
import { sideOf } from '../side-of.js';
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
  const { protocol, facts } = sideOf(found, options.from, options.given, true);
  const out = options.out === undefined ? null : await WholeFile.open(resolve(terminal.cwd, options.out));
  let line = 0;
  try {
    const lines = options.file === undefined ? [options.json!] : readLines(options.file, terminal);
    for await (const text of lines) {
      line++;
      if (text.trim() === '') continue;
      const json = objectOf(JSON.parse(text) as Json);
      const frame = writeFrame(protocol, fieldsOf(json), code, givenIn(json, protocol) ?? facts);
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

type JsonObject = { readonly [key: string]: Json };

function objectOf(json: Json): JsonObject {
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new JsonError('frame', 'has to be an object of fields');
  return json as JsonObject;
}

/** The fields of a frame: the object itself, or what decode prints them in. */
function fieldsOf(object: JsonObject): JsonObject {
  return isPrinted(object) ? objectOf(object['fields']!) : object;
}

/** What decode has printed of the request that a frame answers. */
function givenIn(object: JsonObject, { facts }: Protocol): FactValues | null {
  if (!isPrinted(object) || object['given'] === undefined) return null;
  return factsFromJson(
    facts.map((fact) => fact.field),
    objectOf(object['given']),
  );
}

function isPrinted(object: JsonObject): boolean {
  const { fields } = object;
  return 'frame' in object && 'meaning' in object && typeof fields === 'object' && fields !== null;
}
