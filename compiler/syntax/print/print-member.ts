import type { Arm, BitField, Field, If, Member, RecordEntry, Within } from '../ast.js';
import { join, type Doc } from './doc.js';
import { aligned, block, plain, type Statement } from './print-block.js';
import { args, expression, patterns } from './print-expression.js';
import { attributes, sized, type } from './print-type.js';
import type { Trivia } from './trivia.js';

/** @param depth how deep the member is nested: 1 in a struct of a file */
export function member(trivia: Trivia, of: Member, depth: number): Statement {
  switch (of.kind) {
    case 'field':
      return field(trivia, of, depth);
    case 'let':
      return plain([`let ${of.name.text} = `, expression(trivia, of.value), ';']);
    case 'assert': {
      const otherwise = of.message === null ? '' : ` else ${of.message.text}`;
      return plain(['assert ', expression(trivia, of.condition), otherwise, ';']);
    }
    case 'endian':
      return plain([`endian ${of.order.text} if `, expression(trivia, of.condition), ';']);
    case 'pad':
      return plain([`pad ${of.mode} `, expression(trivia, of.value), ';']);
    case 'bits': {
      const head = ['bits ', type(trivia, of.type), of.name === null ? '' : ` ${of.name.text}`];
      const from = of.name?.span.end ?? of.type.span.end;
      const body = block(trivia, from, head, of.fields, depth, (one, inner) => bitField(trivia, one, inner));
      return plain([head, ' ', body]);
    }
    case 'record': {
      const head = ['record ', type(trivia, of.format), of.name === null ? '' : ` as ${of.name.text}`];
      const from = of.name?.span.end ?? of.format.span.end;
      return plain([head, ' ', entries(trivia, from, head, of.entries, depth)]);
    }
    case 'if':
      return plain(conditional(trivia, of, depth));
    case 'variant': {
      const on = join(
        ', ',
        of.on.map((one) => expression(trivia, one)),
      );
      const head = ['variant ', of.name === null ? '' : `${of.name.text} `, '(', on, ')'];
      const from = of.on.at(-1)!.span.end;
      const body = block(trivia, from, head, of.arms, depth, (one, inner) => arm(trivia, one, inner));
      return plain([head, ' ', body]);
    }
    case 'within':
      return plain(within(trivia, of, depth));
  }
}

function field(trivia: Trivia, of: Field, depth: number): Statement {
  const marks = of.annotations.map((one) => [
    `@${one.name.text}`,
    one.args.length === 0 ? '' : args(trivia, one.args),
    ' ',
  ]);
  const value = () => (of.value === null ? '' : [' = ', expression(trivia, of.value)]);
  return aligned('field', depth, [marks, of.name.text], [': ', sized(trivia, of), value(), ';']);
}

function bitField(trivia: Trivia, of: BitField, depth: number): Statement {
  return aligned('field', depth, of.name.text, [
    `: ${of.width.text}`,
    of.as === null ? '' : [' as ', type(trivia, of.as)],
    attributes(trivia, of.attrs),
    of.value === null ? '' : [' = ', expression(trivia, of.value)],
    ';',
  ]);
}

function entries(trivia: Trivia, from: number, head: Doc, of: readonly RecordEntry[], depth: number): Doc {
  return block(trivia, from, head, of, depth, (one, inner) => entry(trivia, one, inner));
}

function entry(trivia: Trivia, of: RecordEntry, depth: number): Statement {
  const head = `${of.tag.text} ${of.name.text}`;
  if (of.type === null) return plain([head, ' ', entries(trivia, of.name.span.end, head, of.entries, depth)]);
  return aligned('field', depth, head, [`: ${of.type.text}`, attributes(trivia, of.attrs), ';']);
}

function conditional(trivia: Trivia, of: If, depth: number): Doc {
  const print = (one: Member, inner: number) => member(trivia, one, inner);
  const head = ['if (', expression(trivia, of.condition), ')'];
  const { close } = trivia.blockFrom(of.condition.span.end);
  const then = block(trivia, of.condition.span.end, head, of.then, depth, print);
  if (of.otherwise === null) return [head, ' ', then];

  const [only] = of.otherwise;
  // `else if` is an If that begins before the next block does.
  const next = trivia.blockFrom(close).open;
  if (only?.kind === 'if' && only.span.start < next) {
    trivia.hoistBefore(only.span.start);
    return [head, ' ', then, ' else ', conditional(trivia, only, depth)];
  }
  return [head, ' ', then, ' else ', block(trivia, close, '} else', of.otherwise, depth, print)];
}

function arm(trivia: Trivia, of: Arm, depth: number): Statement {
  const head = patterns(trivia, of.patterns);
  const name = of.name === null ? '' : ` ${of.name.text}`;
  if (trivia.characterBefore(of.span.end) === ';') return aligned('arm', depth, head, ['=>', name, ';']);
  const from = of.name?.span.end ?? of.patterns.at(-1)!.span.end;
  const body = block(trivia, from, [head, ' =>', name], of.members, depth, (one, inner) =>
    member(trivia, one, inner),
  );
  return aligned('arm', depth, head, ['=>', name, ' ', body]);
}

function within(trivia: Trivia, of: Within, depth: number): Doc {
  const head = [
    'within (',
    expression(trivia, of.size),
    ')',
    attributes(trivia, of.attrs),
    of.name === null ? '' : ` as ${of.name.text}`,
    of.codec === null ? '' : [' codec ', expression(trivia, of.codec)],
  ];
  const last = of.codec ?? of.name ?? of.attrs.at(-1) ?? of.size;
  const body = block(trivia, last.span.end, head, of.members, depth, (one, inner) =>
    member(trivia, one, inner),
  );
  return [head, ' ', body];
}
