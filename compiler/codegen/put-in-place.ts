import { camelCase, pascalCase } from '../model/camel-case.js';
import { CHECKSUMS, type ChecksumName } from '../model/checksum-algorithms.js';
import { checksumsOver, covers } from '../model/covers.js';
import { intName } from '../model/integers.js';
import type { Field, FieldType } from '../model/model.js';
import { asOne, littleCode, putInteger, readInteger, writeInOrder } from './byte-order.js';
import { sumCode } from './checksum-code.js';
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
  const type = field.type as FieldType & { kind: 'int' };
  const write = (b: string, at: string): string =>
    putInteger(type, b, at, value, littleCode(type, reader), module);
  writeInPlace(field, reader, module, { write, width: type.int.bits / 8, scratch, what });
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
  const isAnew = checksums.some((one) => typeof one.checksum!.algorithm !== 'string');
  // What is written in one is looked at before, whatever the checksums are.
  if (isAnew ? write('b', place).includes(scratch) : checksums.length > 0)
    module.add(
      `/** ${what} on its way into a frame whose checksum covers it. */\nconst ${scratch} = new Uint8Array(${width});`,
    );
  if (isAnew) {
    sumAnew(checksums, write('b', place), reader, module);
    return;
  }
  const [only, ...others] = checksums;
  if (only !== undefined && others.length === 0) {
    const guard = only.guards.length === 0 ? null : reader.condition(only.guards);
    lines.push(guard === null ? '{' : `if (${guard}) {`);
    reader.nested(() => {
      const at = reader.placeOf(only);
      const change = deltaCode(only, { field, place, scratch, width }, reader, module);
      lines.push(
        write(scratch, '0'),
        `const change = ${change};`,
        changeInto(only, at, 'change', reader, module),
      );
      if (only.checksum!.algorithm === 'internet') {
        const { from, to } = only.checksum!;
        lines.push(write('b', place), zeroLine(only, at, reader.placeOf(from), reader.endOf(to), module));
      }
    });
    lines.push('}');
    if (only.checksum!.algorithm === 'internet' && guard === null) return;
  } else if (only !== undefined) {
    lines.push(write(scratch, '0'));
    const { changes, zeros } = changeAll(checksums, { field, place, scratch, width }, reader, module);
    lines.push(...changes, write('b', place), ...zeros);
    return;
  }
  lines.push(write('b', place));
}

/**
 * Emits a change of what checksums cover that do not say by how much they change: those that were right are computed
 * anew, and a wrong one stays as it is.
 */
function sumAnew(checksums: readonly Field[], change: string, reader: Reader, module: Module): void {
  const { lines } = reader;
  const all = checksums.map((checksum) => {
    const name = module.local(checksum);
    const [at, from, to, right] = ['Place', 'Start', 'End', 'IsRight'].map((end) =>
      reader.free(`${name}${end}`),
    );
    const guard = checksum.guards.length === 0 ? null : reader.condition(checksum.guards);
    const type = checksum.type as FieldType & { kind: 'int' };
    const width = type.int.bits / 8;
    const isOwn = covers(checksum, checksum, module.protocol.frame);
    const found = readInteger(type, 'b', at!, littleCode(type, reader), module);
    const sum = sumCode(checksum.checksum!, 'b', from!, to!, module);
    const zero = isOwn ? [`b.fill(0, ${at}, ${at} + ${width});`] : [];
    // An internet checksum has two zeros.
    const same = (value: string): string =>
      checksum.checksum!.algorithm === 'internet'
        ? `${value} % 0xffff === ${sum} % 0xffff`
        : `${value} === ${sum}`;
    const put = (value: string): string =>
      putInteger(type, 'b', at!, value, littleCode(type, reader), module);
    const find = (): void => {
      const declare = guard === null ? 'const ' : '';
      const { checksum: of } = checksum;
      lines.push(
        `${declare}${at} = ${reader.placeOf(checksum)};`,
        `${declare}${from} = ${reader.placeOf(of!.from)};`,
        `${declare}${to} = ${reader.endOf(of!.to)};`,
      );
      if (!isOwn) lines.push(`${declare}${right} = ${same(found)};`);
      else {
        const old = reader.free(`${name}Found`);
        lines.push(`const ${old} = ${found};`, ...zero, `${declare}${right} = ${same(old)};`, put(old));
      }
    };
    if (guard === null) find();
    else {
      lines.push(
        ...[at, from, to].map((one) => `let ${one} = 0;`),
        `let ${right} = false;`,
        `if (${guard}) {`,
      );
      reader.nested(find);
      lines.push('}');
    }
    return [`if (${right}) {`, ...zero, put(sum), '}'];
  });
  lines.push(change, ...all.flat());
}

/** The algorithm of a checksum of the language. */
function builtIn(field: Field): ChecksumName {
  const { algorithm } = field.checksum!;
  if (typeof algorithm !== 'string') throw new Error(`${field.path} is computed by ${algorithm.fn.name}`);
  return algorithm;
}

