import { readFile } from 'node:fs/promises';
import { dirname, relative, resolve, sep } from 'node:path';
import type { Report } from '../diagnostics/diagnostic.js';
import { SourceFile } from '../source/source-file.js';
import type { SchemaFile, Use } from '../syntax/ast.js';
import { parse } from '../syntax/parse.js';
import { didYouMean, EXTENSION } from './find-files.js';
import { readExterns } from './read-externs.js';
import { STD, stdFolder } from './std-folder.js';
import { UsageError } from './terminal.js';

/** No schema is so large; what is, was not written as one. In bytes. */
const LARGEST = 4 * 1024 * 1024;

/** The schemas of a run: those that were named, and what they use. */
export interface Sources {
  /** In the order they were named; files of which nothing could be read are missing. */
  readonly roots: readonly SchemaFile[];
  /** The file that `use "path"` in `from` names; undefined if it could not be read. */
  readonly resolve: (from: SourceFile, path: string) => SchemaFile | undefined;
  /** Absolute paths of all files looked at, also of those that do not exist. */
  readonly paths: readonly string[];
}

/**
 * Reads files and, transitively, the files they use; each once, so that files may use each other. What is wrong
 * with a used file is reported at its `use` (PF005).
 *
 * @param files absolute paths
 * @param cwd what paths are shown relative to
 * @throws UsageError if one of `files` cannot be read
 */
export async function readSources(files: readonly string[], cwd: string, report: Report): Promise<Sources> {
  const parsed = new Map<string, SchemaFile | null>();
  const folders = new Map<SourceFile, string>();
  const externs: string[] = [];

  const load = async (path: string): Promise<SchemaFile | null> => {
    parsed.set(path, null);
    const source = new SourceFile(shownPath(path, cwd), await readText(path));
    folders.set(source, dirname(path));
    const file = parse(source, report);
    parsed.set(path, file);
    return file;
  };
  const loadUsed = async (file: SchemaFile): Promise<void> => {
    for (const path of await readExterns(file, folders.get(file.source)!, cwd, report)) externs.push(path);
    for (const use of file.items) {
      if (use.kind !== 'use') continue;
      const path = pathOf(use, folders.get(file.source)!, report);
      if (path === null || parsed.has(path)) continue;
      try {
        const used = await load(path);
        if (used !== null) await loadUsed(used);
      } catch (error) {
        const message = `cannot use \`${use.path.value}\`: ${reason(error)}${await didYouMean(path)}`;
        report.error('PF005', use.path.span, message);
      }
    }
  };

  const roots: SchemaFile[] = [];
  for (const path of files) {
    try {
      const file = parsed.has(path) ? (parsed.get(path) ?? null) : await load(path);
      if (file === null) continue;
      roots.push(file);
      await loadUsed(file);
    } catch (error) {
      throw new UsageError(`cannot read ${shownPath(path, cwd)}: ${reason(error)}`);
    }
  }
  return {
    roots,
    resolve: (from, path) => parsed.get(usedPath(folders.get(from) ?? cwd, path)) ?? undefined,
    paths: [...parsed.keys(), ...externs],
  };
}

/** The absolute path of a `use`; null if it is none that a schema may name, which is reported. */
function pathOf(use: Use, folder: string, report: Report): string | null {
  const { value, span } = use.path;
  if (/^(?:[\\/]|[A-Za-z]:)/.test(value) || /[\0\\]/.test(value)) {
    report.error('PF005', span, `\`use\` needs a path relative to this file, with \`/\` between folders`);
    return null;
  }
  if (!value.endsWith(EXTENSION)) {
    report.error('PF005', span, `\`${value}\` is not a schema`, {
      hint: `the names of schemas end with \`${EXTENSION}\``,
    });
    return null;
  }
  return usedPath(folder, value);
}

/** What `use "std/x.proto-frame"` names comes with the compiler; all else lies relative to the schema that uses it. */
function usedPath(folder: string, value: string): string {
  return value.startsWith(STD) ? resolve(stdFolder(), value.slice(STD.length)) : resolve(folder, value);
}

/** The text of a schema.
 * @throws Error if it cannot be read, is too large or not UTF-8 */
export async function readText(path: string): Promise<string> {
  const bytes = await readFile(path);
  if (bytes.length > LARGEST) throw new Error(`it is larger than ${LARGEST / 1024 / 1024} MiB`);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    throw new Error('it is not UTF-8 text');
  }
}

/** As messages show a path: relative to where the user stands if that is shorter, with forward slashes. */
export function shownPath(path: string, cwd: string): string {
  const near = relative(cwd, path) || '.';
  return (near.length < path.length ? near : path).split(sep).join('/');
}

export function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
      return 'there is no such file';
    case 'EISDIR':
      return 'it is a folder';
    case 'EACCES':
    case 'EPERM':
      return 'reading it is not permitted';
    default:
      return error.message;
  }
}
