import type { Expression } from '../../model/expression.js';
import { namedBy } from '../../model/named-by.js';
import type { Guard, Roles, ValueSet } from '../../model/model.js';

const KEYWORDS = new Set(
  (
    'and break do else elseif end false for function goto if in local nil not or repeat return then true ' +
    'until while'
  ).split(' '),
);

/** `v.request_id`: where a field's value is kept. */
export function valueOf(name: string): string {
  return KEYWORDS.has(name) ? `v["${name}"]` : `v.${name}`;
}

/** A Lua string literal that holds exactly these bytes. */
export function luaText(bytes: Uint8Array | string): string {
  const data = typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes;
  const inner = [...data].map((byte) => {
    const char = String.fromCharCode(byte);
    return byte >= 0x20 && byte < 0x7f && !/["\\]/.test(char) ? char : `\\${String(byte).padStart(3, '0')}`;
  });
  return `"${inner.join('')}"`;
}

/** An expression as Lua over the values `v` of one frame or struct; what a dissector can't know is nil. */
export function luaExpression(e: Expression): string {
  switch (e.op) {
    case 'int':
      return String(e.value);
    case 'text':
    case 'frameKind':
      return luaText(e.value);
    case 'bool':
      return String(e.value);
    case 'null':
      return 'nil';
    case 'field':
      return valueOf(e.name);
    case 'flag':
      return `(${luaExpression(e.of)} ~= nil and math.floor(${luaExpression(e.of)} / ${e.mask}) % 2 == 1)`;
    case 'header':
      return `header(v, ${luaText(e.key)})`;
    case 'unary':
      if (e.operator === 'not') return `(not ${luaExpression(e.operand)})`;
      return e.operator === '-' ? `(-${luaExpression(e.operand)})` : `(-1 - ${luaExpression(e.operand)})`;
    case 'binary':
      return binary(e);
    case 'match':
      return `(${matchCode(e)})`;
    case 'access':
      return `(${luaExpression(e.of)} or {})[${luaText(e.name)}]`;
    case 'textTest':
      return `text_test(${luaExpression(e.of)}, "${e.test}", ${luaText(e.text)})`;
    case 'word':
      return `text_word(${luaExpression(e.of)}, ${e.index})`;
    case 'cased':
      return `text_${e.to}(${luaExpression(e.of)})`;
    case 'oneOf':
      return `which_of(${luaExpression(e.of)}, { ${e.texts.map(luaText).join(', ')} })`;
    case 'digits':
      return `(tonumber(${luaExpression(e.of)}) or ${e.missing ?? -1n})`;
    case 'part':
      return `text_${e.part}(${luaExpression(e.of)}, ${luaText(e.separator)})`;
    case 'named': {
      const names = [...(namedBy(e.of) ?? [])].map(([value, name]) => `[${value}] = ${luaText(name)}`);
      return `named(${luaExpression(e.of)}, { ${names.join(', ')} })`;
    }
    case 'byte':
    case 'call':
    case 'request':
    case 'param':
    case 'wire':
    case 'sizeOf':
    case 'span':
      return 'nil';
  }
}

/** Whether a dissector can know what an expression gives: nothing of it is left to a TypeScript module. */
export function isKnown(e: Expression, roles: Roles): boolean {
  const known = (inner: Expression): boolean => isKnown(inner, roles);
  /** Whether the arm or branch in which a field stands can be told. */
  const isRead = (node: Guard['node']): boolean =>
    node.member === 'if' ? known(node.condition) : node.on.every(known);
  switch (e.op) {
    case 'int':
    case 'text':
    case 'frameKind':
    case 'bool':
    case 'null':
      return true;
    case 'field':
      return e.fields.every(
        (f) =>
          (f.member === 'bitField' || !(OPAQUE.has(f.type.kind) || f.ofRequest === true)) &&
          f.guards.every(({ node }) => isRead(node)),
      );
    case 'header':
      // What a dissector keeps of headers does not say which of several maps they are of.
      return (
        roles.headers.length > 0 &&
        roles.headers.every((map) => e.maps.includes(map) && !OPAQUE.has(map.type.kind))
      );
    case 'flag':
    case 'access':
    case 'part':
    case 'textTest':
    case 'word':
    case 'cased':
    case 'oneOf':
    case 'digits':
    case 'named':
      return known(e.of);
    case 'unary':
      return known(e.operand);
    case 'binary':
      return known(e.left) && known(e.right);
    case 'match':
      return e.on.every(known) && e.arms.every((arm) => known(arm.value));
    case 'byte':
    case 'call':
    case 'request':
    case 'param':
    case 'wire':
    case 'sizeOf':
    case 'span':
      return false;
  }
}

/** The names of the fields that an expression reads of the frame itself. */
export function fieldsRead(e: Expression): string[] {
  switch (e.op) {
    case 'field':
      return [e.name];
    case 'flag':
    case 'access':
    case 'named':
    case 'cased':
    case 'oneOf':
      return fieldsRead(e.of);
    case 'unary':
      return fieldsRead(e.operand);
    case 'binary':
      return [...fieldsRead(e.left), ...fieldsRead(e.right)];
    case 'match':
      return [...e.on, ...e.arms.map((arm) => arm.value)].flatMap(fieldsRead);
    default:
      return [];
  }
}

const OPAQUE: ReadonlySet<string> = new Set(['inner', 'coded', 'extern', 'record', 'entry']);

function binary(e: Expression & { op: 'binary' }): string {
  const left = luaExpression(e.left);
  const right = luaExpression(e.right);
  switch (e.operator) {
    case '??':
      return `(${left} or ${right})`;
    case '!=':
      return `(${left} ~= ${right})`;
    case '&':
      return `bit.band(${left}, ${right})`;
    case '^':
      return `bit.bxor(${left}, ${right})`;
    case '<<':
      return `(${left} * 2 ^ ${right})`;
    case '>>':
      return `math.floor(${left} / 2 ^ ${right})`;
    case '/':
      return `math.floor(${left} / ${right})`;
    default:
      return `(${left} ${e.operator} ${right})`;
  }
}

/** A match as a row of `and`/`or`: its values are never false or nil where that matters. */
function matchCode(e: Expression & { op: 'match' }): string {
  const on = e.on.map(luaExpression);
  const rows = e.arms.map((arm) => {
    const value = luaExpression(arm.value);
    return arm.patterns === null ? value : `${luaPatterns(arm.patterns, on)} and ${value}`;
  });
  return rows.join(' or ');
}

/** Whether one of the patterns takes the values, whose code is `on`. */
export function luaPatterns(patterns: readonly (readonly ValueSet[])[], on: readonly string[]): string {
  const rows = patterns.map((row) => {
    const tests = row.flatMap((set, i) => (set === null ? [] : [luaSet(set, on[i]!)]));
    return tests.length === 0 ? 'true' : tests.join(' and ');
  });
  return `(${rows.map((row) => (rows.length > 1 ? `(${row})` : row)).join(' or ')})`;
}

/** Booleans are kept as 0 and 1 in groups of bits, and as such in fields. */
function luaSet(set: NonNullable<ValueSet>, code: string): string {
  const tests = set.map((r) =>
    r.low === r.high
      ? `number(${code}) == ${r.low}`
      : `number(${code}) >= ${r.low} and number(${code}) <= ${r.high}`,
  );
  return tests.length === 1 ? tests[0]! : `(${tests.map((t) => `(${t})`).join(' or ')})`;
}
