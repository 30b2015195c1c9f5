import type { IParserErrorMessageProvider, IToken, TokenType } from 'chevrotain';
import { EOF } from './chevrotain.js';
import * as t from './tokens.js';

/**
 * The words of syntax errors. Chevrotain keeps one string for an error, so a hint follows the message after a
 * line break; splitMessage takes them apart again.
 */
export const syntaxMessages: IParserErrorMessageProvider = {
  buildMismatchTokenMessage({ expected, actual, previous, ruleName }) {
    if (expected === EOF)
      return join(`expected ${listed['file']}, found ${found(actual)}`, topLevelHint(actual));
    const what =
      expected === t.RightBrace && ruleName in listed
        ? `${listed[ruleName]} or \`}\``
        : (expectedIn(expected, ruleName) ?? expected.LABEL ?? expected.name);
    return join(`expected ${what}, found ${found(actual)}`, hintFor(expected, actual, previous, ruleName));
  },
  buildNotAllInputParsedMessage({ firstRedundant }) {
    return join(`expected a declaration, found ${found(firstRedundant)}`, topLevelHint(firstRedundant));
  },
  buildNoViableAltMessage({ actual, previous, customUserDescription, ruleName, expectedPathsPerAlt }) {
    const what = customUserDescription ?? oneOf(expectedPathsPerAlt);
    const token = actual[0];
    return join(
      `expected ${what}${what.endsWith(',') ? '' : ','} found ${token ? found(token) : 'nothing'}`,
      token ? hintFor(null, token, previous, ruleName) : null,
    );
  },
  buildEarlyExitMessage({ actual, ruleName, previous }) {
    const what = listed[ruleName] ?? 'at least one more item';
    const token = actual[0];
    return join(
      `expected ${what}, found ${token ? found(token) : 'nothing'}`,
      token ? hintFor(null, token, previous, ruleName) : null,
    );
  },
};

/** Takes a message of `syntaxMessages` apart. */
export function splitMessage(text: string): { message: string; hint: string | null } {
  const at = text.indexOf('\n');
  return at < 0 ? { message: text, hint: null } : { message: text.slice(0, at), hint: text.slice(at + 1) };
}

/** What may be repeated inside the braces (or the file) of a rule. */
const listed: Readonly<Record<string, string>> = {
  file: 'a declaration (`protocol`, `use`, `const`, `enum`, `flags`, `struct`, `extern`)',
  protocol: 'a declaration (`frame`, `struct`, `enum`, `semantics`, …)',
  setting: 'the value of the setting',
  literals: 'a status',
  patterns: 'a pattern',
  pattern: 'a pattern',
  block: 'a field',
  variant: 'an arm (`pattern => Name { … }`)',
  bits: 'a bit field (`name : width;`)',
  entries: 'an entry (`1 name : int;`)',
  limits: 'a limit (`name = value;`)',
  semantics: 'a role (`name = value;` or `name when condition;`)',
  statusMap: 'a status (`wire <=> CANONICAL;`)',
  connection: '`let`, `phase` or `when`',
  phase: 'a rule (`side: Frame;`)',
  connectionRule: 'an assignment (`name = value;`)',
  matchDeclaration: 'a condition',
  enumeration: '`,`',
  structLiteral: '`,`',
  matchExpression: '`,`',
};

function expectedIn(expected: TokenType, ruleName: string): string | null {
  if (expected === t.Name || expected === t.Identifier) return nameIn[ruleName] ?? null;
  if (expected === t.RightBracket && ruleName === 'listLiteral') return '`,` or `]`';
  if (expected === t.RightParen && ['args', 'typeArgs', 'params'].includes(ruleName)) return '`,` or `)`';
  if (expected === t.Int && ruleName === 'bitField') return 'the number of bits';
  if (expected === t.TextLiteral && (ruleName === 'use' || ruleName === 'extern'))
    return 'a path in quotes (`"./file"`)';
  return null;
}

const nameIn: Readonly<Record<string, string>> = {
  protocol: 'the name of the protocol',
  enumeration: 'the name of the enum',
  enumMember: 'the name of an enum value',
  struct: 'the name of the struct',
  frame: 'the name of the frame',
  constant: 'the name of the constant',
  synth: 'the name of the frame to build (`heartbeat`, `heartbeat_ack`, `goaway`, `hijack`)',
  role: 'the name of a role',
  param: 'the name of a parameter',
};

function found(token: IToken): string {
  if (token.tokenType === EOF) return 'the end of the file';
  if (token.tokenType === t.TextLiteral) return `the text ${shorten(token.image)}`;
  return `\`${shorten(token.image)}\``;
}

