import type { Report } from '../../diagnostics/diagnostic.js';
import type { Expression } from '../../model/expression.js';
import { evaluate, type Known } from '../../model/evaluate.js';
import { neverVaries } from '../../model/never-varies.js';
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
      const value = decided(member.condition, facts);
      const part = typeof value === 'boolean' ? null : neverVaries(member.condition, member.guards);
      if (part !== null) {
        report.error('PF111', part.part.span, `this is always ${String(part.value)} where it is asked`, {
          hint: 'what was asked before decides it: remove it, or compare with another value',
        });
      }
      if (typeof value === 'boolean') {
        const what = member.member === 'if' ? 'condition' : 'assertion';
        report.error('PF111', member.condition.span, `this ${what} is always ${String(value)}`, {
          hint: `remove it, or compare with a value that can occur`,
        });
      }
    }
  }
  const { heartbeat, goaway } = protocol.roles;
  for (const role of [heartbeat, goaway]) {
    const part = role === null ? null : neverVaries(role, []);
    if (part !== null)
      report.error('PF111', part.part.span, `this is always ${String(part.value)} where it is asked`, {
        hint: 'remove it, or compare with another value',
      });
  }
}

/** Decides a condition by what is known of fields, and its parts by what they can be in the branch they stand in. */
function decided(e: Expression, facts: ReadonlyMap<Field | BitFieldModel, Known>): Known {
  const value = evaluate(e, facts) ?? outOfBounds(e);
  if (value !== undefined || e.op !== 'binary') return value;
  if (e.operator !== 'and' && e.operator !== 'or') return undefined;
  const [left, right] = [decided(e.left, facts), decided(e.right, facts)];
  const deciding = e.operator === 'or';
  return left === deciding || right === deciding ? deciding : undefined;
}

/** Decides a comparison with a constant by the other side's bounds. */
function outOfBounds(e: Expression): boolean | undefined {
  if (e.op !== 'binary' || e.left.type.kind !== 'int' || e.right.op !== 'int') return undefined;
  const { low, high } = e.left.type;
  const { value } = e.right;
  switch (e.operator) {
    case '==':
      return value < low || value > high ? false : low === high ? true : undefined;
    case '!=':
      return value < low || value > high ? true : low === high ? false : undefined;
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
