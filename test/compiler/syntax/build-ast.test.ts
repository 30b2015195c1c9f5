import { describe, expect, test } from 'vitest';
import { Report } from '../../../compiler/diagnostics/diagnostic.js';
import { SourceFile } from '../../../compiler/source/source-file.js';
import type { Expr, Member, Pattern, SchemaFile } from '../../../compiler/syntax/ast.js';
import { parse } from '../../../compiler/syntax/parse.js';

function read(text: string): SchemaFile {
  const report = new Report();
  const file = parse(new SourceFile('test.proto-frame', text), report);
  expect(report.diagnostics.map((d) => d.message)).toEqual([]);
  return file!;
}

function constant(text: string): Expr {
  const [item] = read(`const A = ${text};`).items;
  if (item?.kind !== 'const') throw new Error('not a constant');
  return item.value;
}

function members(text: string): readonly Member[] {
  const [item] = read(`struct S { ${text} }`).items;
  if (item?.kind !== 'struct') throw new Error('not a struct');
  return item.members;
}

/** An expression with all its parentheses, operators first. */
function lisp(expr: Expr): string {
  switch (expr.kind) {
    case 'int':
    case 'float':
      return String(expr.value);
    case 'text':
      return JSON.stringify(expr.value);
    case 'bool':
      return String(expr.value);
    case 'null':
      return 'null';
    case 'name':
      return expr.name;
    case 'member':
      return `(. ${lisp(expr.object)} ${expr.name.text})`;
    case 'index':
      return `([] ${lisp(expr.object)} ${lisp(expr.index)})`;
    case 'call':
      return `(call ${[expr.callee, ...expr.args].map(lisp).join(' ')})`;
    case 'unary':
      return `(${expr.operator} ${lisp(expr.operand)})`;
    case 'binary':
      return `(${expr.operator} ${lisp(expr.left)} ${lisp(expr.right)})`;
    case 'match':
      return `(match ${expr.on.map(lisp).join(' ')} ${expr.arms
        .map((arm) => `[${arm.patterns.map(pattern).join(' | ')} => ${lisp(arm.value)}]`)
        .join(' ')})`;
    case 'struct':
      return `(${expr.name.text} ${expr.fields.map((one) => `${one.name.text}: ${lisp(one.value)}`).join(' ')})`;
    case 'listLiteral':
      return `[${expr.items.map(lisp).join(' ')}]`;
  }
}

function pattern(of: Pattern): string {
  if (of.kind === 'wildcard') return '_';
  if (of.kind === 'tuple') return `(${of.items.map((one) => one.map(pattern).join(' | ')).join(', ')})`;
  return of.high === null ? lisp(of.low) : `${lisp(of.low)}..${lisp(of.high)}`;
}

test.each([
  ['a + b * c - d', '(- (+ a (* b c)) d)'],
  ['a * b + c', '(+ (* a b) c)'],
  ['(a + b) * c', '(* (+ a b) c)'],
  ['a - b - c', '(- (- a b) c)'],
  ['a ?? b ?? c', '(?? (?? a b) c)'],
  ['a or b and not c == d', '(or a (and b (not (== c d))))'],
  ['not a and b', '(and (not a) b)'],
  ['a == not b', '(== a (not b))'],
  ['a & b == c', '(== (& a b) c)'],
  ['a + b & c << d', '(<< (& (+ a b) c) d)'],
  ['-a * ~b', '(* (- a) (~ b))'],
  ['- - a', '(- (- a))'],
  ['a.b[c](d, e..f).g', '(. (call ([] (. a b) c) d (.. e f)) g)'],
  ['-a.b', '(- (. a b))'],
  ['a <= b or c >= d or e != f', '(or (or (<= a b) (>= c d)) (!= e f))'],
  ['peek(u16)', '(call peek u16)'],
  ['bytes(text..list)', '(call bytes (.. text list))'],
  ['size.count + type', '(+ (. size count) type)'],
  [
    'match (a, b) { (1 | 2..3, _) => x, (-1, "y") => z, _ => null }',
    '(match a b [(1 | 2..3, _) => x] [((- 1), "y") => z] [_ => null])',
  ],
  ['match (a) { Kind.b => true, false => 0, }', '(match a [(. Kind b) => true] [false => 0])'],
])('%s groups as %s', (text, expected) => {
  expect(lisp(constant(text))).toBe(expected);
});

