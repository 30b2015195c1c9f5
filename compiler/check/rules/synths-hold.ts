import type { Report } from '../../diagnostics/diagnostic.js';
import { evaluate, present, type Known } from '../../model/evaluate.js';
import { walk } from '../../model/walk.js';
import type { BitFieldModel, Field, Protocol, SynthModel } from '../../model/model.js';

const EXPECTED: Record<
  SynthModel['name'],
  { kinds: readonly string[]; role: 'heartbeat' | 'goaway' | null }
> = {
  heartbeat: { kinds: ['request', 'oneway', 'control'], role: 'heartbeat' },
  heartbeat_ack: { kinds: ['response', 'control'], role: 'heartbeat' },
  goaway: { kinds: ['request', 'oneway', 'push', 'control', 'response'], role: 'goaway' },
  hijack: { kinds: ['response'], role: null },
};

/** PF140: a synth sets all that has no default, and what it makes is what it is called when read again. */
export function synthsHold(protocol: Protocol, report: Report): void {
  for (const synth of protocol.synths) {
    const facts = factsOf(protocol, synth);
    for (const member of walk(protocol.frame.body)) {
      const fields = member.member === 'field' ? [member] : member.member === 'bits' ? member.fields : [];
      for (const field of fields) {
        if (!needed(field) || synth.fields.some((f) => f.field === field || f.field.name === field.name))
          continue;
        if (present(field.guards, facts) === false) continue;
        report.error('PF140', synth.span, `\`${synth.name}\` does not set \`${field.name}\``, {
          labels: [{ span: field.span, text: 'it has no default' }],
          hint: `add \`${field.name}: …\`, or give the field a default`,
        });
      }
    }
    for (const { field, span } of synth.fields) {
      if (present(field.guards, facts) === false) {
        report.error('PF140', span, `\`${field.name}\` is not in the frame that \`${synth.name}\` makes`, {
          labels: [{ span: field.span, text: 'it stands in another arm' }],
        });
      }
    }
    const { kinds, role } = EXPECTED[synth.name];
    const kind = evaluate(protocol.roles.kind, facts);
    if (typeof kind === 'string' && !kinds.includes(kind)) {
      report.error('PF140', synth.span, `what \`${synth.name}\` makes reads as a ${kind}`, {
        hint: `it has to be a ${kinds[0]!}`,
      });
    }
    for (const [name, condition] of [
      ['heartbeat', protocol.roles.heartbeat],
      ['goaway', protocol.roles.goaway],
    ] as const) {
      const value = condition === null ? false : evaluate(condition, facts);
      if (role === name && value === false)
        report.error('PF140', synth.span, `what \`${synth.name}\` makes does not read as a ${name}`);
      if (role !== name && value === true)
        report.error('PF140', synth.span, `what \`${synth.name}\` makes reads as a ${name}`);
    }
  }
}

function needed(field: Field | BitFieldModel): boolean {
  if (field.constant !== null) return false;
  if (field.member === 'bitField') return false;
  return (
    field.type.kind === 'int' &&
    field.default === null &&
    field.derivation === null &&
    field.checksum === null
  );
}

/** What is known of the frame a synth makes. Bits it does not set are 0. */
function factsOf(protocol: Protocol, synth: SynthModel): Map<Field | BitFieldModel, Known> {
  const facts = new Map<Field | BitFieldModel, Known>();
  for (const member of walk(protocol.frame.body)) {
    if (member.member === 'field') {
      const value = member.constant ?? member.default;
      if (value?.kind === 'int')
        facts.set(member, member.type.kind === 'int' && member.type.bool ? value.value === 1n : value.value);
    } else if (member.member === 'bits') {
      for (const bit of member.fields) {
        const number = bit.constant?.kind === 'int' ? bit.constant.value : 0n;
        facts.set(bit, bit.enum === null && bit.width === 1 ? number === 1n : number);
      }
    }
  }
  for (const { field, value } of synth.fields) facts.set(field, evaluate(value, facts));
  return facts;
}
