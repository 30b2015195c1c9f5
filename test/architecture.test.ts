import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { ROOT } from './support/root.js';

/** What each folder of runtime may import besides itself (shared/design/architecture.md, section 4). */
const RUNTIME: Record<string, readonly string[]> = {
  network: ['api', 'observe'],
  protocol: ['api', 'network'],
  stream: ['api', 'protocol', 'network'],
  filter: ['api', 'observe', 'config'],
  route: ['api', 'observe', 'config'],
  // A balancer hashes as a route's hash policy does.
  cluster: ['api', 'observe', 'config', 'route', 'stream', 'protocol', 'network'],
  proxy: ['api', 'observe', 'protocol', 'stream', 'filter', 'route', 'cluster'],
  observe: ['api'],
  config: ['api', 'observe'],
  // It may listen on a unix socket.
  admin: ['api', 'observe', 'config', 'network'],
  // It makes room for unix sockets before any worker listens.
  supervisor: ['api', 'observe', 'config', 'admin', 'network'],
};
/** Packages that only the compiler may have. */
const COMPILER_ONLY = ['typescript', 'chevrotain', 'ts-morph', 'prettier'];

/** Modules of Node's that touch nothing. */
const PURE = ['node:path', 'node:path/posix', 'node:crypto'];

interface Import {
  readonly file: string;
  /** As written. */
  readonly what: string;
}

function sources(folder: string): string[] {
  if (!existsSync(join(ROOT, folder))) return [];
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
    .filter((file) => !/(^|\/)(dist|node_modules|codecs)\//.test(file))
    .map((file) => `${folder}/${file}`);
}

function imports(files: readonly string[]): Import[] {
  return files.flatMap((file) => {
    const text = readFileSync(join(ROOT, file), 'utf8');
    return ts
      .preProcessFile(text, true, true)
      .importedFiles.map(({ fileName }) => ({ file, what: fileName }));
  });
}

const isNode = (what: string): boolean => what.startsWith('node:') || builtinModules.includes(what);
const isPath = (what: string): boolean => what.startsWith('.');
/** `prettier` for prettier/standalone, `@a/b` for @a/b/c. */
const packageOf = (what: string): string =>
  what
    .split('/')
    .slice(0, what.startsWith('@') ? 2 : 1)
    .join('/');
/** The path an import leads to, from the project's root. */
const target = ({ file, what }: Import): string => relative(ROOT, join(ROOT, dirname(file), what));
const show = ({ file, what }: Import): string => `${file} imports ${what}`;

describe('the import table', () => {
  it('finds the sources it speaks of', () => {
    for (const folder of ['runtime/api', 'runtime/network', 'compiler/syntax', 'generated']) {
      expect(imports(sources(folder)).length, folder).toBeGreaterThan(0);
    }
  });

  it('runtime/api imports nothing from outside', () => {
    const wrong = imports(sources('runtime/api')).filter(
      (one) => !isPath(one.what) || !target(one).startsWith('runtime/api/'),
    );
    expect(wrong.map(show)).toEqual([]);
  });

  it('generated codecs import @proto-frame/api, and what was generated with them', () => {
    const wrong = imports(sources('generated')).filter(
      (one) => one.what !== '@proto-frame/api' && !(isPath(one.what) && target(one).startsWith('generated/')),
    );
    expect(wrong.map(show)).toEqual([]);
  });

  it.each(Object.entries(RUNTIME))('runtime/%s imports only %j', (folder, allowed) => {
    const wrong = imports(sources(`runtime/${folder}`)).filter((one) => {
      if (one.what === '@proto-frame/api') return !allowed.includes('api');
      if (!isPath(one.what)) return false;
      const [top, inside] = target(one).split('/');
      return top !== 'runtime' || (inside !== folder && !allowed.includes(inside!));
    });
    expect(wrong.map(show)).toEqual([]);
  });

  it('runtime has no folder that the table leaves out', () => {
    const folders = readdirSync(join(ROOT, 'runtime'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
      .filter((name) => !['api', 'bin', 'server', 'dist', 'codecs', 'node_modules'].includes(name));
    expect(folders.filter((name) => !(name in RUNTIME))).toEqual([]);
  });

  it('compiler and runtime never import each other', () => {
    const wrong = [
      ...imports(sources('runtime')).filter(
        (one) =>
          one.what.startsWith('@proto-frame/compiler') ||
          COMPILER_ONLY.includes(packageOf(one.what)) ||
          (isPath(one.what) && !/^runtime\//.test(target(one))),
      ),
      ...imports(sources('compiler')).filter(
        (one) =>
          one.what.startsWith('@proto-frame/runtime') ||
          (isPath(one.what) && !/^compiler\//.test(target(one))),
      ),
    ];
    expect(wrong.map(show)).toEqual([]);
  });

  it('only compiler/cli touches the disk or the process', () => {
    const wrong = imports(sources('compiler'))
      .filter(({ file }) => !file.startsWith('compiler/cli/'))
      .filter(({ what }) => isNode(what) && !PURE.includes(what));
    // It looks for one file of a package beside the package's entry: loading code, not reading input.
    const loader = 'compiler/syntax/chevrotain.ts';
    expect(wrong.filter(({ file }) => file !== loader).map(show)).toEqual([]);
  });

  it('prettier is called in one place, ts-morph only where code is made', () => {
    const callers = (name: string): string[] => [
      ...new Set(
        imports(sources('compiler'))
          .filter(({ what }) => packageOf(what) === name)
          .map(({ file }) => file),
      ),
    ];
    expect(callers('prettier')).toEqual(['compiler/codegen/print.ts']);
    const elsewhere = callers('ts-morph').filter((file) => !file.startsWith('compiler/codegen/'));
    expect(elsewhere.filter((file) => file !== 'compiler/cli/to-javascript.ts')).toEqual([]);
  });
});

describe('the packages', () => {
  const manifest = (folder: string): { dependencies?: Record<string, string> } =>
    JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8')) as {
      dependencies?: Record<string, string>;
    };

  it('@proto-frame/api depends on nothing', () => {
    expect(manifest('runtime/api').dependencies ?? {}).toEqual({});
  });

  it.each(['runtime', 'compiler'])('%s lists every package it imports', (folder) => {
    const listed = Object.keys(manifest(folder).dependencies ?? {});
    const used = imports(sources(folder))
      .filter(({ file }) => !file.startsWith('runtime/api/'))
      .map(({ what }) => what)
      .filter((what) => !isPath(what) && !isNode(what))
      .map((what) =>
        what
          .split('/')
          .slice(0, what.startsWith('@') ? 2 : 1)
          .join('/'),
      );
    expect([...new Set(used)].filter((name) => !listed.includes(name))).toEqual([]);
  });

  it('runtime depends on nothing that belongs to the compiler', () => {
    expect(
      Object.keys(manifest('runtime').dependencies ?? {}).filter((name) => COMPILER_ONLY.includes(name)),
    ).toEqual([]);
  });
});