function shorten(image: string): string {
  return image.length <= 40 ? image : `${image.slice(0, 37)}…`;
}

function oneOf(alternatives: readonly (readonly (readonly TokenType[])[])[]): string {
  const labels = new Set<string>();
  for (const paths of alternatives)
    for (const path of paths) {
      const first = path[0];
      if (first) labels.add(first.LABEL ?? first.name);
    }
  const all = [...labels];
  const last = all.pop();
  return all.length === 0 ? (last ?? 'something else') : `${all.join(', ')} or ${last ?? ''}`;
}

function hintFor(
  expected: TokenType | null,
  actual: IToken,
  previous: IToken,
  ruleName: string,
): string | null {
  if (actual.tokenType === t.Bar && previous.tokenType === t.Bar) return 'write `or`';
  if (actual.image === '&' && previous.image === '&') return 'write `and`';
  if (actual.tokenType === t.Bar && ruleName !== 'pattern')
    return 'conditions are joined with `or`, fields with `concat(a, b)`; there is no bitwise or';
  if (ruleName === 'setting' && actual.tokenType === t.Colon) return 'a setting reads `endian big;`';
  if (ruleName === 'role' && actual.tokenType === t.Colon) return 'write `=`';
  if (ruleName === 'member' && actual.image in conditions) return conditions[actual.image]!;
  if (ruleName === 'member' && standsInProtocol.test(actual.image))
    return `\`${actual.image}\` stands in a protocol, not in a block; close the block before it with \`}\``;
  if (actual.tokenType === t.Semicolon && ruleName === 'block') return 'one `;` is enough';
  if (ruleName === 'field' || ruleName === 'type' || ruleName === 'element') {
    if (actual.image === '[') return 'write `list of u8 count n`, or `bytes size n`';
    if (actual.image === '(' && /^(bytes|text)$/.test(previous.image))
      return `write \`${previous.image} size n\``;
    if (actual.image === '==') return 'a constant is given by `=`';
    if (previous.image === 'list') return 'write `list of u8 count n`';
    if (previous.image === 'switch') return 'write `variant (kind) { ask => Name { … } }`';
  }
  if (expected === t.Semicolon) {
    if (actual.tokenType === t.Comma) return 'statements end with `;`';
    if (actual.tokenType === t.Assign && ruleName !== 'field') return 'write `==` to compare';
    if (actual.image === 'size' || actual.image === 'count' || actual.image === 'until')
      return 'the extent (`size`, `count`, `rest`, `until`) stands directly after the type';
    return 'add `;`';
  }
  if (expected === t.RightParen && actual.tokenType === t.Assign) return 'write `==` to compare';
  if (expected === t.RightParen) return 'close the parenthesis with `)`';
  if (expected === t.RightBracket) return 'close the bracket with `]`';
  if (expected === t.RightBrace && actual.tokenType === EOF) return 'close the block with `}`';
  if (expected === t.RightBrace && ruleName in separated)
    return actual.tokenType === t.Semicolon
      ? 'separate the items with `,`'
      : 'add `,` between two items, or `}` after the last';
  if (expected === t.Colon && ruleName === 'field') return 'a field reads `name : type;`';
  if (expected === t.Colon && ruleName === 'enumeration')
    return 'name the integer that carries it: `enum Name : u8 { … }`';
  if (expected === t.Assign && ruleName === 'enumMember') return 'give every value its number: `name = 1`';
  if (expected === t.Assign && actual.tokenType === t.Colon) return 'write `=` here';
  return null;
}

/** How a statement goes on behind its first word. */
const conditions: Readonly<Record<string, string>> = {
  if: 'the condition stands in parentheses: `if (a == 1) { … }`',
  variant: 'what is compared stands in parentheses: `variant (type) { … }`',
  record: 'its format comes first: `record jce.packet { 1 name : int; }`',
  within: 'the size stands in parentheses: `within (length) { … }`',
  pad: 'write `pad align 4;` or `pad size 2;`',
  let: 'write `let name = value;`',
};

const separated: Readonly<Record<string, true>> = {
  enumeration: true,
  structLiteral: true,
  matchExpression: true,
};

const standsInProtocol =
  /^(const|open|enum|flags|recursive|struct|extern|frame|limits|semantics|status|synth|connection|match)$/;

function topLevelHint(token: IToken): string | null {
  if (standsInProtocol.test(token.image)) return `\`${token.image}\` stands inside \`protocol name { … }\``;
  if (token.image === '}') return 'this brace closes nothing';
  if (/^#?(import|include)$/.test(token.image)) return 'other files are read by `use "./name.proto-frame";`';
  return null;
}

function join(message: string, hint: string | null): string {
  return hint === null ? message : `${message}\n${hint}`;
}
