import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import * as api from '@proto-frame/api';
import { analyse, parse, Report, SourceFile, type Protocol } from '@proto-frame/compiler';
import { generate } from '../../../compiler/codegen/generate.js';

/** A schema text as its checked protocol; throws with the findings if it has errors. */
export function compileSchema(path: string, text: string): Protocol {
  const report = new Report();
  const file = parse(new SourceFile(path, text), report);
  const [protocol] = file === null ? [] : analyse([file], () => undefined, report);
  if (report.hasErrors || protocol === undefined) {
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

/** A generated text's exports. */
export function runModule(source: string): Record<string, unknown> {
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
  });
  const exports: Record<string, unknown> = {};
  const run = new Function('exports', 'require', outputText) as (
    exports: object,
    require: (name: string) => unknown,
  ) => void;
  run(exports, () => api);
  return exports;
}

const ROOT = new URL('../../../', import.meta.url);

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
 * The type errors of each of several generated texts under the strictest options a user may have set, found in one
 * go: a program of its own for each takes seconds.
 */
export function typeErrorsOf(sources: readonly string[]): string[][] {
  const texts = new Map(
    sources.map((source, i) => [fileURLToPath(new URL(`generated/under-test-${i}.ts`, ROOT)), source]),
  );
  const program = programOf([...texts.keys()], texts);
  return [...texts].map(([name, source]) => errorsIn(program, name, source));
}

/** The type errors of generated modules on disk, which may import each other and externs. */
export function typeErrorsIn(files: readonly string[]): string[] {
  const program = programOf(files, new Map());
  return files.flatMap((file) => errorsIn(program, file, readFileSync(file, 'utf8')));
}

/** A program of these files, those in `texts` not from disk. */
function programOf(files: readonly string[], texts: ReadonlyMap<string, string>): ts.Program {
  const host = ts.createCompilerHost(OPTIONS);
  const { getSourceFile, fileExists, readFile } = host;
  host.getSourceFile = (name, ...rest) => {
    const text = texts.get(name);
    if (text !== undefined) return ts.createSourceFile(name, text, ts.ScriptTarget.ES2023);
    if (files.includes(name)) return getSourceFile.call(host, name, ...rest);
    if (!parsed.has(name)) parsed.set(name, getSourceFile.call(host, name, ...rest));
    return parsed.get(name);
  };
  host.fileExists = (name) => texts.has(name) || fileExists(name);
  host.readFile = (name) => texts.get(name) ?? readFile(name);
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
