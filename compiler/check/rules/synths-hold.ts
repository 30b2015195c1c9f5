import type { Report } from '../../diagnostics/diagnostic.js';
import { evaluate, present, type Facts } from '../../model/evaluate.js';
import type { Expression } from '../../model/expression.js';
import { parts } from '../../model/expressions-of.js';
import { isNeeded } from '../../model/build-literal.js';
import { doubtfulFields } from '../doubtful-fields.js';
import { idParts } from '../../model/id-parts.js';
import { usesOf } from '../../model/partial-length.js';
import { type Bits, bitsOf, type BitsOf } from '../../model/known-bits.js';
import { walk } from '../../model/walk.js';
import type { BitFieldModel, Field, Protocol, SynthModel } from '../../model/model.js';
import { namesakes, synthFacts } from '../../model/synth-facts.js';
import type { ProtocolItem, Synth } from '../../syntax/ast.js';

const EXPECTED: Record<
  SynthModel['name'],
  { kinds: readonly string[]; role: 'heartbeat' | 'goaway' | null }
> = {
  heartbeat: { kinds: ['request', 'oneway', 'control'], role: 'heartbeat' },
  // Its id joins it to the heartbeat: an answer need not say what it answers.
  heartbeat_ack: { kinds: ['response', 'control'], role: null },
  goaway: { kinds: ['request', 'oneway', 'push', 'control', 'response'], role: 'goaway' },
  hijack: { kinds: ['response'], role: null },
};

/** PF140: a synth sets all that has no default, and what it makes is what it is called when read again. */
export function synthsHold(
  protocol: Protocol,
  items: readonly ProtocolItem[],
  report: Report,
  asker: Protocol,
): void {
  const doubtful = report.isDamaged(protocol.frame.span.file) ? null : doubtfulFields(items, report);
  for (const synth of protocol.synths) {
    const decl = items.find((item): item is Synth => item.kind === 'synth' && item.name.span === synth.span);
    // What it says in error may be what seems to be missing.
    if (decl === undefined || report.hasErrorIn(decl.span)) continue;
    const given = decl.value?.kind === 'struct' ? decl.value.fields.map((f) => f.name.text) : [];
    const facts = synthFacts(protocol, synth);
    const whole = given.length === synth.fields.length;
    if (doubtful !== null) fieldsSet(protocol, synth, [...given, ...doubtful], facts, report);
    fieldsFit(protocol, synth, facts, report);
    if (!whole) continue;
    readsBack(protocol, synth, facts, report);
    keepsId(protocol, synth, report, asker);
  }
}

/** All fields without default are set. */
function fieldsSet(
  protocol: Protocol,
  synth: SynthModel,
  given: readonly string[],
  facts: Facts,
  report: Report,
): void {
  for (const member of walk(protocol.frame.body)) {
    const fields = member.member === 'field' ? [member] : member.member === 'bits' ? member.fields : [];
    for (const field of fields) {
      if (given.includes(field.name) || present(field.guards, facts) === false) continue;
      // An id of several fields that the proxy gives is written as a whole.
      const isOwnId = idParts(protocol.roles.id).some((part) => part === field);
      if (isOwnId && isComposed(protocol) && takesId(synth)) continue;
      // An empty text is no id.
      if (!isNeeded(field, facts) && !(isOwnId && protocol.idForm !== null)) continue;
      report.error('PF140', synth.span, `\`${synth.name}\` does not set \`${field.name}\``, {
        labels: [{ span: field.span, text: 'it has no default' }],
        hint: `add \`${field.name}: …\`, or give the field a default`,
      });
    }
  }
}

/** Only fields that the frame has are set, and to values that every request has. */
function fieldsFit(protocol: Protocol, synth: SynthModel, facts: Facts, report: Report): void {
  for (const { field, span } of synth.fields) {
    if (namesakes(protocol, field).every(({ guards }) => present(guards, facts) === false)) {
      report.error('PF140', span, `\`${field.name}\` is not in the frame that \`${synth.name}\` makes`, {
        labels: [{ span: field.span, text: 'it stands in another arm' }],
        hint: 'remove it here, or choose that arm',
      });
    }
  }
  for (const { field, span } of synth.fields) {
    const use = usesOf(field).find(({ of }) => present(of.guards, facts) === true);
    if (use !== undefined)
      report.error('PF102', span, `\`${field.name}\` is derived in the frame that \`${synth.name}\` makes`, {
        labels: [{ span: use.useSpan, text: 'it follows from this' }],
        hint: 'remove it here',
      });
  }
  for (const { field, value } of synth.fields) {
    const number = field.member === 'bitField' || field.type.kind === 'int';
    if (number && 'optional' in value && value.optional) {
      report.error(
        'PF112',
        value.span,
        `this is not in every request, so \`${field.name}\` can't always be set to it`,
        {
          hint: 'say what is set without it: `… ?? 0`',
        },
      );
    }
  }
}

