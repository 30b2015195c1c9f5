import { camelCase } from '../../model/camel-case.js';
import type { Report } from '../../diagnostics/diagnostic.js';
import { walk } from '../../model/walk.js';
import type { Span } from '../../source/source-file.js';
import type { Block, Protocol } from '../../model/model.js';

const IDENTIFIER = /^[A-Za-z][A-Za-z0-9_]*$/;

/** PF170: every name becomes a TypeScript name of its own. */
export function identifiersLegal(protocol: Protocol, report: Report): void {
  const legal = (name: string, span: Span, what: string): void => {
    if (!IDENTIFIER.test(name))
      report.error('PF170', span, `\`${name}\` can't be a ${what} name`, {
        hint: 'use letters, digits and _, starting with a letter',
      });
  };
  if (!/^[a-z][a-z0-9_]*$/.test(protocol.name)) {
    report.error('PF170', protocol.span, `\`${protocol.name}\` can't be a protocol name`, {
      hint: 'use lower-case letters, digits and _',
    });
  }
  const types = new Map<string, Span>();
  for (const { name, span } of [...protocol.enums, ...protocol.structs, protocol.frame]) {
    legal(name, span, 'type');
    if (!/^[A-Z]/.test(name))
      report.error('PF170', span, `\`${name}\` becomes a type and starts with a capital letter`, {
        hint: `write \`${name[0]!.toUpperCase()}${name.slice(1)}\``,
      });
    const before = types.get(name);
    if (before !== undefined)
      report.error('PF170', span, `\`${name}\` is the name of another type as well`, {
        labels: [{ span: before, text: 'here' }],
      });
    types.set(name, span);
  }
  for (const { members, span } of protocol.enums)
    unique(
      members.map((m) => ({ name: m.name, span })),
      legal,
      report,
    );
  for (const block of [protocol.frame.body, ...protocol.structs.map((s) => s.body)])
    unique(fieldNames(block), legal, report);
}

function fieldNames(block: Block): { name: string; span: Span }[] {
  const names: { name: string; span: Span }[] = [];
  for (const member of walk(block)) {
    if (member.member === 'field') names.push(member);
    else if (member.member === 'bits') names.push(...member.fields);
  }
  return names;
}

function unique(
  names: readonly { name: string; span: Span }[],
  legal: (name: string, span: Span, what: string) => void,
  report: Report,
): void {
  const taken = new Map<string, { name: string; span: Span }>();
  for (const { name, span } of names) {
    legal(name, span, 'field');
    const own = camelCase(name);
    const before = taken.get(own);
    if (before !== undefined && before.name !== name) {
      report.error('PF170', span, `\`${name}\` and \`${before.name}\` both become \`${own}\` in TypeScript`, {
        labels: [{ span: before.span, text: 'the other' }],
      });
    }
    taken.set(own, { name, span });
  }
}
