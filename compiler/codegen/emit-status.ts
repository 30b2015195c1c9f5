import { StructureKind, type FunctionDeclarationStructure } from 'ts-morph';
import type { Module } from './module.js';

/** Emits the status map: what the wire says as a canonical status, and back. */
export function emitStatus(module: Module): FunctionDeclarationStructure[] {
  const table = module.protocol.status;
  if (table === null) return [];
  const status = module.use('Status');
  const wire = (value: bigint): string =>
    table.enum === null ? String(value) : module.enumValue(table.enum, value);
  const byCanonical = new Map<string, bigint[]>();
  for (const { wire: value, canonical } of table.decode) {
    if (canonical !== table.decodeDefault)
      byCanonical.set(canonical, [...(byCanonical.get(canonical) ?? []), value]);
  }
  const byWire = new Map<bigint, string[]>();
  for (const { canonical, wire: value } of table.encode) {
    if (value !== table.encodeDefault) byWire.set(value, [...(byWire.get(value) ?? []), canonical]);
  }
  // Without a default every canonical status has a line of its own (PF142); one of them serves as the last.
  const fallback = table.encodeDefault ?? table.encode.find((e) => e.canonical === 'UNKNOWN')!.wire;
  return [
    {
      kind: StructureKind.Function,
      name: 'toCanonical',
      parameters: [{ name: 'wire', type: 'number' }],
      returnType: module.useType('Status'),
      statements: [
        'switch (wire) {',
        ...[...byCanonical].flatMap(([canonical, values]) => [
          ...values.map((v) => `case ${wire(v)}:`),
          `return ${status}.${canonical};`,
        ]),
        'default:',
        `return ${status}.${table.decodeDefault};`,
        '}',
      ],
    },
    {
      kind: StructureKind.Function,
      name: 'toWire',
      parameters: [{ name: 'status', type: module.useType('Status') }],
      returnType: 'number',
      statements: [
        'switch (status) {',
        ...[...byWire]
          .filter(([value]) => value !== fallback)
          .flatMap(([value, names]) => [
            ...names.map((n) => `case ${status}.${n}:`),
            `return ${wire(value)};`,
          ]),
        'default:',
        `return ${wire(fallback)};`,
        '}',
      ],
    },
  ];
}
