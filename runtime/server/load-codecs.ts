import { contractMismatch, type XProtocol } from '@proto-frame/api';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { packageRoot } from '../config/package-root.js';

/** A codec module that can't be used. The message names it. */
export class CodecError extends Error {
  override readonly name = 'CodecError';
}

/** Paths of the codecs that come with the package, in the order `auto` tries them. */
export function bundledCodecs(): string[] {
  const folder = join(packageRoot(), 'codecs');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.js'))
    .sort()
    .map((name) => join(folder, name));
}

/**
 * Loads codec modules and takes every XProtocol they export.
 *
 * @param paths absolute
 * @throws CodecError if a module can't be loaded, exports no protocol, was generated for another contract, or
 * has the name of one before
 */
export async function loadCodecs(paths: readonly string[]): Promise<XProtocol[]> {
  const protocols = new Map<string, { protocol: XProtocol; path: string }>();
  for (const path of paths) {
    const found = await importProtocols(path);
    if (found.length === 0) throw new CodecError(`codec ${path} exports no protocol`);
    for (const protocol of found) {
      const mismatch = contractMismatch(protocol);
      if (mismatch !== null) throw new CodecError(`codec ${path}: ${mismatch}`);
      const known = protocols.get(protocol.name);
      if (known !== undefined && known.protocol !== protocol) {
        throw new CodecError(`codec ${path}: protocol ${protocol.name} comes from ${known.path} already`);
      }
      protocols.set(protocol.name, { protocol, path });
    }
  }
  return [...protocols.values()].map(({ protocol }) => protocol);
}

async function importProtocols(path: string): Promise<XProtocol[]> {
  let module: Readonly<Record<string, unknown>>;
  try {
    module = (await import(pathToFileURL(path).href)) as Readonly<Record<string, unknown>>;
  } catch (error) {
    throw new CodecError(`codec ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
  return [...new Set(Object.values(module).filter(isProtocol))];
}

const METHODS = ['match', 'scan', 'check', 'kindOf', 'setId', 'reencode', 'remember', 'hijack'];

/** By its shape: a codec may have been built against another copy of the contract. */
function isProtocol(value: unknown): value is XProtocol {
  if (typeof value !== 'object' || value === null) return false;
  const object = value as Readonly<Record<string, unknown>>;
  return (
    typeof object['name'] === 'string' &&
    typeof object['contract'] === 'number' &&
    typeof object['traits'] === 'object' &&
    METHODS.every((method) => typeof object[method] === 'function')
  );
}
