import { StructureKind, type FunctionDeclarationStructure } from 'ts-morph';
import type { MatchByte } from '../model/model.js';
import type { Module } from './module.js';

/** Emits `match`: byte by byte, so that the first one that contradicts decides. */
export function emitMatch(module: Module): FunctionDeclarationStructure {
  const match = module.use('Match');
  const bytes = module.protocol.match;
  const lines: string[] = [];
  if (bytes.length === 0) lines.push(`return ${match}.no;`);
  for (const byte of bytes) {
    const place = byte.offset === 0 ? 'from' : `from + ${byte.offset}`;
    lines.push(
      `if (to <= ${place}) return ${match}.more;`,
      `if (${test(byte, place, module)}) return ${match}.no;`,
    );
  }
  if (bytes.length > 0) lines.push(`return ${match}.yes;`);
  return {
    kind: StructureKind.Function,
    name: 'match',
    docs: [
      bytes.length === 0
        ? 'No byte of this protocol is known beforehand: it is chosen by port only.'
        : 'Whether a connection starts with this protocol.',
    ],
    parameters:
      bytes.length === 0
        ? []
        : [
            { name: 'b', type: 'Uint8Array' },
            { name: 'from', type: 'number' },
            { name: 'to', type: 'number' },
          ],
    returnType: module.useType('Match'),
    statements: lines,
  };
}

/** Whether a byte is none of those allowed. */
function test(byte: MatchByte, place: string, module: Module): string {
  const code = `${module.use('u8')}(b, ${place})`;
  const tests = byte.allowed.map(({ low, high }) => {
    if (low === high) return `${code} !== ${low}`;
    const parts = [...(low > 0 ? [`${code} < ${low}`] : []), ...(high < 255 ? [`${code} > ${high}`] : [])];
    return parts.length > 1 ? `(${parts.join(' || ')})` : parts.join('');
  });
  return tests.join(' && ');
}
