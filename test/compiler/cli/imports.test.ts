import { readdirSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

/** Everything that the file imports before it runs: files of ours, and packages. */
function staticImports(entry: string): { files: Set<string>; packages: Set<string> } {
  const files = new Set<string>();
  const packages = new Set<string>();
  const visit = (file: string): void => {
    if (files.has(file)) return;
    files.add(file);
    const text = readFileSync(file, 'utf8');
    for (const [, clause, from] of text.matchAll(/^(?:im|ex)port\s([^;]*?from\s)?'([^']+)'/gm)) {
      if (clause?.startsWith('type ')) continue;
      if (from!.startsWith('.')) visit(resolve(dirname(file), from!.replace(/\.js$/, '.ts')));
      else packages.add(from!);
    }
  };
  visit(entry);
  return { files, packages };
}

const root = fileURLToPath(new URL('../../../compiler/', import.meta.url));

test('the command starts without ts-morph, prettier and the 700 modules of chevrotain', () => {
  const { files, packages } = staticImports(`${root}cli/main.ts`);
  expect(files).toContain(`${root}syntax/parse.ts`);
  expect(files).toContain(`${root}analyse.ts`);
  // The contract is a few small files without packages of their own.
  const others = [...packages].filter((name) => !name.startsWith('node:'));
  expect(others.sort()).toEqual(['@proto-frame/api', 'commander']);
});

test('only cli/ touches the disk, and nothing the network', () => {
  const core = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts') && !/^(?:cli|dist|node_modules)[\\/]/.test(name),
  );
  expect(core.length).toBeGreaterThan(20);
  for (const name of core)
    expect(readFileSync(root + name, 'utf8'), name).not.toMatch(
      /'node:(?:fs|fs\/promises|net|http|https|child_process|process|os)'|\bprocess\./,
    );
});
