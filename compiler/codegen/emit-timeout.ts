import { type FunctionDeclarationStructure, StructureKind } from 'ts-morph';
import { membersRead, parts } from '../model/expressions-of.js';
import { walk } from '../model/walk.js';
import type { Field, Protocol } from '../model/model.js';
import { entryCode, isEntry } from './emit-record.js';
import type { Module } from './module.js';
import { putInPlace } from './put-in-place.js';
import { Reader } from './reader.js';
import { tidy } from './tidy.js';

/** The fields, each in its own arms, that say how long a caller waits; none where that can't be written in place. */
export function timeoutFields({ roles, frame }: Protocol): readonly Field[] {
  const { timeout } = roles;
  if (timeout?.op !== 'field') return [];
  const fields = timeout.fields.filter(
    (field): field is Field => field.member === 'field' && (isPlain(field) || isEntry(field)),
  );
  // What is computed of it would have to change with it.
  const computed = [...walk(frame.body)].flatMap((m) =>
    m.member === 'field' && (m.computed !== undefined || m.isPad === true)
      ? membersRead(m).flatMap((e) => [...parts(e)])
      : [],
  );
  const decides = computed.some(
    (e) => e.op === 'field' && e.fields.some((f) => fields.some((one) => one === f)),
  );
  return fields.length === timeout.fields.length && !decides ? fields : [];
}

/** The header that says it; null where none does. */
export function timeoutHeader({ roles }: Protocol): string | null {
  const { timeout, headers } = roles;
  if (timeout?.op !== 'header' || headers.some((map) => !timeout.maps.includes(map))) return null;
  return timeout.key;
}

/** Emits what writes another time over the frame's own. Null where {@link timeoutFields} has none. */
export function emitSetTimeout(module: Module): FunctionDeclarationStructure | null {
  const fields = timeoutFields(module.protocol);
  if (fields.length === 0) return null;
  const reader = new Reader(module);
  const { lines } = reader;
  for (const [i, field] of fields.entries()) {
    const condition = field.guards.length === 0 ? null : reader.condition(field.guards);
    if (condition !== null) lines.push(`if (${condition}) {`);
    reader.within = field.guards;
    reader.nested(() => {
      if (isEntry(field)) {
        const { format, from, to, path } = entryCode(field, reader);
        lines.push(
          `const place = ${format}.find(b, ${from}, ${to}, ${path});`,
          `return place >= 0 && ${format}.putInt(b, place, ms);`,
        );
        return;
      }
      const most = mostOf(field);
      if (most < BigInt(Number.MAX_SAFE_INTEGER)) lines.push(`if (ms > ${most}) return false;`);
      const { int } = field.type as Field['type'] & { kind: 'int' };
      const value = int.bits > 48 ? 'BigInt(ms)' : 'ms';
      const scratch = i === 0 ? 'newTimeout' : `newTimeout${i + 1}`;
      putInPlace(field, reader, module, value, scratch, 'A timeout');
      lines.push('return true;');
    });
    reader.within = [];
    if (condition !== null) lines.push('}');
  }
  if (fields.at(-1)!.guards.length > 0) lines.push('return false;');
  const statements = tidy(lines);
  const usesEnd = /(?<!\.)\bend\b/.test(statements.join('\n'));
  return {
    kind: StructureKind.Function,
    name: 'setTimeout',
    parameters: [
      { name: 'b', type: 'Uint8Array' },
      { name: 'at', type: 'number' },
      { name: usesEnd ? 'end' : '_end', type: 'number' },
      { name: 'ms', type: 'number' },
    ],
    returnType: 'boolean',
    statements,
  };
}

/** A number of fixed width that nothing else is computed of, and that may have any value. */
function isPlain({ type, range, constant, derivation, checksum }: Field): boolean {
  const free = range === null && constant === null && derivation === null && checksum === null;
  return free && type.kind === 'int' && type.form.kind === 'fixed';
}

function mostOf(field: Field): bigint {
  const { int } = field.type as Field['type'] & { kind: 'int' };
  return 2n ** BigInt(int.signed ? int.bits - 1 : int.bits) - 1n;
}
