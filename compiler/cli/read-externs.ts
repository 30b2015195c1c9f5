import { basename, dirname, relative, resolve } from 'node:path';
import type { Report } from '../diagnostics/diagnostic.js';
import type { BesideFile, CopiedFile } from '../source/beside.js';
import type { ExternDecl, SchemaFile } from '../syntax/ast.js';
import { didYouMean } from './find-files.js';
import { readText, reason, shownPath } from './read-sources.js';

/** Files that one extern file may bring with it. */
const MOST_FILES = 64;

/**
 * Reads the TypeScript files that a schema's externs name, and puts them beside its text. What is wrong with one
 * is reported at its declaration (PF170).
 *
 * @param folder the schema's folder, absolute
 * @returns absolute paths of the files read
 */
export async function readExterns(
  file: SchemaFile,
  folder: string,
  cwd: string,
  report: Report,
): Promise<string[]> {
  const paths: string[] = [];
  for (const decl of externsOf(file)) {
    const { value, span } = decl.path;
    if (file.source.beside.has(value)) continue;
    if (
      !/^\.{1,2}\//.test(value) ||
      !value.endsWith('.ts') ||
      value.endsWith('.d.ts') ||
      /[\0\\]/.test(value)
    ) {
      report.error('PF170', span, 'an extern is in a TypeScript file, named relative to this one', {
        hint: 'such as `from "./hessian2.ts"`',
      });
      continue;
    }
    const path = resolve(folder, value);
    if (relative(cwd, path).startsWith('..') && relative(folder, path).startsWith('../..')) {
      report.error('PF170', span, `\`${value}\` lies outside of the project`, {
        hint: 'keep extern files with the schemas',
      });
      continue;
    }
    try {
      const beside = await readBeside(path, cwd);
      if (typeof beside === 'string') report.error('PF170', span, beside, { hint: PURE });
      else file.source.beside.set(value, beside);
      paths.push(path);
    } catch (error) {
      report.error('PF170', span, `cannot read \`${value}\`: ${reason(error)}${await didYouMean(path)}`);
      paths.push(path);
    }
  }
  return paths;
}

const PURE = 'an extern is pure: it imports `@proto-frame/api` and files of its own folder only';

/** A file with all it imports, or what is wrong with one of them. */
async function readBeside(path: string, cwd: string): Promise<BesideFile | string> {
  const files = new Map<string, CopiedFile>();
  const add = async (one: string): Promise<string | null> => {
    if (files.has(one)) return null;
    if (files.size === MOST_FILES) return `${shownPath(path, cwd)} brings over ${MOST_FILES} files with it`;
    const text = await readText(one);
    const shown = shownPath(one, cwd);
    const name = `extern/${basename(one)}`;
    files.set(one, {
      name,
      text: `// Copied from ${basename(one)} beside the schema. Do not edit.\n${text}`,
    });
    if (/\b(?:require|import)\s*\(/.test(text)) return `${shown} loads modules while it runs`;
    for (const [, specifier] of text.matchAll(
      /^\s*(?:import|export)\b(?:[^'";]*?\bfrom)?\s*['"]([^'"\n]+)['"]/gm,
    )) {
      if (specifier === '@proto-frame/api') continue;
      const near = /^\.\/([\w.-]+)\.js$/.exec(specifier!);
      if (near === null) return `${shown} imports \`${specifier}\``;
      const wrong = await add(resolve(dirname(one), `${near[1]}.ts`));
      if (wrong !== null) return wrong;
    }
    return null;
  };
  const wrong = await add(path);
  if (wrong !== null) return wrong;
  return {
    path: shownPath(path, cwd),
    text: await readText(path),
    fileName: `extern/${basename(path)}`,
    files: [...files.values()],
  };
}

function externsOf(file: SchemaFile): ExternDecl[] {
  return file.items.flatMap((item): ExternDecl[] => {
    if (item.kind === 'extern') return [item];
    return item.kind === 'protocol' ? item.items.filter((i): i is ExternDecl => i.kind === 'extern') : [];
  });
}
