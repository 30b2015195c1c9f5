import * as babel from 'prettier/plugins/babel';
import * as estree from 'prettier/plugins/estree';
import type { Options } from 'prettier';
import { format } from 'prettier/standalone';
import { Project, type StatementStructures } from 'ts-morph';

const STYLE: Options = {
  // Babel's parser reads the same language as TypeScript's in half the time.
  parser: 'babel-ts',
  plugins: [babel, estree],
  singleQuote: true,
  printWidth: 110,
  trailingComma: 'all',
  embeddedLanguageFormatting: 'off',
};
/** Stands between statements that are formatted together; no schema text can make such a comment. */
const CUT = '// -- cut --';

/** Made on first use: starting it costs more than printing a file. */
let project: Project | null = null;
/** Statements formatted in this process by what they were: protocols of one family share many. */
const formatted = new Map<string, string>();

/**
 * Statements as text, formatted: the only place that calls ts-morph and prettier. One structure a file, never
 * one manipulation after another, which is several hundred times slower.
 */
export async function print(statements: readonly (StatementStructures | string)[]): Promise<string> {
  project ??= new Project({ useInMemoryFileSystem: true, skipLoadingLibFiles: true });
  const file = project.createSourceFile('out.ts', { statements: [...statements] }, { overwrite: true });
  const texts = file.getStatementsWithComments().map((statement) => statement.getText(true));
  project.removeSourceFile(file);
  const fresh = [...new Set(texts)].filter((text) => !formatted.has(text));
  if (fresh.length > 0) {
    const pieces = (await format(fresh.join(`\n${CUT}\n`), STYLE)).split(`${CUT}\n`);
    fresh.forEach((text, i) => formatted.set(text, pieces[i]!.trim()));
  }
  let whole = '';
  texts.forEach((text, i) => {
    // Lines of one comment stay together.
    if (i > 0) whole += text.startsWith('//') && texts[i - 1]!.startsWith('//') ? '\n' : '\n\n';
    whole += formatted.get(text)!;
  });
  return `${whole}\n`;
}
