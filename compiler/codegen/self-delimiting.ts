import { camelCase, pascalCase } from '../model/camel-case.js';
import type { Expression } from '../model/expression.js';
import type { ExtentModel, Field, FieldType, Struct } from '../model/model.js';
import { sizeOfElements } from '../model/expressions-of.js';
import { fixedSize, typeSize } from '../model/size.js';
import { walk } from '../model/walk.js';
import type { Module } from './module.js';

/** What says how many elements or entries a value has; null where nothing does. */
export function countedBy(type: FieldType): Expression | null {
  if (type.kind !== 'list' && type.kind !== 'map') return null;
  return type.extent.kind === 'count' ? type.extent.value : null;
}

/** The most elements of a list, or entries of headers; null for what has none. */
export function mostEntries(type: FieldType, module: Module): number | null {
  if (type.kind === 'map') return Math.min(type.maxCount, module.protocol.limits.headers);
  return type.kind === 'list' ? type.maxCount : null;
}

/** Whether a value says itself where it ends, so that it has to be walked to find out. */
export function isSelfDelimited(type: FieldType): boolean {
  switch (type.kind) {
    case 'int':
      return (
        type.form.kind === 'varint' || (type.form.kind === 'digits' && type.form.extent.kind === 'until')
      );
    case 'bytes':
    case 'text':
      return type.extent.kind === 'until' || type.extent.kind === 'varying';
    case 'map':
      return type.extent.kind === 'until' || type.extent.kind === 'count';
    case 'struct':
      return fixedSize(type.struct.size) === null;
    case 'list':
      if (type.extent.kind === 'until') return true;
      return (
        type.extent.kind === 'count' &&
        sizeOfElements(type) === null &&
        fixedSize(typeSize(type.element)) === null
      );
    case 'extern':
      return !type.rest;
    default:
      return false;
  }
}

/**
 * The code of where a self-delimited value ends that starts at `from`: a place, 0 if it is malformed, or
 * -n if n bytes more than `to` are needed to know.
 *
 * @param count the code of how many elements a list has
 * @param depth the code of how many recursive structs may still be in each other
 * @param state the code of what a scan remembers, for walks that may be long; null where all bytes are there
 * @param args the code of what the parameters of a struct are
 */
export function endCode(
  type: FieldType,
  path: string,
  b: string,
  from: string,
  to: string,
  count: string,
  depth: string,
  module: Module,
  state = 'null',
  args: readonly string[] = [],
): string {
  const goesOn = isLong(type, module) ? `, ${state}` : '';
  const more = `${args.map((arg) => `, ${arg}`).join('')}${reachesRecursion(type) ? `, ${depth}` : ''}${goesOn}`;
  switch (type.kind) {
    case 'int':
      if (type.form.kind === 'varint')
        return `${module.use(`${type.form.encoding}End`)}(${b}, ${from}, ${to})`;
      if (type.form.kind === 'digits' && type.form.extent.kind === 'size') {
        const end = module.use(type.form.base === 10 ? 'digitsEnd' : 'hexDigitsEnd');
        return `${end}(${b}, ${from}, ${to}, ${type.form.extent.digits})`;
      }
      if (type.form.kind === 'digits' && type.form.extent.kind === 'until') {
        if (isDecimalLine(type))
          return `${module.use('decimalLineEnd')}(${b}, ${from}, ${to}, ${MOST_DIGITS})`;
        const end = module.use(type.form.base === 10 ? 'decimalUntilEnd' : 'hexUntilEnd');
        return `${end}(${b}, ${from}, ${to}, ${module.delimiter(type.form.extent.delimiter)}, ${MOST_DIGITS})`;
      }
      break;
    case 'bytes':
    case 'text':
      if (type.extent.kind === 'until') {
        const max = type.extent.max ?? module.protocol.limits.line;
        const delimiter = module.delimiter(type.extent.delimiter);
        if (goesOn !== '' && state !== 'null')
          return `${module.use('untilGoesOn')}(${b}, ${from}, ${to}, ${delimiter}, ${max}${goesOn})`;
        return `${module.use('untilEnd')}(${b}, ${from}, ${to}, ${delimiter}, ${max})`;
      }
      if (type.extent.kind === 'varying')
        return `${module.announcedEnd(type.extent, type.nullable)}(${b}, ${from}, ${to})`;
      break;
    case 'struct':
      return `${structEndName(type.struct)}(${b}, ${from}, ${to}${more})`;
    case 'list':
      return `${listEndName(path)}(${b}, ${from}, ${to}, ${type.extent.kind === 'until' ? type.maxCount : count}${more})`;
    case 'map': {
      const most = Math.min(type.maxCount, module.protocol.limits.headers);
      const entries = type.extent.kind === 'count' ? count : most;
      return `${listEndName(path)}(${b}, ${from}, ${to}, ${entries}${more})`;
    }
    case 'extern':
      return `${module.extern(type.extern)}.end(${b}, ${from}, ${to})`;
  }
  throw new Error(`${path} does not say where it ends`);
}

