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
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
  });
  const exports: Record<string, unknown> = {};
  const run = new Function('exports', 'require', outputText) as (
    exports: object,
    require: (name: string) => unknown,
  ) => void;
  run(exports, () => api);
  return { source, exports };
}

/** The type errors of a generated text under the strictest options a user may have set. */
export function typeErrors(source: string): string[] {
  const file = fileURLToPath(new URL('../../../generated/under-test.ts', import.meta.url));
  const options: ts.CompilerOptions = {
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
    baseUrl: fileURLToPath(new URL('../../..', import.meta.url)),
    paths: { '@proto-frame/api': ['runtime/api/index.ts'] },
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.getSourceFile = (name, ...rest) =>
    name === file
      ? ts.createSourceFile(name, source, ts.ScriptTarget.ES2023)
      : getSourceFile.call(host, name, ...rest);
  host.fileExists = (name) => name === file || fileExists(name);
  host.readFile = (name) => (name === file ? source : readFile(name));
  const program = ts.createProgram([file], options, host);
  return ts.getPreEmitDiagnostics(program).map((d) => {
    const line =
      d.file === undefined || d.start === undefined ? 0 : d.file.getLineAndCharacterOfPosition(d.start).line;
    return `${line + 1}: ${ts.flattenDiagnosticMessageText(d.messageText, '\n')} | ${source.split('\n')[line] ?? ''}`;
  });
}
