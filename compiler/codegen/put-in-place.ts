import { pascalCase } from '../model/camel-case.js';
import { checksumsOver, covers } from '../model/covers.js';
import { intName } from '../model/integers.js';
import type { Field, FieldType } from '../model/model.js';
import type { Module } from './module.js';
import type { Reader } from './reader.js';

/**
 * The lines that write a number of fixed width over what stands in a field, and bring the checksums that cover it
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
  const checksums = checksumsOver(field, module.protocol.frame);
  if (checksums.length > 0)
    module.add(
      `/** ${what} on its way into a frame whose checksum covers it. */\nconst ${scratch} = new Uint8Array(${width});`,
    );
  const [only, ...others] = checksums;
  if (only !== undefined && others.length === 0) {
    const delta = module.use(`${only.checksum!.algorithm}Delta`);
    const guard = only.guards.length === 0 ? null : reader.condition(only.guards);
    lines.push(guard === null ? '{' : `if (${guard}) {`);
    reader.nested(() => {
      const at = reader.placeOf(only);
      const end = reader.endOf(only.checksum!.to);
      lines.push(
        write(scratch, '0'),
        `const change = ${delta}(b, ${place}, ${scratch}, 0, ${width}, ${end} - (${place} + ${width}));`,
        xorInto(only, at, 'change', module),
      );
    });
    lines.push('}');
  } else if (only !== undefined) {
    lines.push(write(scratch, '0'));
    lines.push(...changeAll(checksums, { field, place, scratch, width }, reader, module));
  }
  lines.push(write('b', place));
}

/** Bytes that change: the new ones lie in memory of their own. */
interface Changed {
  readonly field: Field;
  readonly place: string;
  readonly scratch: string;
  readonly width: number;
  /** The code of whether the frame has them; null for always. */
  readonly guard?: string | null;
}

/** The lines that find by what each of several checksums changes, and only then change them. */
function changeAll(
  checksums: readonly Field[],
  first: Changed,
  reader: Reader,
  module: Module,
): readonly string[] {
  const { lines } = reader;
  const { frame } = module.protocol;
  const changed: Changed[] = [first];
  const after: string[] = [];
  checksums.forEach((checksum, i) => {
    const name = module.local(checksum);
    const [at, change] = [reader.free(`${name}Place`), reader.free(`${name}Change`)];
    const guard = checksum.guards.length === 0 ? null : reader.condition(checksum.guards);
    const { algorithm, to } = checksum.checksum!;
    const delta = module.use(`${algorithm}Delta`);
    const isCovered = checksums.slice(i + 1).some((later) => covers(later, checksum, frame));
    const scratch = `new${pascalCase(checksum.name)}`;
    const find = (): void => {
      const place = reader.placeOf(checksum);
      const end = reader.endOf(to);
      const deltas = changed
        .filter((one) => covers(checksum, one.field, frame))
        .map((one) => {
          const code = `${delta}(b, ${one.place}, ${one.scratch}, 0, ${one.width}, ${end} - (${one.place} + ${one.width}))`;
          return one.guard === null || one.guard === undefined ? code : `(${one.guard} ? ${code} : 0)`;
        });
      const declare = guard === null ? 'const ' : '';
      lines.push(`${declare}${at} = ${place};`, `${declare}${change} = ${deltas.join(' ^ ')};`);
      if (isCovered) lines.push(xorInto(checksum, at, change, module, scratch));
    };
    if (guard === null) find();
    else {
      lines.push(`let ${at} = 0;`, `let ${change} = 0;`, `if (${guard}) {`);
      reader.nested(find);
      lines.push('}');
    }
    after.push(`${guard === null ? '' : `if (${guard}) `}${xorInto(checksum, at, change, module)}`);
    changed.push({ field: checksum, place: at, scratch, width: 4, guard });
    if (isCovered) {
      const doc = `/** The checksum \`${checksum.name}\` on its way into a frame with a checksum over it. */`;
      module.addOnce(`${doc}\nconst ${scratch} = new Uint8Array(4);`);
    }
  });
  return after;
}

/** The line that changes a checksum, where it stands or into memory of its own. */
function xorInto(checksum: Field, at: string, change: string, module: Module, scratch?: string): string {
  const int = intName((checksum.type as FieldType & { kind: 'int' }).int);
  const put = module.use(int.replace(/^[ui]/, 'put'));
  return `${put}(${scratch ?? 'b'}, ${scratch === undefined ? at : '0'}, ${module.use(int)}(b, ${at}) ^ ${change});`;
}
