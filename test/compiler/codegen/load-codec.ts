import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import * as api from '@proto-frame/api';
import { analyse, parse, Report, SourceFile, type Protocol } from '@proto-frame/compiler';
import { generate } from '../../../compiler/codegen/generate.js';
import { ExternCode } from '../../../compiler/interpret/extern-code.js';
import type { SchemaFile } from '../../../compiler/syntax/ast.js';
import * as hessian2 from '#codecs/extern/hessian2.js';
import * as jce from '#codecs/extern/jce.js';
import * as protobuf from '#codecs/extern/protobuf.js';
import * as sums from './sums.js';

const ROOT = new URL('../../../', import.meta.url);

/** A schema text as its checked protocol; null after a report. It may use the records of schemas/std. */
export function analyseText(path: string, text: string, report: Report): Protocol | null {
  const source = new SourceFile(path, text);
  if (text.includes('from "./sums.ts"')) putBeside(source, 'sums');
  const file = parse(source, report);
  const [protocol] = file === null ? [] : analyse([file], (_from, used) => usedFile(used, report), report);
  return report.hasErrors || protocol === undefined ? null : protocol;
}

/** Formats of records and maps by the file that a schema uses. */
const FORMATS: Readonly<Record<string, object>> = { hessian2, jce, protobuf, sums };

/** Where the module of a format lies. */
function fileOf(format: string): string {
  const folder = format === 'sums' ? 'test/compiler/codegen' : 'schemas/std';
  return fileURLToPath(new URL(`${folder}/${format}.ts`, ROOT));
}

function usedFile(path: string, report: Report): SchemaFile | undefined {
  const name = /^\.\/std\/(\w+)\.proto-frame$/.exec(path)?.[1];
  if (name === undefined || !(name in FORMATS)) return undefined;
  const source = new SourceFile(path, readFileSync(fileURLToPath(new URL(`schemas/${path}`, ROOT)), 'utf8'));
  putBeside(source, name);
  return parse(source, report) ?? undefined;
}

function putBeside(source: SourceFile, format: string): void {
  const path = fileOf(format);
  const text = readFileSync(path, 'utf8');
  source.beside.set(`./${format}.ts`, { path, text, fileName: `extern/${format}.ts`, files: [] });
}

/** The code of a protocol's externs, for the interpreter. */
export function externCodeOf({ externs }: Protocol): ExternCode {
  const exported = externs.map((extern) => {
    const name = /(\w+)\.ts$/.exec(extern.fileName)![1]!;
    return [extern, (FORMATS[name] as Record<string, unknown>)[extern.exportName]] as const;
  });
  return new ExternCode(new Map(exported));
}

/** A schema text as its checked protocol; throws with the findings if it has errors. */
export function compileSchema(path: string, text: string): Protocol {
  const report = new Report();
  const protocol = analyseText(path, text, report);
  if (protocol === null) {
    throw new Error(
      report.diagnostics
        .map((d) => `${d.code} ${d.message} at ${d.span.file.text.slice(d.span.start, d.span.end)}`)
        .join('\n'),
    );
  }
  return protocol;
}

/** A golden schema's text. */
export function goldenSchema(name: string): string {
  return readFileSync(
    fileURLToPath(new URL(`../../golden/codegen/${name}/input.proto-frame`, import.meta.url)),
    'utf8',
  );
}

/** What a schema compiles to: the text, and the module it is, run as JavaScript. */
export async function loadCodec(
  path: string,
  text: string,
): Promise<{ source: string; exports: Record<string, unknown> }> {
  const source = await generate(compileSchema(path, text));
  return { source, exports: runModule(source) };
}

/**
 * A generated text's exports.
 *
 * @param replies exports of the modules of replies that it may import, by their names: `replies/random.ts`
 */
