import { wordValue } from './word-value.js';
import type { ConstDecl, EnumMember, Expr } from '../syntax/ast.js';
import type { Report } from '../diagnostics/diagnostic.js';
import { intTypeOf } from './int-type-of.js';
import { rangeOf } from './integers.js';
import type { ConstantValue, Enum } from './model.js';
import type { Constant, Scope } from './scope.js';
import { suggestHint } from './suggest-hint.js';

/** How many constants can be defined by one another in a row. */
const LONGEST_CHAIN = 64;

/** No value of a schema needs more bits; arithmetic beyond is refused, so that no constant grows without end. */
const LARGEST = 1n << 128n;

/**
 * The value of an expression that must be known when the schema is compiled. Names are enum members where an
 * enum is expected, and constants.
 *
 * @returns null after a report
 */
export function constantOf(
  expr: Expr,
  scope: Scope,
  report: Report,
  expected: Enum | null = null,
): ConstantValue | null {
  const fail = (code: string, message: string, extra: { hint?: string } = {}): null => {
    report.error(code, expr.span, message, extra);
    return null;
  };
  switch (expr.kind) {
    case 'int':
      return { kind: 'int', value: expr.value };
    case 'float':
      return { kind: 'float', value: expr.value };
    case 'text':
      return { kind: 'text', value: expr.value };
    case 'bool':
      return { kind: 'bool', value: expr.value };
    case 'name': {
      const member = expected?.members.find((m) => m.name === expr.name);
      if (member !== undefined) return { kind: 'int', value: member.value };
      if (expected?.lost.includes(expr.name) === true) return null;
      const declaration = scope.find(expr.name);
      if (declaration?.kind === 'const') return constantValue(declaration, scope, report);
      if (declaration !== undefined)
        return fail('PF109', `\`${expr.name}\` is ${aDeclaration(declaration.kind)}, not a constant`);
      if (scope.isLost(expr.name)) return null;
      const constants = scope.names().filter((n) => {
        const other = scope.find(n);
        return other?.kind === 'const' && !scope.shared.open.has(other);
      });
      return fail(
        'PF100',
        expected === null
          ? `there is no constant \`${expr.name}\``
          : `\`${expr.name}\` is not a member of \`${expected.name}\``,
        expected !== null && /^(default|else|otherwise)$/.test(expr.name)
          ? { hint: '`_` takes all others' }
          : suggestHint(expr.name, [...(expected?.members.map((m) => m.name) ?? []), ...constants]),
      );
    }
    case 'member':
      return memberValue(expr, scope, report);
    case 'unary': {
      const operand = constantOf(expr.operand, scope, report, expected);
      if (operand === null) return null;
      if (expr.operator === 'not') {
        return operand.kind === 'bool'
          ? { kind: 'bool', value: !operand.value }
          : fail('PF109', `\`not\` needs a boolean, this is ${aConstant(operand)}`);
      }
      if (operand.kind === 'float' && expr.operator === '-') return { kind: 'float', value: -operand.value };
      if (operand.kind !== 'int')
        return fail('PF109', `\`${expr.operator}\` needs a number, this is ${aConstant(operand)}`);
      return { kind: 'int', value: expr.operator === '-' ? -operand.value : ~operand.value };
    }
    case 'binary': {
      const left = constantOf(expr.left, scope, report, expected);
      const right = constantOf(expr.right, scope, report, expected);
      if (left === null || right === null) return null;
      const truth = compared(expr.operator, left, right);
      if (truth !== null) return { kind: 'bool', value: truth };
      if (left.kind !== 'int' || right.kind !== 'int')
        return fail('PF109', `\`${expr.operator}\` needs two numbers here`);
      if ((expr.operator === '/' || expr.operator === '%') && right.value === 0n)
        return fail('PF113', 'this divides by zero');
      const value = arithmetic(expr.operator, left.value, right.value);
      if (value === null)
        return fail('PF113', `\`${expr.operator}\` gives no number that a schema could hold`);
      return { kind: 'int', value };
    }
    case 'call':
    case 'match':
    case 'index':
      return fail('PF199', 'this has to be a constant; computed ones are not built yet');
    case 'null':
    case 'struct':
    case 'listLiteral':
      return fail('PF109', 'this has to be a constant: a number, a text, `true` or `false`');
  }
}

/** The value of a `const`, found once; reports one that names itself, or that its type can't hold. */
export function constantValue(decl: ConstDecl, scope: Scope, report: Report): ConstantValue | null {
  return once(decl, scope, report, () => {
    const value = constantOf(decl.value, scope.home(decl), report);
    return value !== null && holds(decl, value, report) ? value : null;
  });
}

/** The number of an enum member: a number, or the characters of its bytes. */
export function enumMemberValue(member: EnumMember, scope: Scope, report: Report): ConstantValue | null {
  return once(member, scope, report, () => {
    const value = constantOf(member.value, scope, report);
    if (value === null || value.kind === 'int') return value;
    const word = value.kind === 'text' ? wordValue(value.value) : null;
    if (word !== null) return { kind: 'int', value: word };
    report.error(
      'PF109',
      member.value.span,
      'an enum value is a number, or a character up to \\xff for each byte',
    );
    return null;
  });
}

