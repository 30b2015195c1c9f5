import type { TokenType } from 'chevrotain';
import { createToken, Lexer } from './chevrotain.js';

/**
 * Keywords are reserved nowhere. What a word means is decided by its place, and these abstract categories say
 * at which places a keyword is read as a plain name.
 */
const category = (name: string, label: string): TokenType => createToken({ name, label, pattern: Lexer.NA });

/** A name being declared, or after a dot: every word. */
export const Name = category('Name', 'a name');
/** Every word that has a meaning somewhere. */
export const Keyword = category('Keyword', 'a keyword');
/** A name used as a value: every word except `true false null not and or match`. */
export const ValueName = category('ValueName', 'a name');
/** A name used as a type: every word except `bytes text list map`. */
export const TypeName = category('TypeName', 'a type');
/** Operators between two operands; precedence is settled in precedence.ts. */
export const BinaryOperator = category('BinaryOperator', 'an operator');
export const PrefixOperator = category('PrefixOperator', 'an operator');

export const Identifier = createToken({
  name: 'Identifier',
  label: 'a name',
  pattern: /[A-Za-z_][A-Za-z0-9_]*/,
  categories: [Name, ValueName, TypeName],
});

export const keywords: TokenType[] = [];

/** @param categories where the word may also stand as a plain name (always: where a name is declared) */
function keyword(word: string, categories: TokenType[] = [ValueName, TypeName]): TokenType {
  const type = createToken({
    name: word.charAt(0).toUpperCase() + word.slice(1),
    label: `\`${word}\``,
    pattern: new RegExp(word),
    longer_alt: Identifier,
    categories: [Name, Keyword, ...categories],
  });
  keywords.push(type);
  return type;
}

export const Use = keyword('use');
export const As = keyword('as');
export const Protocol = keyword('protocol');
export const Extends = keyword('extends');
export const LimitsWord = keyword('limits');
export const Const = keyword('const');
export const Open = keyword('open');
export const Enum = keyword('enum');
export const Flags = keyword('flags');
export const Recursive = keyword('recursive');
export const Struct = keyword('struct');
export const Frame = keyword('frame');
export const From = keyword('from');
export const When = keyword('when');
export const Bytes = keyword('bytes', [ValueName]);
export const Text = keyword('text', [ValueName]);
export const List = keyword('list', [ValueName]);
export const MapWord = keyword('map', [ValueName]);
export const Of = keyword('of');
export const Size = keyword('size');
export const Count = keyword('count');
export const Rest = keyword('rest');
export const Until = keyword('until');
export const Max = keyword('max');
export const Default = keyword('default');
export const In = keyword('in');
export const Nullable = keyword('nullable');
export const Checksum = keyword('checksum');
export const Over = keyword('over');
export const BitsWord = keyword('bits');
export const RecordWord = keyword('record');
export const If = keyword('if');
export const Else = keyword('else');
export const VariantWord = keyword('variant');
export const WithinWord = keyword('within');
export const Codec = keyword('codec');
export const Let = keyword('let');
export const Assert = keyword('assert');
export const Pad = keyword('pad');
export const Endian = keyword('endian');
export const Align = keyword('align');
export const Match = keyword('match', [TypeName]);
export const SemanticsWord = keyword('semantics');
export const Status = keyword('status');
export const SynthWord = keyword('synth');
export const None = keyword('none');
export const ConnectionWord = keyword('connection');
export const PhaseWord = keyword('phase');
export const Extern = keyword('extern');
export const TypeWord = keyword('type');
export const Fn = keyword('fn');
export const True = keyword('true', [TypeName]);
export const False = keyword('false', [TypeName]);
export const Null = keyword('null', [TypeName]);
export const Not = keyword('not', [TypeName, PrefixOperator]);
export const And = keyword('and', [TypeName, BinaryOperator]);
export const Or = keyword('or', [TypeName, BinaryOperator]);