/** Its kind, heartbeat and goaway are those of its name, and its assertions hold. */
function readsBack(protocol: Protocol, synth: SynthModel, facts: Facts, report: Report): void {
  const { kinds, role } = EXPECTED[synth.name];
  const { kind: kindRole } = protocol.roles;
  const bits = setBits(synth, facts);
  const kind = report.hasErrorIn(kindRole.span) ? null : evaluate(kindRole, facts, bits);
  if (typeof kind === 'string' && !kinds.includes(kind)) {
    report.error('PF140', synth.span, `what \`${synth.name}\` makes reads as a ${kind}`, {
      labels: [{ span: kindRole.span, text: 'by this' }],
      hint: `it has to be a ${kinds[0]!}`,
    });
  } else if (
    kind === undefined &&
    !readsElsewhere(kindRole) &&
    !(kindRole.op === 'match' && kindRole.arms.length === 0)
  ) {
    report.error('PF140', synth.span, `nothing says which kind of frame \`${synth.name}\` makes`, {
      labels: [{ span: kindRole.span, text: 'this depends on fields that are copied or given' }],
      hint: [...parts(kindRole)].some(isMask)
        ? `set the bits that it asks for: \`op: (req.op & 0x7fff) + 0x8000\``
        : `set them to constants that make it a ${kinds[0]!}`,
    });
  }
  for (const [name, condition] of [
    ['heartbeat', protocol.roles.heartbeat],
    ['goaway', protocol.roles.goaway],
  ] as const) {
    const value = condition === null ? false : evaluate(condition, facts, bits);
    const labels = condition === null ? [] : [{ span: condition.span, text: 'by this' }];
    if (role === name && value === false) {
      report.error('PF140', synth.span, `what \`${synth.name}\` makes does not read as a ${name}`, {
        labels,
        ...(condition === null ? { hint: `add \`${name} when …;\` to semantics` } : {}),
      });
    }
    if (role !== name && value === true && synth.name !== 'heartbeat_ack')
      report.error('PF140', synth.span, `what \`${synth.name}\` makes reads as a ${name}`, { labels });
  }
  for (const member of walk(protocol.frame.body)) {
    if (member.member !== 'assert' || present(member.guards, facts) !== true) continue;
    if (evaluate(member.condition, facts, bits) === false)
      report.error('PF140', synth.span, `what \`${synth.name}\` makes is refused when it is read`, {
        labels: [{ span: member.condition.span, text: 'this does not hold' }],
      });
  }
}

function isMask(e: Expression): boolean {
  return e.op === 'binary' && e.operator === '&';
}

/** What is known of the bits of fields that are set to what no constant is: `op: req.op ^ 0x80`. */
function setBits(synth: SynthModel, facts: Facts): BitsOf {
  const bits = new Map<Field | BitFieldModel, Bits>();
  for (const { field, value } of synth.fields) {
    const known = 'type' in value && facts.get(field) === undefined ? bitsOf(value, bits) : null;
    if (known !== null) bits.set(field, known);
  }
  return bits;
}

/** Whether an expression asks for what stands in a head, map or list, or a TypeScript module: this rule looks into neither. */
function readsElsewhere(e: Expression): boolean {
  return [...parts(e)].some(
    (part) =>
      part.op === 'header' || part.op === 'call' || (part.op === 'field' && part.fields.some(isFound)),
  );
}

/** Whether a field is one of an element that is looked for in a list. */
function isFound(field: Field | BitFieldModel): boolean {
  return field.member === 'field' && field.type.kind === 'inner' && field.type.where !== undefined;
}

function isComposed({ roles }: Protocol): boolean {
  return roles.id?.type.kind === 'composed';
}

function takesId(synth: SynthModel): boolean {
  return synth.params.some((p) => p.role === 'id');
}

/** An answer carries the id of its request; what the proxy sends on its own carries the id it is given. */
function keepsId(protocol: Protocol, synth: SynthModel, report: Report, asker: Protocol): void {
  const { id } = protocol.roles;
  const request = synth.params.find((p) => p.role === 'request');
  const asked = idParts(asker.roles.id);
  for (const [i, part] of idParts(id).entries()) {
    const set = synth.fields.find((f) => f.field === part);
    if (set === undefined) continue;
    const { value } = set;
    if (isComposed(protocol) && takesId(synth)) {
      report.error(
        'PF140',
        set.span,
        `\`${part.name}\` is a part of the id, which \`${synth.name}\` gets as a whole`,
        {
          hint: 'remove it here: the proxy writes the id into all of its parts',
        },
      );
      continue;
    }
    const param = synth.params.find((p) => p.role === 'id');
    const own = asked[i];
    const right =
      request !== undefined
        ? value.op === 'request' && own !== undefined && value.fields.includes(own)
        : param === undefined || value.op === 'param';
    if (right) continue;
    const wanted = request !== undefined ? `${request.name}.${own?.name ?? part.name}` : param!.name;
    report.error('PF140', value.span, `the id that \`${synth.name}\` sets is not the one it is given`, {
      hint: `write \`${part.name}: ${wanted}\``,
    });
  }
}
