import type { Report } from '../../diagnostics/diagnostic.js';
import type { Expression } from '../../model/expression.js';
import { bigCompared, COMPARISONS, isBigField } from '../../model/big-compared.js';
import { expressionsOf, parts } from '../../model/expressions-of.js';
import { plainField } from '../../model/inner-fields.js';
import { isBig, SAFE } from '../../model/integers.js';
import type { Fact, Protocol } from '../../model/model.js';

const BITWISE = ['&', '^', '~'];

/** PF152: what is computed stays within the numbers that JavaScript holds exactly. */
export function numbersExact(protocol: Protocol, report: Report): void {
  const exact = new Set<Expression>();
  const facts = protocol.side === 'server' ? [] : protocol.facts;
  const asked = facts.flatMap((fact) => (isKept(fact) ? [] : [...parts(fact.value)]));
  for (const e of [...expressionsOf(protocol), ...asked]) {
    for (const big of e.op === 'binary' ? bigOperands(e) : []) exact.add(big);
    if (exact.has(e)) continue;
    if (e.op === 'field') readable(e, report);
    else if (e.op === 'unary' || e.op === 'binary') {
      const operands = e.op === 'unary' ? [e.operand] : [e.left, e.right];
      for (const operand of operands) if (operand.op === 'request') readable(operand, report);
      computed(e, operands, report);
    }
  }
}

/** Whether a fact is a field as it stands, of whatever width. */
function isKept({ value }: Fact): boolean {
  return value.op === 'field';
}

/** The fields of 56 or 64 bits that a comparison holds against a constant or each other, which is exact. */
function bigOperands(e: Expression & { op: 'binary' }): readonly Expression[] {
  const big = bigCompared(e);
  if (big !== null) return [big];
  const { left, right } = e;
  return COMPARISONS.includes(e.operator) && isBigField(left) && isBigField(right) ? [left, right] : [];
}

/** Integers of 56 and 64 bits are carried exactly, but don't enter expressions without a range. */
function readable(e: Expression & { op: 'field' | 'request' }, report: Report): void {
  for (const field of e.fields.map(plainField)) {
    if (field.member !== 'field' || field.type.kind !== 'int' || !isBig(field.type.int, field.range))
      continue;
    const { bits, signed } = field.type.int;
    report.error('PF152', e.span, `\`${field.name}\` has ${bits} bits and can't be computed with exactly`, {
      labels: [{ span: field.span, text: 'declared here' }],
      hint: `give it a range: \`in ${signed ? -SAFE : 0}..${SAFE}\``,
    });
  }
}

function computed(
  e: Expression & { op: 'unary' | 'binary' },
  operands: readonly Expression[],
  report: Report,
): void {
  if (e.type.kind !== 'int') return;
  if (BITWISE.includes(e.operator)) {
    const low = e.operator === '~' ? -(1n << 31n) : 0n;
    const high = e.operator === '~' ? (1n << 31n) - 1n : (1n << 32n) - 1n;
    for (const { type, span } of operands) {
      if (type.kind !== 'int' || (type.low >= low && type.high <= high)) continue;
      report.error(
        'PF152',
        span,
        `\`${e.operator}\` works on ${low} to ${high}, this can be ${type.low} to ${type.high}`,
        {
          hint: 'give the field a range with `in`, or a type of fewer bits',
        },
      );
    }
  } else if ((e.type.low < -SAFE || e.type.high > SAFE) && !report.hasErrorIn(e.span)) {
    report.error(
      'PF152',
      e.span,
      `this can be ${e.type.low} to ${e.type.high}, more than a number holds exactly`,
      {
        hint: 'give the fields a range with `in`',
      },
    );
  }
}
