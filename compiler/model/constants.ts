import type { Expr } from '../syntax/ast.js';
import type { Report } from '../diagnostics/diagnostic.js';
import type { ConstantValue, Enum } from './model.js';
import type { Scope } from './scope.js';
import { suggestHint } from './suggest-hint.js';

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
  const fail = (message: string, extra: { hint?: string } = {}): null => {
    report.error('PF100', expr.span, message, extra);
    return null;
  };
  switch (expr.kind) {
    case 'int':
      return { kind: 'int', value: expr.value };
    case 'text':
      return { kind: 'text', value: expr.value };
    case 'bool':
      return { kind: 'bool', value: expr.value };
    case 'name': {
      const member = expected?.members.find((m) => m.name === expr.name);
      if (member !== undefined) return { kind: 'int', value: member.value };
      const declaration = scope.find(expr.name);
      if (declaration?.kind === 'const') return constantOf(declaration.value, scope, report, expected);
      const known = [...(expected?.members.map((m) => m.name) ?? []), ...scope.names()];
      return fail(
        expected === null
          ? `\`${expr.name}\` is not a constant`
          : `\`${expr.name}\` is not a member of \`${expected.name}\``,
        suggestHint(expr.name, known),
      );
    }
    case 'unary': {
      const operand = constantOf(expr.operand, scope, report, expected);
      if (operand === null) return null;
      if (expr.operator === 'not') {
        return operand.kind === 'bool'
          ? { kind: 'bool', value: !operand.value }
          : fail('`not` needs a boolean');
      }
      if (operand.kind !== 'int') return fail(`\`${expr.operator}\` needs a number`);
      return { kind: 'int', value: expr.operator === '-' ? -operand.value : ~operand.value };
    }
    case 'binary': {
      const left = constantOf(expr.left, scope, report, expected);
      const right = constantOf(expr.right, scope, report, expected);
      if (left === null || right === null) return null;
      if (left.kind !== 'int' || right.kind !== 'int') return fail(`\`${expr.operator}\` needs numbers here`);
      const value = arithmetic(expr.operator, left.value, right.value);
      return value === null ? fail(`\`${expr.operator}\` gives no constant here`) : { kind: 'int', value };
    }
    default:
      return fail('this has to be a constant');
  }
}

/** Integer arithmetic as schemas have it; null for other operators, division by zero and huge shifts. */
export function arithmetic(operator: string, left: bigint, right: bigint): bigint | null {
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
