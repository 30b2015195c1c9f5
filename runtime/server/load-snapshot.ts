import type { FilterFactory, XProtocol } from '@proto-frame/api';
import { readFile, stat } from 'node:fs/promises';
import { ConfigError } from '../config/config-error.js';
import { checkConfig, parseConfig } from '../config/load-config.js';
import { LARGEST_FILE } from '../config/parse-yaml.js';
import type { Snapshot } from '../config/snapshot.js';
import { bundledCodecs, loadCodecs } from './load-codecs.js';

/** All that a start needs. */
export interface LoadedConfig {
  readonly snapshot: Snapshot;
  readonly codecs: readonly XProtocol[];
}

/**
 * The text of a configuration file.
 *
 * @throws ConfigError if it is no UTF-8, Error if it can't be read or is far too large
 */
export async function readConfigFile(file: string): Promise<string> {
  const { size } = await stat(file);
  if (size > 4 * LARGEST_FILE) throw new Error(`${file} has ${size} bytes, which is no configuration`);
  const bytes = await readFile(file);
  const text = bytes.toString('utf8');
  if (Buffer.from(text).equals(bytes)) return text;
  const start = text.indexOf('\ufffd');
  const message = 'these bytes are no UTF-8';
  throw new ConfigError(file, text, [
    { path: '', message, start, end: start + 1, hint: 'save the file as UTF-8' },
  ]);
}

/**
 * Reads and checks a configuration file. Its codecs are loaded on the way, because they say which protocols
 * there are.
 *
 * @param given its text, if it has been read already
 * @throws ConfigError for a file that can't be used, CodecError for a codec, Error if it can't be read
 */
export async function loadSnapshot(
  file: string,
  filters: readonly FilterFactory[],
  given?: string,
): Promise<LoadedConfig> {
  const parsed = parseConfig(file, given ?? (await readConfigFile(file)));
  const codecs = await loadCodecs([...bundledCodecs(), ...parsed.codecs]);
  const snapshot = checkConfig(parsed, {
    protocols: codecs.map((codec) => codec.name),
    filters: new Map(filters.map((filter) => [filter.name, filter])),
  });
  return { snapshot, codecs };
}
