import { StructureKind, type FunctionDeclarationStructure } from 'ts-morph';
import type { Field, FieldType } from '../model/model.js';
import { eachArm } from './emit-headers.js';
import { headerFunctions } from './header-functions.js';
import { quote, type Module } from './module.js';
import { Reader } from './reader.js';
import { tidy } from './tidy.js';

type ExternMapField = Field & { readonly type: FieldType & { readonly kind: 'extern' } };

/** The fields that the role `headers` names, each in its own arm, where one TypeScript module reads and writes them. */
export function externHeaders(module: Module): readonly ExternMapField[] {
  return module.protocol.roles.headers.filter((f): f is ExternMapField => f.type.kind === 'extern');
}

/** Emits the functions over headers that an extern keeps: finding one, and reading all. */
export function emitExternHeaders(
  fields: readonly ExternMapField[],
  module: Module,
): (FunctionDeclarationStructure | string)[] {
  const [field] = fields as readonly [ExternMapField];
  const map = module.extern(field.type.extern);
  const b = { name: 'b', type: 'Uint8Array' };
  const at = { name: 'at', type: 'number' };
  const texts: FunctionDeclarationStructure[] = [];
  if (field.type.extern.isHead) {
    const reader = new Reader(module);
    const { lines } = reader;
    if (field.guards.length > 0) lines.push(`if (!(${reader.condition(field.guards)})) return -1;`);
    reader.within = field.guards;
    const [from, to] = [reader.placeOf(field), reader.endOf(field)];
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
  const one = eachArm(fields, 'return undefined;', new Reader(module), (own, reader) => {
    const [from, to] = [reader.placeOf(own), reader.endOf(own)];
    reader.lines.push(`return ${map}.get(b, ${from}, ${to}, key);`);
  });
  const all = eachArm(fields, 'return;', new Reader(module), (own, reader) => {
    const [start, to] = [reader.placeOf(own), reader.endOf(own)];
    const most = Math.min(own.type.maxCount, module.protocol.limits.headers);
    reader.lines.push(
      `const from = ${start};`,
      `if (${map}.readHeaders(b, from, ${to}, into, ${most})) return;`,
      `throw new ${module.use('DecodeError')}('limit', ${quote(own.path)}, from - at, 'is no map of at most ${most} entries', ${quote(module.schemaAt(own))});`,
    );
  });
  return [...texts, ...headerFunctions(module, one, all)];
}
