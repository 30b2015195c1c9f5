import type { Options } from 'prettier';
import * as babel from 'prettier/plugins/babel';
import * as estree from 'prettier/plugins/estree';
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
/** Statements formatted in this process, by what they were made of: protocols of one family share many. */
const formatted = new Map<string, string>();

/**
 * Statements as text, formatted: the only place that calls ts-morph and prettier. What is new goes to each of
 * them in one call; one manipulation after another is several hundred times slower.
 *
 * @param laidOut whether prettier sees it; nothing is kept of what it does not
 */
export async function print(
  statements: readonly (StatementStructures | string)[],
  laidOut = true,
): Promise<string> {
  if (!laidOut) return textOf(statements);
  const keys = statements.map((statement) =>
    typeof statement === 'string' ? statement : JSON.stringify(statement),
  );
  const fresh = new Map<string, StatementStructures | string>();
  keys.forEach((key, i) => {
    if (!formatted.has(key)) fresh.set(key, statements[i]!);
  });
  const pieces = await formatAll([...fresh.values()]);
  [...fresh.keys()].forEach((key, i) => formatted.set(key, pieces[i]!));

  let whole = '';
  keys.forEach((key, i) => {
    const text = formatted.get(key)!;
    // Lines of one comment stay together.
    if (i > 0) whole += text.startsWith('//') && keys[i - 1]!.startsWith('//') ? '\n' : '\n\n';
    whole += text;
  });
  return `${whole}\n`;
}

async function formatAll(statements: readonly (StatementStructures | string)[]): Promise<string[]> {
  if (statements.length === 0) return [];
  const text = textOf(statements.flatMap((statement, i) => (i === 0 ? [statement] : [CUT, statement])));
  return (await format(text, STYLE)).split(CUT).map((piece) => piece.trim());
}

function textOf(statements: readonly (StatementStructures | string)[]): string {
  project ??= new Project({ useInMemoryFileSystem: true, skipLoadingLibFiles: true });
  const file = project.createSourceFile('out.ts', { statements: [...statements] }, { overwrite: true });
  const text = file.getFullText();
  project.removeSourceFile(file);
  return text;
}
