import { checksumName } from '../../model/checksum-name.js';
import { rangeOf } from '../../model/integers.js';
import type { Expression } from '../../model/expression.js';
import { orderIn, sizeArgsIn } from '../../model/expressions-of.js';
import type { Enum, ExtentModel, Field, FieldType } from '../../model/model.js';
import type { Span } from '../../source/source-file.js';
import { lengthForm } from '../length-form.js';
import { orderText } from '../order-text.js';
import { constantKey, constantText, shownConstant, sourceText } from '../source-text.js';
import { compareInts } from './compare-enums.js';
import type { LayoutContext } from './layout-context.js';
import { meaningKey, type Known } from './meaning-key.js';

/** Compares two versions of a field. */
export function compareFields(cx: LayoutContext, was: Field, is: Field): void {
  const { changes } = cx;
  const name = `\`${is.name}\``;
  const { span: a } = was;
  const { span: b } = is;
  if (was.name !== is.name)
    changes.warning(
      'field-renamed',
      a,
      b,
      `\`${was.name}\` is called ${name}: the bytes are the same, names in code are not`,
    );
  changes.doc(name, was, is);
  compareTypes(cx, name, was.type, is.type, a, b);
  if (constantKey(was) !== constantKey(is))
    changes.breaking('constant-changed', a, b, `${name} was ${shownConstant(was)}, is ${shownConstant(is)}`);
  else if (was.constant === null) {
    const fallback = (f: Field): string =>
      f.default === null ? 'no default' : `the default ${constantText(f.default)}`;
    if (fallback(was) !== fallback(is))
      changes.warning('default-changed', a, b, `${name} had ${fallback(was)}, has ${fallback(is)}`);
    compareRanges(cx, name, was, is);
  }
  const computed = (f: Field, known: Known): string | null =>
    f.computed === undefined ? null : meaningKey(f.computed, known);
  if (computed(was, cx.pairing.knownOld) !== computed(is, cx.pairing.knownNew)) {
    const shown = (f: Field): string =>
      f.computed === undefined ? 'not computed' : `\`${sourceText(f.computed)}\``;
    changes.breaking('constant-changed', a, b, `${name} was ${shown(was)}, is ${shown(is)}`);
  }
  const sum = (f: Field, known: Known): string =>
    f.checksum === null
      ? 'no checksum'
      : `${checksumName(f.checksum)} over ${known(f.checksum.from)}..${known(f.checksum.to)}`;
  if (sum(was, cx.pairing.knownOld) !== sum(is, cx.pairing.knownNew))
    changes.breaking(
      'checksum-changed',
      a,
      b,
      `${name} was ${sum(was, cx.pairing.knownOld)}, is ${sum(is, cx.pairing.knownNew)}`,
    );
}

function compareRanges(cx: LayoutContext, name: string, was: Field, is: Field): void {
  if (was.type.kind !== 'int' || is.type.kind !== 'int') return;
  const bounds = ({ type, range }: Field): Bounded => ({ element: type, range });
  compareBounds(cx, name, bounds(was), bounds(is), was.span, is.span);
}

/** A number, or the elements of a list, with what `in` says of them. */
interface Bounded {
  readonly element: FieldType;
  readonly range: Field['range'];
}

function compareBounds(cx: LayoutContext, name: string, was: Bounded, is: Bounded, a: Span, b: Span): void {
  if (was.element.kind !== 'int' || is.element.kind !== 'int') return;
  if (was.range === null && is.range === null) return;
  const [before, after] = [was.range ?? rangeOf(was.element.int), is.range ?? rangeOf(is.element.int)];
  compareNumbers(cx, name, before, after, a, b);
}

type Range = NonNullable<Field['range']>;

/** What two versions of a number can be. */
export function compareNumbers(
  cx: LayoutContext,
  name: string,
  before: Range,
  after: Range,
  a: Span,
  b: Span,
): void {
  const text = `${name} was in ${before.low}..${before.high}, is in ${after.low}..${after.high}`;
  if (after.low > before.low || after.high < before.high) cx.changes.breaking('range-changed', a, b, text);
  else if (after.low < before.low || after.high > before.high)
    cx.changes.compatible('range-changed', a, b, text);
}

/** A number, or a group of bits. */
interface Ordered {
  readonly int: { readonly little: boolean };
  readonly order?: Expression | undefined;
}

/** What says the order of a number's bytes. */
export function compareOrder(
  { changes, pairing }: LayoutContext,
  name: string,
  was: Ordered,
  is: Ordered,
  a: Span,
  b: Span,
): void {
  const key = ({ order }: typeof was, known: Known): string =>
    order === undefined ? '' : meaningKey(order, known);
  if (key(was, pairing.knownOld) === key(is, pairing.knownNew)) return;
  const words = ({ order, int }: typeof was): string =>
    order === undefined
      ? `${int.little ? 'little' : 'big'}-endian`
      : orderText(order, (text) => `\`${text}\``);
  changes.breaking('byte-order-changed', a, b, `${name} was ${words(was)}, is ${words(is)}`);
}

