import type { Report } from '../../diagnostics/diagnostic.js';
import type { Expression } from '../../model/expression.js';
import { evaluate, type Known } from '../../model/evaluate.js';
import { walk } from '../../model/walk.js';
import type { BitFieldModel, Field, Protocol } from '../../model/model.js';

/** PF111: a condition that is always true or always false says something its author did not mean. */
export function conditionsVary(protocol: Protocol, report: Report): void {
  for (const block of [protocol.frame.body, ...protocol.structs.map((s) => s.body)]) {
    const facts = new Map<Field | BitFieldModel, Known>();
    for (const member of walk(block)) {
      if (member.member === 'field' && member.constant?.kind === 'int')
        facts.set(member, member.constant.value);
      if (member.member !== 'if' && member.member !== 'assert') continue;
      const value = evaluate(member.condition, facts) ?? outOfBounds(member.condition);
      if (typeof value === 'boolean') {
        const what = member.member === 'if' ? 'condition' : 'assertion';
        report.error('PF111', member.condition.span, `this ${what} is always ${String(value)}`, {
          hint: `remove it, or compare with a value that can occur`,
        });
      }
    }
  }
}

/** Decides a comparison with a constant by the other side's bounds. */
function outOfBounds(e: Expression): boolean | undefined {
  if (e.op !== 'binary' || e.left.type.kind !== 'int' || e.right.op !== 'int') return undefined;
  const { low, high } = e.left.type;
  const { value } = e.right;
  switch (e.operator) {
    case '==':
      return value < low || value > high ? false : undefined;
    case '!=':
      return value < low || value > high ? true : undefined;
    case '<':
      return high < value ? true : low >= value ? false : undefined;
    case '<=':
      return high <= value ? true : low > value ? false : undefined;
    case '>':
      return low > value ? true : high <= value ? false : undefined;
    case '>=':
      return low >= value ? true : high < value ? false : undefined;
    default:
      return undefined;
  }
}