test.each([
  ['0', 0n],
  ['1_000_000', 1_000_000n],
  ['0xDABB', 0xdabbn],
  ['0xffff_ffff_ffff_ffff', 2n ** 64n - 1n],
  ['0b1010_0101', 0xa5n],
  ['64KiB', 65_536n],
  ['3MiB', 3n * 1024n ** 2n],
  ['2GiB', 2n * 1024n ** 3n],
])('the number %s', (text, value) => {
  expect(constant(text)).toMatchObject({ kind: 'int', value, text });
});

test.each([
  ['""', ''],
  ['"a b"', 'a b'],
  ['"\\r\\n\\t\\0\\\\\\""', '\r\n\t\0\\"'],
  ['"\\x00\\xff"', '\x00\xff'],
  ['"\\u{41}\\u{1F600}"', 'A\u{1F600}'],
  ['"ä // no comment"', 'ä // no comment'],
])('the text %s', (text, value) => {
  expect(constant(text)).toMatchObject({ kind: 'text', value, text });
});

test.each([
  ['0x', 'PF004'],
  ['0b2', 'PF004'],
  ['12abc', 'PF004'],
  ['64MB', 'PF004'],
  ['64mib', 'PF004'],
  ['007', 'PF004'],
  ['1__0', 'PF004'],
  ['1_', 'PF004'],
  [`1${'0'.repeat(200)}`, 'PF004'],
  ['"\\q"', 'PF004'],
  ['"\\x1"', 'PF004'],
  ['"\\u{110000}"', 'PF004'],
  ['"\\u{D800}"', 'PF004'],
  ['"open', 'PF002'],
  ["'single'", 'PF002'],
])('%s is refused with %s', (text, code) => {
  const report = new Report();
  parse(new SourceFile('x', `const A = ${text}\n;`), report);
  expect(report.diagnostics.map((d) => d.code)).toEqual([code]);
});

describe('documentation', () => {
  test('stands before a declaration, its lines joined; ordinary comments are none', () => {
    const file = read(`// no
/// One.
///   Two.
// between
/// Three.
struct S {
  /// Of a.
  a : u8; // no
  b : u8; /// Of c.
  c : u8;
  d : u8;
}
//// no
enum E : u8 {
  /// Of x.
  x = 1, /// Of y.
  y = 2
}`);
    const [struct, enumeration] = file.items;
    expect(struct).toMatchObject({
      doc: 'One.\n  Two.\nThree.',
      members: [{ doc: 'Of a.' }, { doc: '' }, { doc: 'Of c.' }, { doc: '' }],
    });
    expect(enumeration).toMatchObject({ doc: '', members: [{ doc: 'Of x.' }, { doc: 'Of y.' }] });
  });
});

test('spans cover the text of their nodes, parentheses and semicolons with them', () => {
  const text = 'struct S { a : u8 max (1 + 2); let x = (b); }';
  const [field, binding] = members('a : u8 max (1 + 2); let x = (b);');
  const at = ({ span }: { span: { start: number; end: number } }) => text.slice(span.start, span.end);
  expect(at(field!)).toBe('a : u8 max (1 + 2);');
  expect(at(binding!)).toBe('let x = (b);');
  if (field?.kind !== 'field' || field.attrs[0]?.kind !== 'max') throw new Error('not a max');
  expect(at(field.attrs[0].value)).toBe('(1 + 2)');
});

test('else-if chains nest', () => {
  const [chain] = members('if (a) { x : u8; } else if (b) { } else { y : u8; }');
  expect(chain).toMatchObject({
    kind: 'if',
    then: [{ kind: 'field' }],
    otherwise: [{ kind: 'if', then: [], otherwise: [{ kind: 'field', name: { text: 'y' } }] }],
  });
});

test('after a mistake only the broken part is missing', () => {
  const report = new Report();
  const file = parse(
    new SourceFile('x', 'struct S { a : u8; b : ; c : u16 max ; d : u32; }\nconst = 1;\nconst B = 2;'),
    report,
  );
  expect(report.diagnostics.map((d) => d.code)).toEqual(['PF001', 'PF001', 'PF001']);
  expect(file?.items).toMatchObject([
    {
      kind: 'struct',
      members: [{ name: { text: 'a' } }, { name: { text: 'c' }, attrs: [] }, { name: { text: 'd' } }],
    },
    { kind: 'const', name: { text: 'B' } },
  ]);
});