/** Whether a number is the digits of a line, which leave their value behind where they are walked over. */
function isDecimalLine({ form }: FieldType & { kind: 'int' }): boolean {
  return (
    form.kind === 'digits' &&
    form.base === 10 &&
    form.extent.kind === 'until' &&
    form.extent.delimiter === '\r\n'
  );
}

/** How a number of a form that is not fixed is read whose end {@link endCode} has just found, as code. */
export function readPassed(
  type: FieldType & { kind: 'int' },
  b: string,
  place: string,
  end: string,
  module: Module,
): string {
  return isDecimalLine(type) ? module.use('decimalPassed') : readFormed(type, b, place, module, end);
}

/** An extent that a length of varying width says. */
export type Varying = ExtentModel & { readonly kind: 'varying' };

/** Zeros in front are read, up to so many digits in all. */
const MOST_DIGITS = 20;

/** `blobEnd` */
export function structEndName(struct: Struct): string {
  return `${camelCase(struct.name)}End`;
}

/** `Command.args` gives `commandArgsEnd`. */
export function listEndName(path: string): string {
  const [first, ...others] = path.split('.');
  return `${camelCase(first!)}${others.map(pascalCase).join('')}End`;
}

/** Whether a value may hold a recursive struct, so that walking it needs a bound on the depth. */
export function reachesRecursion(type: FieldType, seen = new Set<Struct>()): boolean {
  if (type.kind === 'list') return reachesRecursion(type.element, seen);
  if (type.kind !== 'struct') return false;
  if (type.struct.recursive) return true;
  if (seen.has(type.struct)) return false;
  seen.add(type.struct);
  return [...walk(type.struct.body)].some((m) => m.member === 'field' && reachesRecursion(m.type, seen));
}

/** Bytes up to a delimiter that are looked through again for every chunk. */
const SHORT = 512;

/** Whether a walk may be long, so that a scan goes on where it stopped: lists, what holds them, and long texts. */
export function isLong(type: FieldType, module: Module, seen = new Set<Struct>()): boolean {
  switch (type.kind) {
    case 'bytes':
    case 'text':
      return type.extent.kind === 'until' && (type.extent.max ?? module.protocol.limits.line) > SHORT;
    case 'list':
    case 'map':
      return isSelfDelimited(type);
    case 'struct': {
      if (seen.has(type.struct)) return false;
      seen.add(type.struct);
      const members = [...walk(type.struct.body)];
      return (
        isSelfDelimited(type) && members.some((m) => m.member === 'field' && isLong(m.type, module, seen))
      );
    }
    default:
      return false;
  }
}

/**
 * How a number of a form that is not fixed is read at a place, as code.
 * @param end the code of where it ends, its delimiter included, where that is known
 */
export function readFormed(
  type: FieldType & { kind: 'int' },
  b: string,
  place: string,
  module: Module,
  end?: string,
): string {
  const { form } = type;
  if (form.kind === 'varint') return `${module.use(form.encoding)}(${b}, ${place})`;
  if (form.kind !== 'digits') throw new Error('a number of fixed width is read by its width');
  if (form.base === 10 && form.extent.kind === 'until' && end !== undefined)
    return `${module.use('decimalOf')}(${b}, ${place}, ${end} - ${form.extent.delimiter.length})`;
  // A delimiter is no digit, so reading ends there.
  const to = form.extent.kind === 'size' ? `${place} + ${form.extent.digits}` : `${b}.length`;
  return `${module.use(form.base === 10 ? 'decimal' : 'hex')}(${b}, ${place}, ${to})`;
}

