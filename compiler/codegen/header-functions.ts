import { StructureKind, type FunctionDeclarationStructure } from 'ts-morph';
import type { Module } from './module.js';
import { tidy } from './tidy.js';

/** The type of what an encoder takes for a map. */
export const HEADER_ENTRIES =
  '/** Header entries as an encoder takes them: pairs, or the headers of another frame. */\nexport type HeaderEntries = Iterable<readonly [key: string, value: string | null]>;';

/**
 * `headerOf`, `knownHeader` and `readHeaders` of headers that a module of TypeScript reads.
 * @param lookUp statements that return what stands under `key`
 * @param readAll statements that read all entries into `into`, or throw
 */
export function headerFunctions(
  module: Module,
  lookUp: readonly string[],
  readAll: readonly string[],
): (string | FunctionDeclarationStructure)[] {
  const b = { name: 'b', type: 'Uint8Array' };
  const at = { name: 'at', type: 'number' };
  return [
    HEADER_ENTRIES,
    {
      kind: StructureKind.Function,
      name: 'headerOf',
      parameters: [b, at, { name: '_end', type: 'number' }, { name: 'key', type: 'string' }],
      returnType: 'string | null | undefined',
      statements: tidy(lookUp),
    },
    ...(module.usesKnownHeader
      ? [
          {
            kind: StructureKind.Function,
            name: 'knownHeader',
            docs: ['A header for a role: null counts as none.'],
            parameters: [b, at, { name: 'key', type: 'string' }],
            returnType: 'string | undefined',
            statements: ['return headerOf(b, at, 0, key) ?? undefined;'],
          } satisfies FunctionDeclarationStructure,
        ]
      : []),
    {
      kind: StructureKind.Function,
      name: 'readHeaders',
      parameters: [
        b,
        at,
        { name: '_end', type: 'number' },
        { name: 'into', type: module.useType('HeaderMap') },
      ],
      returnType: 'void',
      statements: tidy(readAll),
    },
  ];
}
