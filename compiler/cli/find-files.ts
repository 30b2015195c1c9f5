import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { suggest } from '../diagnostics/suggest.js';
import { UsageError } from './terminal.js';

export const EXTENSION = '.proto-frame';

/**
 * The schemas that arguments name: files, and folders for all schemas in them, in the order given, each once.
 *
 * @returns absolute paths
 * @throws UsageError if a name is nothing, or a folder without schemas
 */
export async function findFiles(names: readonly string[], cwd: string): Promise<string[]> {
  const found = new Set<string>();
  for (const name of names) {
    const path = resolve(cwd, name);
    const info = await stat(path).catch(() => null);
    if (info === null) throw new UsageError(`there is no file ${name}${await didYouMean(path)}`);
    if (!info.isDirectory()) {
      found.add(path);
      continue;
    }
    const inside = await schemasIn(path);
    if (inside.length === 0) throw new UsageError(`the folder ${name} holds no ${EXTENSION} file`);
    for (const one of inside) found.add(one);
  }
  return [...found];
}

async function schemasIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(EXTENSION))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !/[\\/]node_modules[\\/]/.test(path.slice(folder.length)))
    .sort();
}

/** `; did you mean x?` if a neighbour has a similar name, else nothing. */
export async function didYouMean(path: string): Promise<string> {
  const folder = resolve(path, '..');
  const name = path.slice(folder.length).replace(/^[\\/]/, '');
  const neighbours = await readdir(folder).catch(() => []);
  const near = suggest(
    name,
    neighbours.filter((one) => one.endsWith(EXTENSION)),
  );
  return near === null ? '' : `; did you mean ${near}?`;
}