/** How many bytes a number of a form that is not fixed takes, as code. */
export function formedSize(type: FieldType & { kind: 'int' }, value: string, module: Module): string {
  const { form } = type;
  if (form.kind === 'varint' && form.width !== undefined) return String(form.width);
  if (form.kind === 'varint') return leastSize(type, value, module);
  if (form.kind !== 'digits') return String(type.int.bits / 8);
  if (form.extent.kind === 'size') return String(form.extent.digits);
  return `${module.use(form.base === 10 ? 'decimalSize' : 'hexSize')}(${value}) + ${form.extent.delimiter.length}`;
}

/** How few bytes a number of varying width takes, as code. */
export function leastSize({ form }: FieldType & { kind: 'int' }, value: string, module: Module): string {
  if (form.kind !== 'varint') throw new Error('a number in digits takes as many bytes as it has');
  return `${module.use(`${form.encoding}Size`)}(${value})`;
}

/**
 * The lines that write a number of a form that is not fixed at `p` and move on.
 *
 * @param width the code of in how many bytes one of varying width is written, where not in those that its type says
 */
export function writeFormed(
  type: FieldType & { kind: 'int' },
  value: string,
  module: Module,
  b = 'b',
  p = 'p',
  width?: string,
): string[] {
  const { form } = type;
  if (form.kind === 'varint' && (width ?? form.width) !== undefined) {
    const put = module.use(`putWide${pascalCase(form.encoding)}`);
    return [`${p} = ${put}(${b}, ${p}, ${value}, ${width ?? form.width});`];
  }
  if (form.kind === 'varint')
    return [`${p} = ${module.use(`put${pascalCase(form.encoding)}`)}(${b}, ${p}, ${value});`];
  if (form.kind !== 'digits') throw new Error('a number of fixed width is written by its width');
  const { base, extent } = form;
  if (extent.kind === 'size') {
    const put = module.use(base === 10 ? 'putDigits' : 'putHexDigits');
    return [`${p} = ${put}(${b}, ${p}, ${value}, ${extent.digits});`];
  }
  const put = module.use(base === 10 ? 'putDecimal' : 'putHex');
  return [`${p} = ${put}(${b}, ${p}, ${value});`, ...writeDelimiter(extent.delimiter, module, b, p)];
}

/** The code of where the content starts whose length of varying width, which is in order, stands at `from`. */
export function behindLength(extent: Varying, b: string, from: string, module: Module): string {
  return endCode(extent.length, '', b, from, `${b}.length`, '0', '0', module);
}

/** The code of whether the length at `from` is the one that stands for null. */
export function announcesNull(extent: Varying, b: string, from: string, module: Module): string {
  return `${readFormed(extent.length, b, from, module)} === -1`;
}

/** The line that writes a length of varying width at a place. */
export function putLength(extent: Varying, value: string, module: Module, b: string, at: string): string {
  const { form } = extent.length;
  if (form.kind === 'varint')
    return `${module.use(`put${pascalCase(form.encoding)}`)}(${b}, ${at}, ${value});`;
  if (form.kind !== 'digits') throw new Error('a length of fixed width is written by its width');
  if (form.extent.kind === 'size') {
    const put = module.use(form.base === 10 ? 'putDigits' : 'putHexDigits');
    return `${put}(${b}, ${at}, ${value}, ${form.extent.digits});`;
  }
  const put = module.use(form.base === 10 ? 'putDecimal' : 'putHex');
  return `${b}.set(${module.delimiter(form.extent.delimiter)}, ${put}(${b}, ${at}, ${value}));`;
}

/** The lines that write a delimiter at `p` and move on. */
export function writeDelimiter(delimiter: string, module: Module, b = 'b', p = 'p'): string[] {
  return [`${b}.set(${module.delimiter(delimiter)}, ${p});`, `${p} += ${delimiter.length};`];
}

/** Whether a field's value is read from the wire as a number. */
export function isFormed(field: Field): field is Field & { readonly type: FieldType & { kind: 'int' } } {
  return field.type.kind === 'int' && field.type.form.kind !== 'fixed';
}