/** As {@link compareOrder}, of what a struct is told, or a map, or what a window stands for. */
function compareTold(cx: LayoutContext, name: string, was: FieldType, is: FieldType, a: Span, b: Span): void {
  const [before, after] = [orderIn(was), orderIn(is)];
  // Without it its numbers have an order of their own, and are compared one by one.
  if (before === undefined || after === undefined) return;
  const int = { little: false };
  compareOrder(cx, name, { int, order: before }, { int, order: after }, a, b);
}

function compareTypes(
  cx: LayoutContext,
  name: string,
  was: FieldType,
  is: FieldType,
  a: Span,
  b: Span,
): void {
  const { changes } = cx;
  if (was.kind === 'int' && is.kind === 'int') {
    compareOrder(cx, name, was, is, a, b);
    if (was.enum !== null && is.enum !== null) return cx.enums(was.enum, is.enum);
    if (!compareInts(name, was.int, is.int, a, b, changes)) return;
    compareClosed(cx, name, was.bool || isClosed(was.enum), is.bool || isClosed(is.enum), a, b);
  } else if (
    was.kind === 'float' &&
    is.kind === 'float' &&
    was.bits === is.bits &&
    (was.order !== undefined || is.order !== undefined)
  ) {
    compareOrder(cx, name, { int: was, order: was.order }, { int: is, order: is.order }, a, b);
  } else if (was.kind === 'struct' && is.kind === 'struct') {
    cx.structs(was.struct, is.struct);
    compareTold(cx, name, was, is, a, b);
    const given = (type: FieldType, known: Known): string =>
      sizeArgsIn(type)
        .map((arg) => meaningKey(arg, known))
        .join(', ');
    const shown = (type: FieldType): string => sizeArgsIn(type).map(sourceText).join(', ');
    if (given(was, cx.pairing.knownOld) !== given(is, cx.pairing.knownNew))
      changes.breaking('type-changed', a, b, `${name} was of (${shown(was)}), is of (${shown(is)})`);
  } else if (was.kind === 'list' && is.kind === 'list') {
    compareTypes(cx, `an element of ${name}`, was.element, is.element, a, b);
    compareExtents(cx, name, was.extent, is.extent, a, b);
    compareLimit(cx, `the count of ${name}`, was.maxCount, is.maxCount, a, b);
    compareBounds(cx, `an element of ${name}`, was, is, a, b);
  } else if (was.kind === 'map' && is.kind === 'map') {
    cx.structs(was.pair, is.pair);
    compareTold(cx, name, was, is, a, b);
    compareExtents(cx, name, was.extent, is.extent, a, b);
    compareLimit(cx, `the count of ${name}`, was.maxCount, is.maxCount, a, b);
  } else if ((was.kind === 'text' || was.kind === 'bytes') && (is.kind === 'text' || is.kind === 'bytes')) {
    const encoding = (type: typeof was | typeof is): string =>
      type.kind === 'text' ? `text ${type.encoding}` : 'bytes';
    if (encoding(was) !== encoding(is)) {
      const text = `${name} was ${encoding(was)}, is ${encoding(is)}`;
      const wider = is.kind === 'bytes' || (encoding(was) === 'text ascii' && is.kind === 'text');
      if (wider) changes.compatible('type-changed', a, b, text);
      else changes.breaking('type-changed', a, b, text);
    }
    if (was.nullable && !is.nullable)
      changes.breaking('nullable-changed', a, b, `${name} can no longer be null`);
    if (!was.nullable && is.nullable) changes.compatible('nullable-changed', a, b, `${name} can be null now`);
    compareExtents(cx, name, was.extent, is.extent, a, b);
  } else if (was.kind === 'extern' && is.kind === 'extern') {
    if (was.extern.name !== is.extern.name)
      changes.breaking('type-changed', a, b, `${name} was a ${was.extern.name}, is a ${is.extern.name}`);
    compareLimit(cx, `the count of ${name}`, was.maxCount, is.maxCount, a, b);
  } else if (was.kind === 'coded' && is.kind === 'coded') {
    if (was.codec.name !== is.codec.name)
      changes.breaking(
        'type-changed',
        a,
        b,
        `${name} was coded by ${was.codec.name}, is by ${is.codec.name}`,
      );
    cx.structs(was.struct, is.struct);
    compareTold(cx, name, was, is, a, b);
    compareExtents(cx, name, was.extent, is.extent, a, b);
    compareLimit(cx, `what ${name} stands for`, was.max, is.max, a, b);
  } else if (was.kind === 'record' && is.kind === 'record') {
    if (was.extern.name !== is.extern.name)
      changes.breaking('type-changed', a, b, `${name} was a ${was.extern.name}, is a ${is.extern.name}`);
    compareEntries(cx, was.entries, is.entries);
  } else changes.breaking('type-changed', a, b, `${name} was ${KINDS[was.kind]}, is ${KINDS[is.kind]}`);
}

