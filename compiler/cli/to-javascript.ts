import { ts } from 'ts-morph';

/** The generated TypeScript without its types, as an ES module that Node runs as it is. */
export function toJavaScript(text: string, fileName: string): string {
  return ts.transpileModule(text, {
    fileName,
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
    },
  }).outputText;
}
