import { StructureKind, type FunctionDeclarationStructure } from 'ts-morph';
import { pascalCase } from '../model/camel-case.js';
import type { MatchByte } from '../model/model.js';
import type { Module } from './module.js';

const PLACES = [
  { name: 'b', type: 'Uint8Array' },
  { name: 'from', type: 'number' },
  { name: 'to', type: 'number' },
];

/** Emits `match`: byte by byte, so that the first one that contradicts decides; and a function for each form. */
export function emitMatch(module: Module): FunctionDeclarationStructure[] {
  const match = module.use('Match');
  const forms = module.protocol.match;
  const emit = (
    name: string,
    doc: string,
    lines: string[],
    isRead: boolean,
  ): FunctionDeclarationStructure => ({
    kind: StructureKind.Function,
    name,
    docs: [doc],
    parameters: isRead ? PLACES : [],
    returnType: module.useType('Match'),
    statements: lines,
  });
  const whole = 'Whether a connection starts with this protocol.';
  const [only, ...others] = forms;
  if (only === undefined)
    return [
      emit(
        'match',
        'No byte of this protocol is known beforehand: it is chosen by port only.',
        [`return ${match}.no;`],
        false,
      ),
    ];
  if (others.length === 0) return [emit('match', whole, byteByByte(only.bytes, module), true)];
  const names = forms.map(({ name }, i) => `match${name === null ? '' : pascalCase(name)}${i + 1}`);
  const last = names.length - 1;
  return [
    ...forms.map(({ name, bytes }, i) =>
      emit(
        names[i]!,
        `Whether it starts with a frame${name === null ? '' : ` that is ${name}`}.`,
        byteByByte(bytes, module),
        true,
      ),
    ),
    emit(
      'match',
      whole,
      [
        ...names
          .slice(0, last)
          .flatMap((name, i) => [
            `const form${i + 1} = ${name}(b, from, to);`,
            `if (form${i + 1} !== ${match}.no) return form${i + 1};`,
          ]),
        `return ${names[last]!}(b, from, to);`,
      ],
      true,
    ),
  ];
}

function byteByByte(bytes: readonly MatchByte[], module: Module): string[] {
  const match = module.use('Match');
  const lines = bytes.flatMap((byte) => {
    const place = byte.offset === 0 ? 'from' : `from + ${byte.offset}`;
    return [
      `if (to <= ${place}) return ${match}.more;`,
      `if (${test(byte, place, module)}) return ${match}.no;`,
    ];
  });
  return [...lines, `return ${match}.yes;`];
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