/** Read loosely (`12abc` is one token), so that a malformed number is one error with a good message. */
export const Int = createToken({ name: 'Int', label: 'a number', pattern: /[0-9][0-9A-Za-z_]*/ });
/** `1.5`, `2.5e-3`: digits stand on both sides of the point, so that `1..5` is a range. */
export const Float = createToken({
  name: 'Float',
  label: 'a number',
  pattern: /[0-9][0-9_]*\.[0-9][0-9_]*(?:[eE][+-]?[0-9]+)?[0-9A-Za-z_]*/,
});
/** Also with single quotes, and to the end of the line if the closing one is missing; the lexer reports both. */
export const TextLiteral = createToken({
  name: 'TextLiteral',
  label: 'a "text"',
  pattern: /"[^"\\\r\n]*(?:\\[^\r\n][^"\\\r\n]*)*(?:"|\\)?|'[^'\r\n]*'/,
  line_breaks: false,
});

function symbol(name: string, image: string, categories: TokenType[] = []): TokenType {
  const type = createToken({
    name,
    label: `\`${image}\``,
    pattern: image,
    categories,
  });
  symbols.push(type);
  return type;
}
const symbols: TokenType[] = [];

// Longer symbols come before their own beginnings.
export const BothWays = symbol('BothWays', '<=>');
export const FatArrow = symbol('FatArrow', '=>');
/** Less-or-equal, and "encode only" in a status map. */
export const LessEqual = symbol('LessEqual', '<=', [BinaryOperator]);
symbol('ShiftLeft', '<<', [BinaryOperator]);
symbol('Less', '<', [BinaryOperator]);
symbol('GreaterEqual', '>=', [BinaryOperator]);
symbol('ShiftRight', '>>', [BinaryOperator]);
symbol('Greater', '>', [BinaryOperator]);
symbol('Equal', '==', [BinaryOperator]);
symbol('NotEqual', '!=', [BinaryOperator]);
symbol('Coalesce', '??', [BinaryOperator]);
symbol('Ampersand', '&', [BinaryOperator]);
symbol('Caret', '^', [BinaryOperator]);
symbol('Plus', '+', [BinaryOperator]);
export const Minus = symbol('Minus', '-', [BinaryOperator, PrefixOperator]);
symbol('Star', '*', [BinaryOperator]);
symbol('Slash', '/', [BinaryOperator]);
symbol('Percent', '%', [BinaryOperator]);
symbol('Tilde', '~', [PrefixOperator]);
export const Assign = symbol('Assign', '=');
export const Bar = symbol('Bar', '|');
export const DotDot = symbol('DotDot', '..');
export const Dot = symbol('Dot', '.');
export const Comma = symbol('Comma', ',');
export const Semicolon = symbol('Semicolon', ';');
export const Colon = symbol('Colon', ':');
export const At = symbol('At', '@');
export const LeftParen = symbol('LeftParen', '(');
export const RightParen = symbol('RightParen', ')');
export const LeftBrace = symbol('LeftBrace', '{');
export const RightBrace = symbol('RightBrace', '}');
export const LeftBracket = symbol('LeftBracket', '[');
export const RightBracket = symbol('RightBracket', ']');

const WhiteSpace = createToken({
  name: 'WhiteSpace',
  pattern: /[ \t\r\n\uFEFF]+/,
  group: Lexer.SKIPPED,
  line_breaks: true,
});
/** `// note` and `/// documentation`; kept beside the tokens. */
const Comment = createToken({ name: 'Comment', pattern: /\/\/[^\r\n]*/, group: 'comments' });

/** Comments of other languages; the lexer reports them. */
const ForeignComment = createToken({
  name: 'ForeignComment',
  pattern: /#[^\r\n]*|\/\*[^]*?\*\/|\/\*[^\r\n]*/,
  group: 'foreign',
  line_breaks: true,
});

/** What the lexer tries, in this order: `assert` before `as`. */
export const lexerTokens: TokenType[] = [
  WhiteSpace,
  Comment,
  ForeignComment,
  ...keywords.toSorted((a, b) => b.name.length - a.name.length),
  Identifier,
  Float,
  Int,
  TextLiteral,
  ...symbols,
];

/** What the parser knows: the same and the categories. */
export const allTokens: TokenType[] = [
  Name,
  Keyword,
  ValueName,
  TypeName,
  BinaryOperator,
  PrefixOperator,
  ...lexerTokens,
];
