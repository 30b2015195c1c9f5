import type { Report } from '../../diagnostics/diagnostic.js';
import type { Expression } from '../../model/expression.js';
import { expressionsOf, sizeOfElements } from '../../model/expressions-of.js';
import { walk } from '../../model/walk.js';
import type { Protocol } from '../../model/model.js';

/** PF112: a field that some frames lack can't be used where its value is needed. */
export function optionalFields(protocol: Protocol, report: Report): void {
  const need = (e: Expression, what: string): void => {
    if (!e.optional) return;
    const reason = e.op === 'header' ? 'may be missing' : 'is not in every frame';
    report.error('PF112', e.span, `${nameOf(e)} ${reason}, so ${what} can't depend on it`, {
      labels:
        e.op === 'field'
          ? e.fields
              .filter((f) => f.guards.length > 0)
              .map((f) => ({ span: f.span, text: 'it stands in one arm only' }))
          : [],
      hint:
        e.type.kind === 'bool'
          ? 'write `… == true`, or `… ?? false`'
          : 'say what holds without it: `… ?? 0`; or move it out of the arm',
    });
  };
  for (const block of [protocol.frame.body, ...protocol.structs.map((s) => s.body)]) {
    for (const member of walk(block)) {
      if (member.member === 'within') need(member.size, 'a size');
      else if (member.member === 'if') need(member.condition, 'a condition');
      else if (member.member === 'assert') need(member.condition, 'an assertion');
      else if (member.member === 'variant') for (const on of member.on) need(on, 'a variant');
      else if (member.member === 'field' && 'extent' in member.type) {
        const { extent } = member.type;
        if (extent.kind === 'size' || extent.kind === 'count') need(extent.value, `a ${extent.kind}`);
        const size = member.type.kind === 'list' ? sizeOfElements(member.type) : null;
        if (size !== null) need(size, 'a size');
      }
    }
  }
  const { kind, heartbeat, goaway } = protocol.roles;
  need(kind, 'the kind of a frame');
  if (heartbeat !== null) need(heartbeat, 'a condition');
  if (goaway !== null) need(goaway, 'a condition');
  for (const e of expressionsOf(protocol)) {
    if (e.op === 'match') for (const on of e.on) need(on, 'a match');
    else if (e.op === 'flag') need(e.of, 'a flag');
    else if (e.op === 'unary') need(e.operand, `\`${e.operator}\``);
    else if (e.op === 'binary' && !['==', '!=', '??'].includes(e.operator)) {
      need(e.left, `\`${e.operator}\``);
      need(e.right, `\`${e.operator}\``);
    }
  }
}

function nameOf(e: Expression): string {
  if (e.op === 'field' || e.op === 'request') return `\`${e.name}\``;
  return `\`${e.span.file.text.slice(e.span.start, e.span.end)}\``;
}
