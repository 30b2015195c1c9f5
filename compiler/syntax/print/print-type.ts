import type { Attr, Element, Extent, NamedType, Param, TypeExpr } from '../ast.js';
import { join, type Doc } from './doc.js';
import { args, expression } from './print-expression.js';
import type { Trivia } from './trivia.js';

export function type(trivia: Trivia, of: TypeExpr): Doc {
  switch (of.kind) {
    case 'bytes':
      return 'bytes';
    case 'text':
      return of.encoding === null ? 'text' : `text ${of.encoding.text}`;
    case 'list':
    case 'map':
      return [of.kind, ' of ', element(trivia, of.element)];
    case 'named':
      return [of.path.map((part) => part.text).join('.'), argumentsOf(trivia, of)];
  }
}

function argumentsOf(trivia: Trivia, { args: given, extent: end }: NamedType): Doc {
  if (given.length === 0) return '';
  if (end === null) return args(trivia, given);
  return [
    '(',
    join(
      ', ',
      given.map((one) => expression(trivia, one)),
    ),
    ' ',
    extent(trivia, end),
    ')',
  ];
}

function element(trivia: Trivia, of: Element): Doc {
  const plain = of.extent === null && of.attrs.length === 0;
  return plain ? type(trivia, of.type) : ['(', sized(trivia, of), ')'];
}

/** A type with its extent and attributes: `text ascii size length max 1KiB nullable`. */
export function sized(
  trivia: Trivia,
  of: { readonly type: TypeExpr; readonly extent: Extent | null; readonly attrs: readonly Attr[] },
): Doc {
  return [
    type(trivia, of.type),
    of.extent === null ? '' : [' ', extent(trivia, of.extent)],
    attributes(trivia, of.attrs),
  ];
}

function extent(trivia: Trivia, of: Extent): Doc {
  return of.value === null ? of.kind : [of.kind, ' ', expression(trivia, of.value)];
}

/** Each with a blank before it. */
export function attributes(trivia: Trivia, of: readonly Attr[]): Doc {
  return of.map((one): Doc => {
    switch (one.kind) {
      case 'nullable':
        return ' nullable';
      case 'in':
        return [' in ', expression(trivia, one.low), '..', expression(trivia, one.high)];
      case 'checksum':
        return [' checksum ', expression(trivia, one.algorithm), ` over ${one.from.text}..${one.to.text}`];
      default:
        return [` ${one.kind} `, expression(trivia, one.value)];
    }
  });
}

/** `(a: u8, b: text)` */
export function params(trivia: Trivia, of: readonly Param[]): Doc {
  const items = of.map((one) => [one.name.text, ': ', type(trivia, one.type)]);
  return ['(', join(', ', items), ')'];
}