export function runModule(
  source: string,
  replies: ReadonlyMap<string, Record<string, unknown>> = new Map(),
): Record<string, unknown> {
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
  });
  const exports: Record<string, unknown> = {};
  const run = new Function('exports', 'require', outputText) as (
    exports: object,
    require: (name: string) => unknown,
  ) => void;
  run(exports, (name) => {
    const extern = /^(?:\.\.?\/)+extern\/(\w+)\.js$/.exec(name)?.[1];
    if (extern !== undefined) return FORMATS[extern]!;
    return name === '@proto-frame/api' ? api : replies.get(name.replace(/^\.\//, '').replace(/js$/, 'ts'))!;
  });
  return exports;
}

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  lib: ['lib.es2023.d.ts'],
  types: [],
  strict: true,
  noUnusedLocals: true,
  noUnusedParameters: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  noImplicitReturns: true,
  skipLibCheck: true,
  noEmit: true,
  baseUrl: fileURLToPath(ROOT),
  paths: { '@proto-frame/api': ['runtime/api/index.ts'] },
};

/** Everything but the generated texts stays as it is from one program to the next, and is parsed once. */
const parsed = new Map<string, ts.SourceFile | undefined>();

/**
 * The type errors of each of several protocols, given as one module or as modules by their names, under the
 * strictest options a user may have set, found in one go: a program of its own for each takes seconds.
 */
export function typeErrorsOf(protocols: readonly (string | ReadonlyMap<string, string>)[]): string[][] {
  const trials = protocols.map((one) => (typeof one === 'string' ? new Map([['codec.ts', one]]) : one));
  const path = (i: number, name: string): string =>
    fileURLToPath(new URL(`generated/under-test-${i}/${name}`, ROOT));
  const texts = new Map(
    trials.flatMap((modules, i) =>
      [...externsOf(modules), ...modules].map(([name, text]) => [path(i, name), text] as const),
    ),
  );
  const program = programOf([...texts.keys()], texts);
  return trials.map((modules, i) =>
    [...modules].flatMap(([name, source]) =>
      errorsIn(program, path(i, name), source).map((error) => `${name}:${error}`),
    ),
  );
}

/** The type errors of generated modules on disk, which may import each other and externs. */
export function typeErrorsIn(files: readonly string[]): string[] {
  const program = programOf(files, new Map());
  return files.flatMap((file) => errorsIn(program, file, readFileSync(file, 'utf8')));
}

/** A program of these files, those in `texts` not from disk. */
function programOf(files: readonly string[], texts: ReadonlyMap<string, string>): ts.Program {
  const host = ts.createCompilerHost(OPTIONS);
  const { getSourceFile, fileExists, readFile, directoryExists } = host;
  host.getSourceFile = (name, ...rest) => {
    const text = texts.get(name);
    if (text !== undefined) return ts.createSourceFile(name, text, ts.ScriptTarget.ES2023);
    if (files.includes(name)) return getSourceFile.call(host, name, ...rest);
    if (!parsed.has(name)) parsed.set(name, getSourceFile.call(host, name, ...rest));
    return parsed.get(name);
  };
  host.fileExists = (name) => texts.has(name) || fileExists(name);
  host.readFile = (name) => texts.get(name) ?? readFile(name);
  host.directoryExists = (name) => name.includes('/under-test-') || directoryExists!(name);
  return ts.createProgram([...files], OPTIONS, host);
}

function errorsIn(program: ts.Program, name: string, source: string): string[] {
  const file = program.getSourceFile(name);
  const found = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
  return found.map((d) => {
    const line = d.start === undefined ? 0 : file!.getLineAndCharacterOfPosition(d.start).line;
    return `${line + 1}: ${ts.flattenDiagnosticMessageText(d.messageText, '\n')} | ${source.split('\n')[line] ?? ''}`;
  });
}

/** The extern files that modules import, by their names beside them. */
function externsOf(modules: ReadonlyMap<string, string>): [name: string, text: string][] {
  const code = [...modules.values()].join('');
  return Object.keys(FORMATS)
    .filter((name) => code.includes(`/extern/${name}.js'`))
    .map((name) => [`extern/${name}.ts`, readFileSync(fileOf(name), 'utf8')]);
}
