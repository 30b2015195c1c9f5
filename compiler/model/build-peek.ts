import type { Expr, NamedType } from '../syntax/ast.js';
import { bareField } from './bare-field.js';
import type { Context } from './build-expression.js';
import { buildType } from './build-type.js';
import type { Declarations } from './declarations.js';
import type { Field } from './model.js';
import type { Names } from './names.js';

/**
 * The field that `peek(u8)` reads: an integer of fixed width that lies over what stands next; null after a report.
 *
 * @param peeked those of the member so far: what is asked twice is read once
 */
export function buildPeek(
  call: Expr & { kind: 'call' },
  peeked: Field[],
  path: string,
  cx: Context & { readonly names: Names },
  declarations: Declarations,
): Field | null {
  const type = typeOf(call);
  if (type === null) {
    cx.report.error('PF109', call.span, '`peek` takes the type to read', { hint: 'write `peek(u8)`' });
    return null;
  }
  const built = buildType({ type, extent: null, attrs: [], span: type.span }, cx, declarations);
  if (built === null) return null;
  if (built.kind !== 'int' || built.form.kind !== 'fixed' || built.bool || built.int.bits > 48) {
    cx.report.error('PF109', type.span, '`peek` reads an integer of fixed width, or an enum', {
      hint: 'write u8 to u48: `"*"` is a value of u8, `"GET"` of u24',
    });
    return null;
  }
  const { int, order } = built;
  const same = peeked.find(
    ({ type: t }) => t.kind === 'int' && t.enum === built.enum && sameInt(t.int, int) && t.order === order,
  );
  if (same !== undefined) return same;
  const name = cx.names.free('peek');
  const { guards } = cx;
  const field: Field = {
    ...bareField({ name, path: `${path}.${name}`, doc: '', span: call.span, type: built, guards }),
    isPeek: true,
  };
  peeked.push(field);
  return field;
}

function sameInt(a: { bits: number; signed: boolean; little: boolean }, b: typeof a): boolean {
  return a.bits === b.bits && a.signed === b.signed && a.little === b.little;
}

/** A call's only argument as a type: `u8`, `Kind`, `std.Kind`; null if it is none. */
function typeOf({ args }: Expr & { kind: 'call' }): NamedType | null {
  const [of, extra] = args;
  if (of === undefined || extra !== undefined) return null;
  if (of.kind === 'name')
    return { kind: 'named', path: [{ text: of.name, span: of.span }], args: [], extent: null, span: of.span };
  if (of.kind !== 'member' || of.object.kind !== 'name') return null;
  const { object } = of;
  return {
    kind: 'named',
    path: [{ text: object.name, span: object.span }, of.name],
    args: [],
    extent: null,
    span: of.span,
  };
}
