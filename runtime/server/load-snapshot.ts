import type { FilterFactory, XProtocol } from '@proto-frame/api';
import { readFile, stat } from 'node:fs/promises';
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
 * Reads and checks a configuration file. Its codecs are loaded on the way, because they say which protocols
 * there are.
 *
 * @throws ConfigError for a file that can't be used, CodecError for a codec, Error if it can't be read
 */
export async function loadSnapshot(file: string, filters: readonly FilterFactory[]): Promise<LoadedConfig> {
  const { size } = await stat(file);
  if (size > 4 * LARGEST_FILE) throw new Error(`${file} has ${size} bytes, which is no configuration`);
  const parsed = parseConfig(file, await readFile(file, 'utf8'));
  const codecs = await loadCodecs([...bundledCodecs(), ...parsed.codecs]);
  const snapshot = checkConfig(parsed, {
    protocols: codecs.map((codec) => codec.name),
    filters: new Map(filters.map((filter) => [filter.name, filter])),
  });
  return { snapshot, codecs };
}