/** Compares the entries of a record: what stands under a tag has to be what it was. */
function compareEntries({ changes }: LayoutContext, was: readonly Field[], is: readonly Field[]): void {
  for (const entry of was) {
    const same = is.find((other) => tagsOf(other) === tagsOf(entry));
    const moved = is.find((other) => other.name === entry.name);
    const tag = `tag ${tagsOf(entry)}`;
    if (same === undefined && moved === undefined)
      changes.warning(
        'field-removed',
        entry.span,
        null,
        `${tag}, \`${entry.name}\`, is passed on unread now`,
      );
    else if (same === undefined)
      changes.breaking(
        'field-moved',
        entry.span,
        moved!.span,
        `\`${entry.name}\` stood under ${tag}, stands under tag ${tagsOf(moved!)}`,
      );
    else if (heldBy(entry) !== heldBy(same))
      changes.breaking(
        'type-changed',
        entry.span,
        same.span,
        `${tag} held ${heldBy(entry)}, holds ${heldBy(same)}`,
      );
  }
  for (const entry of is)
    if (!was.some((other) => tagsOf(other) === tagsOf(entry) || other.name === entry.name))
      changes.compatible(
        'field-added',
        null,
        entry.span,
        `tag ${tagsOf(entry)} is read as \`${entry.name}\``,
      );
}

function tagsOf({ type }: Field): string {
  return type.kind === 'entry' ? type.path.join('.') : '';
}

function heldBy({ type }: Field): string {
  return type.kind === 'entry' ? type.of.kind : type.kind;
}

/** Compares how far something reaches. */
export function compareExtents(
  cx: LayoutContext,
  name: string,
  was: ExtentModel,
  is: ExtentModel,
  a: Span,
  b: Span,
): void {
  const { changes } = cx;
  if ((was.kind === 'size' || was.kind === 'count') && was.kind === is.kind) {
    if (meaningKey(was.value, cx.pairing.knownOld) !== meaningKey(is.value, cx.pairing.knownNew))
      changes.breaking(
        'extent-changed',
        was.value.span,
        is.value.span,
        `the ${was.kind} of ${name} was \`${sourceText(was.value)}\`, is \`${sourceText(is.value)}\``,
      );
  } else if (was.kind === 'until' && is.kind === 'until') {
    if (was.delimiter !== is.delimiter)
      changes.breaking(
        'extent-changed',
        a,
        b,
        `${name} ended by ${JSON.stringify(was.delimiter)}, ends by ${JSON.stringify(is.delimiter)}`,
      );
  } else if (was.kind === 'prefix' && is.kind === 'prefix') {
    compareOrder(cx, `the length before ${name}`, was, is, a, b);
    compareInts(`the length before ${name}`, was.int, is.int, a, b, changes);
  } else if (was.kind === 'varying' && is.kind === 'varying') {
    const [before, now] = [lengthForm(was.length), lengthForm(is.length)];
    if (before !== now)
      changes.breaking('extent-changed', a, b, `the length before ${name} was ${before}, is ${now}`);
  } else if (was.kind !== is.kind)
    changes.breaking('extent-changed', a, b, `${name} ended by ${ENDS[was.kind]}, ends by ${ENDS[is.kind]}`);
  compareLimit(cx, `the size of ${name}`, was.max ?? Infinity, is.max ?? Infinity, a, b);
}

function compareLimit(cx: LayoutContext, what: string, was: number, is: number, a: Span, b: Span): void {
  const text = (n: number): string => (n === Infinity ? 'not limited' : `at most ${n}`);
  const message = `${what} was ${text(was)}, is ${text(is)}`;
  if (is < was) cx.changes.breaking('limit-lowered', a, b, message);
  if (is > was) cx.changes.compatible('limit-raised', a, b, message);
}

/** Compares whether any value may stand there, or listed ones only. */
export function compareClosed(
  { changes }: LayoutContext,
  name: string,
  was: boolean,
  is: boolean,
  a: Span,
  b: Span,
): void {
  if (is && !was) changes.breaking('type-changed', a, b, `${name} takes listed values only now`);
  if (was && !is) changes.compatible('type-changed', a, b, `${name} takes any value now`);
}

export function isClosed(one: Enum | null): boolean {
  return one !== null && !one.open && !one.flags;
}

const KINDS: Readonly<Record<FieldType['kind'], string>> = {
  int: 'a number',
  bytes: 'bytes',
  text: 'text',
  struct: 'a struct',
  list: 'a list',
  map: 'a map',
  float: 'a floating-point number',
  extern: 'a value of its own format',
  record: 'a record',
  entry: 'an entry',
  inHead: 'what a head holds',
  composed: 'a composed id',
  coded: 'a coded window',
  inner: 'a field of a struct',
};

const ENDS: Readonly<Record<ExtentModel['kind'], string>> = {
  size: 'a size',
  count: 'a count',
  rest: 'the end of its window',
  until: 'a delimiter',
  prefix: 'a length before it',
  varying: 'a length of varying width before it',
};