/** Evaluates a declaration the first time it is asked for, and reports one that leads back to itself. */
function once(
  decl: Constant,
  scope: Scope,
  report: Report,
  evaluate: () => ConstantValue | null,
): ConstantValue | null {
  const { constants, open } = scope.shared;
  const known = constants.get(decl);
  if (known !== undefined) return known;
  if (open.has(decl)) {
    const others = [...open].slice([...open].indexOf(decl) + 1);
    report.error('PF114', decl.name.span, `\`${decl.name.text}\` is defined by itself`, {
      labels: others.map((one) => ({ span: one.name.span, text: 'by way of this' })),
      hint: 'give it a number, a text, `true` or `false`',
    });
    constants.set(decl, null);
    return null;
  }
  if (open.size >= LONGEST_CHAIN) {
    report.error('PF003', decl.name.span, `more than ${LONGEST_CHAIN} constants are defined by one another`);
    constants.set(decl, null);
    return null;
  }
  open.add(decl);
  const value = evaluate();
  open.delete(decl);
  // If it led back to itself, that has been noted meanwhile.
  if (!constants.has(decl)) constants.set(decl, value);
  return constants.get(decl) ?? null;
}

/** Checks `const name : type = …`. */
function holds({ type, value: expr }: ConstDecl, value: ConstantValue, report: Report): boolean {
  if (type === null) return true;
  const name = type.kind === 'named' && type.path.length === 1 && type.args.length === 0;
  const int = name ? intTypeOf(type.path[0]!.text, false) : null;
  const isFloat = name && /^f(?:32|64)$/.test(type.path[0]!.text);
  if (isFloat && (value.kind === 'float' || value.kind === 'int')) return true;
  if (int === null && !isFloat && type.kind !== 'text' && type.kind !== 'bytes') {
    report.error('PF199', type.span, 'constants of this type are not built yet', {
      hint: 'leave the type out, or give an integer type, `f64`, `text` or `bytes`',
    });
    return false;
  }
  if (
    isFloat ||
    (value.kind === 'int') !== (int !== null) ||
    value.kind === 'bool' ||
    value.kind === 'float'
  ) {
    const wanted = isFloat ? 'a float' : int !== null ? 'a number' : 'a text';
    report.error('PF109', expr.span, `the type says ${wanted}, this is ${aConstant(value)}`);
    return false;
  }
  if (int === null || value.kind !== 'int') return true;
  const { low, high } = rangeOf(int);
  if (value.value >= low && value.value <= high) return true;
  report.error('PF113', expr.span, `${value.value} does not fit: its type holds ${low} to ${high}`);
  return false;
}

/** `Status.success`: an enum member by its full name. */
function memberValue(expr: Expr & { kind: 'member' }, scope: Scope, report: Report): ConstantValue | null {
  const of = expr.object.kind === 'name' ? expr.object.name : null;
  const declaration = of === null ? undefined : scope.find(of);
  if (of === null || declaration?.kind !== 'enum') {
    if (of !== null && declaration === undefined && !scope.isLost(of)) {
      const enums = scope.names().filter((n) => scope.find(n)?.kind === 'enum');
      report.error('PF100', expr.object.span, `there is no enum \`${of}\``, suggestHint(of, enums));
    } else if (of === null || declaration !== undefined) {
      report.error('PF109', expr.span, 'this has to be a constant; only enums have members here');
    }
    return null;
  }
  const member = declaration.members.find((m) => m.name.text === expr.name.text);
  if (member === undefined) {
    if (!scope.isLost(expr.name.text)) {
      const known = declaration.members.map((m) => m.name.text);
      const message = `\`${of}\` has no member \`${expr.name.text}\``;
      report.error('PF100', expr.name.span, message, suggestHint(expr.name.text, known));
    }
    return null;
  }
  return enumMemberValue(member, scope.home(declaration), report);
}

/** "a number", for messages. */
export function aConstant(value: ConstantValue): string {
  return { int: 'a number', float: 'a float', text: 'text', bool: 'a boolean' }[value.kind];
}

/** "an enum", for messages. */
export function aDeclaration(kind: 'const' | 'enum' | 'struct' | 'extern'): string {
  return { const: 'a constant', enum: 'an enum', struct: 'a struct', extern: 'an extern' }[kind];
}

/** What a comparison, `and` or `or` of two constants gives; null for other operators, and what they do not take. */
function compared(operator: string, left: ConstantValue, right: ConstantValue): boolean | null {
  if (left.kind !== right.kind) return null;
  if (operator === '==' || operator === '!=') return (left.value === right.value) === (operator === '==');
  if (left.kind === 'bool')
    return operator === 'and'
      ? left.value && right.value === true
      : operator === 'or'
        ? left.value || right.value === true
        : null;
  if (left.kind === 'text') return null;
  const [a, b] = [left.value, right.value as number | bigint];
  switch (operator) {
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
    default:
      return null;
  }
}

/** Integer arithmetic as schemas have it; null for other operators, division by zero and results without use. */
export function arithmetic(operator: string, left: bigint, right: bigint): bigint | null {
  const value = compute(operator, left, right);
  return value === null || value > LARGEST || value < -LARGEST ? null : value;
}

function compute(operator: string, left: bigint, right: bigint): bigint | null {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return right === 0n ? null : left / right;
    case '%':
      return right === 0n ? null : left % right;
    case '&':
      return left & right;
    case '^':
      return left ^ right;
    case '<<':
      return right < 0n || right > 64n ? null : left << right;
    case '>>':
      return right < 0n || right > 64n ? null : left >> right;
    default:
      return null;
  }
}
