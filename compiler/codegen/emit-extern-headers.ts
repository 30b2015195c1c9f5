import { StructureKind, type FunctionDeclarationStructure } from 'ts-morph';
import type { Field, FieldType } from '../model/model.js';
import { headerFunctions } from './header-functions.js';
import { quote, type Module } from './module.js';
import { Reader } from './reader.js';
import { tidy } from './tidy.js';

type ExternMapField = Field & { readonly type: FieldType & { readonly kind: 'extern' } };

/** The field that the role `headers` names, where a TypeScript module reads and writes it; or null. */
export function externHeaders(module: Module): ExternMapField | null {
  const field = module.protocol.roles.headers;
  return field !== null && field.type.kind === 'extern' ? (field as ExternMapField) : null;
}

/** Emits the functions over headers that an extern keeps: finding one, and reading all. */
export function emitExternHeaders(
  field: ExternMapField,
  module: Module,
): (FunctionDeclarationStructure | string)[] {
  const map = module.extern(field.type.extern);
  const most = Math.min(field.type.maxCount, module.protocol.limits.headers);
  const start = (absent: string): { lines: string[]; from: string; to: string } => {
    const reader = new Reader(module);
    if (field.guards.length > 0)
      reader.lines.push(`if (!(${reader.condition(field.guards)})) return${absent};`);
    reader.within = field.guards;
    const [from, to] = [reader.placeOf(field), reader.endOf(field)];
    return { lines: reader.lines, from, to };
  };
  const one = start(' undefined');
  const all = start('');
  const b = { name: 'b', type: 'Uint8Array' };
  const at = { name: 'at', type: 'number' };
  const texts: FunctionDeclarationStructure[] = [];
  if (field.type.extern.isHead) {
    const { lines, from, to } = start(' -1');
    const error = `new ${module.use('DecodeError')}('window', ${quote(field.path)}, ${from} - at, 'can not be read', ${quote(module.schemaAt(field))})`;
    texts.push({
      kind: StructureKind.Function,
      name: 'textsPlace',
      docs: ['Where the headers stand in the head. @throws DecodeError'],
      parameters: [b, at],
      returnType: 'number',
      statements: tidy([
        ...lines,
        `const place = ${map}.textsStart(b, ${from}, ${to});`,
        `if (place < 0) throw ${error};`,
        'return place;',
      ]),
    });
  }
  return [
    ...texts,
    ...headerFunctions(
      module,
      [...one.lines, `return ${map}.get(b, ${one.from}, ${one.to}, key);`],
      [
        ...all.lines,
        `const from = ${all.from};`,
        `if (${map}.readHeaders(b, from, ${all.to}, into, ${most})) return;`,
        `throw new ${module.use('DecodeError')}('limit', ${quote(field.path)}, from - at, 'is no map of at most ${most} entries', ${quote(module.schemaAt(field))});`,
      ],
    ),
  ];
}