/** The code of what a checksum changes by when bytes that it covers do. */
function deltaCode(
  checksum: Field,
  { place, scratch, width }: Changed,
  reader: Reader,
  module: Module,
): string {
  const { from, to } = checksum.checksum!;
  const algorithm = builtIn(checksum);
  const bytes = `b, ${place}, ${scratch}, 0, ${width}`;
  const delta = module.use(`${camelCase(algorithm)}Delta`);
  switch (CHECKSUMS[algorithm].asks) {
    case 'trailing':
      return `${delta}(${bytes}, ${reader.endOf(to)} - (${place} + ${width}))`;
    case 'leading':
      return `${delta}(${bytes}, ${place} - (${reader.placeOf(from)}))`;
    case null:
      return `${delta}(${bytes})`;
  }
}

/** The code of a checksum, or a change of it, with a change. */
function withChange(checksum: Field, sum: string, change: string, module: Module): string {
  const algorithm = builtIn(checksum);
  switch (CHECKSUMS[algorithm].change) {
    case 'xor':
      return `${sum} ^ ${change}`;
    case 'add':
      return `${sum} + ${change}`;
    case 'plus':
      return `${module.use(`${camelCase(algorithm)}Plus`)}(${sum}, ${change})`;
  }
}

/** The line that writes an internet checksum of zero as all ones where all that it covers is zero by now. */
function zeroLine(checksum: Field, at: string, start: string, end: string, module: Module): string {
  // Both zeros are the same bytes in either order.
  const int = intName((checksum.type as FieldType & { kind: 'int' }).int);
  const isZero = `${module.use(int)}(b, ${at}) === 0 && ${module.use('internetZero')}(b, ${start}, ${end})`;
  return `if (${isZero}) ${module.use(int.replace(/^[ui]/, 'put'))}(b, ${at}, 0xffff);`;
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

/**
 * Emits how to find by what each of several checksums changes. What it gives are the lines that change them, and
 * those that look at internet checksums when all else is written.
 */
function changeAll(
  checksums: readonly Field[],
  first: Changed,
  reader: Reader,
  module: Module,
): { changes: readonly string[]; zeros: readonly string[] } {
  const { lines } = reader;
  const { frame } = module.protocol;
  const changed: Changed[] = [first];
  const changes: string[] = [];
  const zeros: string[] = [];
  checksums.forEach((checksum, i) => {
    const name = module.local(checksum);
    const [at, change] = [reader.free(`${name}Place`), reader.free(`${name}Change`)];
    const guard = checksum.guards.length === 0 ? null : reader.condition(checksum.guards);
    const { from, to } = checksum.checksum!;
    const algorithm = builtIn(checksum);
    const ends = algorithm === 'internet' ? [reader.free(`${name}Start`), reader.free(`${name}End`)] : null;
    const isCovered = checksums.slice(i + 1).some((later) => covers(later, checksum, frame));
    const scratch = `new${pascalCase(checksum.name)}`;
    const find = (): void => {
      const place = reader.placeOf(checksum);
      const deltas = changed
        .filter((one) => covers(checksum, one.field, frame))
        .map((one) => {
          const code = deltaCode(checksum, one, reader, module);
          return one.guard === null || one.guard === undefined ? code : `(${one.guard} ? ${code} : 0)`;
        })
        .reduce((sum, one) => withChange(checksum, sum, one, module));
      const declare = guard === null ? 'const ' : '';
      lines.push(`${declare}${at} = ${place};`, `${declare}${change} = ${deltas};`);
      if (ends !== null)
        lines.push(
          `${declare}${ends[0]!} = ${reader.placeOf(from)};`,
          `${declare}${ends[1]!} = ${reader.endOf(to)};`,
        );
      if (isCovered) lines.push(changeInto(checksum, at, change, reader, module, scratch));
    };
    if (guard === null) find();
    else {
      const names = [at, change, ...(ends ?? [])];
      lines.push(...names.map((one) => `let ${one} = 0;`), `if (${guard}) {`);
      reader.nested(find);
      lines.push('}');
    }
    const only = guard === null ? '' : `if (${guard}) `;
    const into = changeInto(checksum, at, change, reader, module);
    changes.push(only === '' ? into : `${only}${asOne(into)}`);
    if (ends !== null) {
      const line = zeroLine(checksum, at, ends[0]!, ends[1]!, module);
      zeros.push(guard === null ? line : `${only}{ ${line} }`);
    }
    const width = CHECKSUMS[algorithm].bits / 8;
    changed.push({ field: checksum, place: at, scratch, width, guard });
    if (isCovered) {
      const doc = `/** The checksum \`${checksum.name}\` on its way into a frame with a checksum over it. */`;
      module.addOnce(`${doc}\nconst ${scratch} = new Uint8Array(${width});`);
    }
  });
  return { changes, zeros };
}

/** The line that changes a checksum, where it stands or into memory of its own. */
function changeInto(
  checksum: Field,
  at: string,
  change: string,
  reader: Reader,
  module: Module,
  scratch?: string,
): string {
  const type = checksum.type as FieldType & { kind: 'int' };
  const write = (little: boolean): string => {
    const int = intName({ ...type.int, little });
    const put = module.use(int.replace(/^[ui]/, 'put'));
    const sum = withChange(checksum, `${module.use(int)}(b, ${at})`, change, module);
    return `${put}(${scratch ?? 'b'}, ${scratch === undefined ? at : '0'}, ${sum});`;
  };
  return writeInOrder(type, littleCode(type, reader), write);
}
