import { covers } from '../model/covers.js';
import { intName } from '../model/integers.js';
import type { Field, FieldType } from '../model/model.js';
import { checksumField } from './emit-reencode.js';
import type { Module } from './module.js';
import type { Reader } from './reader.js';

/**
 * The lines that write a number of fixed width over what stands in a field, and bring a checksum that covers it
 * up to date by what changes.
 *
 * @param value the code of the number, of the type that the field's width asks for
 * @param scratch the name of the memory that is used for it, `what` says of what
 */
export function putInPlace(
  field: Field,
  reader: Reader,
  module: Module,
  value: string,
  scratch: string,
  what: string,
): void {
  const { int } = field.type as FieldType & { kind: 'int' };
  const put = module.use(intName(int).replace(/^[ui]/, 'put'));
  const write = (b: string, at: string): string => `${put}(${b}, ${at}, ${value});`;
  writeInPlace(field, reader, module, { write, width: int.bits / 8, scratch, what });
}

/** How a value of fixed width is written, and what the memory for it is called. */
interface Written {
  /** The line that writes it into bytes at a place. */
  readonly write: (b: string, at: string) => string;
  readonly width: number;
  readonly scratch: string;
  readonly what: string;
}

/** As {@link putInPlace}, of a value that is no number. */
export function writeInPlace(
  field: Field,
  reader: Reader,
  module: Module,
  { write, width, scratch, what }: Written,
): void {
  const { lines } = reader;
  const place = reader.placeOf(field);
  const checksum = checksumField(module);
  if (checksum !== null && covers(checksum, field, module.protocol.frame)) {
    const delta = module.use(`${checksum.checksum!.algorithm}Delta`);
    const sumInt = intName((checksum.type as FieldType & { kind: 'int' }).int);
    const guard = checksum.guards.length === 0 ? null : reader.condition(checksum.guards);
    lines.push(guard === null ? '{' : `if (${guard}) {`);
    reader.nested(() => {
      const at = reader.placeOf(checksum);
      const end = reader.endOf(checksum.checksum!.to);
      lines.push(
        write(scratch, '0'),
        `const change = ${delta}(b, ${place}, ${scratch}, 0, ${width}, ${end} - (${place} + ${width}));`,
        `${module.use(sumInt.replace(/^[ui]/, 'put'))}(b, ${at}, ${module.use(sumInt)}(b, ${at}) ^ change);`,
      );
    });
    lines.push('}');
    module.add(
      `/** ${what} on its way into a frame whose checksum covers it. */\nconst ${scratch} = new Uint8Array(${width});`,
    );
  }
  lines.push(write('b', place));
}
