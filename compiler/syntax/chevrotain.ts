import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

type Chevrotain = typeof import('chevrotain');

/**
 * Chevrotain as one bundled file. Its package entry pulls in some 700 small modules, mostly lodash-es, which
 * takes 300 ms cold; the bundle shipped in the same package takes 11 ms and is the same code. The package's
 * `exports` hide the bundle from a plain import, so it is found beside the entry; should a later release drop
 * it, the plain import still works, only slower.
 */
async function load(): Promise<Chevrotain> {
  try {
    const entry = createRequire(import.meta.url).resolve('chevrotain');
    const bundle = new URL('../chevrotain.min.mjs', pathToFileURL(entry));
    return (await import(bundle.href)) as Chevrotain;
  } catch {
    return import('chevrotain');
  }
}

export const { createToken, CstParser, EOF, Lexer, MismatchedTokenException, tokenMatcher } = await load();
