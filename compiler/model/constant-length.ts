import type { Report } from '../diagnostics/diagnostic.js';
import type { Span } from '../source/source-file.js';
import { contentOf, sizeExtent } from './constant-bytes.js';
import { boundsOf, formRange } from './integers.js';
import type { Extended, Field, FieldType, Length } from './model.js';

/** A size as a sum of fields, each times a number. */
interface Sum {
  readonly terms: ReadonlyMap<Length, bigint>;
  readonly constant: bigint;
}

/**
 * The length of a constant, where a field says it, is constant too: `len : u16; name : text size len = "AMQP";`
 * makes `len` 4 in every frame, and `name` four bytes. Other extents are left as they are, as is one whose length
 * can't be found so.
 *
 * @param size of `of`, as its fields give it
 */
export function constantLength(of: Extended, { terms, constant }: Sum, span: Span, report: Report): void {
  if (of.member !== 'field' || of.constant?.kind !== 'text' || !isText(of.type)) return;
  const unknown = [...terms].filter(([field]) => field.constant?.kind !== 'int');
  const [first, second] = unknown;
  const known = [...terms].reduce((sum, [field, times]) => {
    const value = field.constant?.kind === 'int' ? field.constant.value : 0n;
    return sum + times * value;
  }, constant);
  const { length } = contentOf(of.type, of.constant.value);
  const left = BigInt(length) - known;
  const fail = (message: string, labels: readonly { span: Span; text: string }[] = []): void =>
    report.error('PF113', of.span, `\`${of.name}\` has ${length} bytes, ${message}`, { labels });
  if (second !== undefined) return;
  if (first === undefined) {
    if (left !== 0n) return fail(`its size is ${known}`, [{ span, text: 'this' }]);
    return fix(of, length, span);
  }
  const [field, times] = first;
  if (field.member === 'field') {
    if (field.isParam === true || field.default !== null) return;
    if (field.computed !== undefined || field.checksum !== null) return;
  }
  const at = [{ span: field.span, text: 'its length' }];
  if (left % times !== 0n) return fail(`which its length can't say: it counts by ${times}`, at);
  const value = left / times;
  const { low, high } =
    field.member === 'bitField'
      ? boundsOf(field)
      : (field.range ?? formRange(field.type as FieldType & { kind: 'int' }));
  if (value < low || value > high)
    return fail(`for which \`${field.name}\` would be ${value}: it holds ${low} to ${high}`, at);
  Object.assign(field, { constant: { kind: 'int', value }, range: null } satisfies Partial<Length>);
  fix(of, length, span);
}

function isText(type: FieldType): type is FieldType & { readonly kind: 'bytes' | 'text' } {
  return (type.kind === 'bytes' || type.kind === 'text') && !type.nullable;
}

function fix(field: Field, length: number, span: Span): void {
  const type = { ...field.type, extent: sizeExtent(length, span) } as FieldType;
  Object.assign(field, { type } satisfies Partial<Field>);
}
