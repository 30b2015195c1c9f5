import { camelCase, pascalCase } from '../../model/camel-case.js';
import type { Report } from '../../diagnostics/diagnostic.js';
import { walk } from '../../model/walk.js';
import type { Span } from '../../source/source-file.js';
import type { Block, Protocol } from '../../model/model.js';

/** The fields of a struct that is spread have its name before their own. */
const IDENTIFIER = /^[A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z][A-Za-z0-9_]*)*$/;

/** Globals of JavaScript that generated code names. */
const GLOBALS = new Set([
  'Array',
  'BigInt',
  'Boolean',
  'Infinity',
  'Iterable',
  'Math',
  'NaN',
  'Number',
  'Object',
  'Record',
  'String',
  'Uint8Array',
]);

/** What a generated module declares for the frame. */
function generatedTypes(frame: string): string[] {
  return ['Frame', 'Init', 'Memo'].map((end) => `${pascalCase(frame)}${end}`);
}

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
  const types = new Map<string, { name: string; span: Span }>();
  for (const { name, span } of [...protocol.enums, ...protocol.structs, protocol.frame]) {
    legal(name, span, 'type');
    if (IDENTIFIER.test(name) && !/^[A-Z]/.test(name))
      report.error('PF170', span, `\`${name}\` becomes a type and starts with a capital letter`, {
        hint: `write \`${name[0]!.toUpperCase()}${name.slice(1)}\``,
      });
    const own = pascalCase(name);
    const before = types.get(own);
    if (before !== undefined) {
      const same = before.name === name;
      const message = same
        ? `\`${name}\` is the name of another type as well`
        : `\`${name}\` and \`${before.name}\` both become \`${own}\` in TypeScript`;
      report.error('PF170', span, message, { labels: [{ span: before.span, text: 'the other' }] });
    } else if (GLOBALS.has(own) || generatedTypes(protocol.frame.name).includes(own)) {
      report.error('PF170', span, `\`${name}\` is a name that the generated code uses itself`, {
        hint: 'choose another one',
      });
    }
    types.set(own, { name, span });
  }
  for (const { members } of protocol.enums) unique(members, 'member', legal, report);
  unique(fieldNames(protocol.frame.body), 'field', legal, report);
  for (const { body, params } of protocol.structs)
    unique([...params, ...fieldNames(body)], 'field', legal, report);
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
  what: string,
  legal: (name: string, span: Span, what: string) => void,
  report: Report,
): void {
  const taken = new Map<string, { name: string; span: Span }>();
  for (const { name, span } of names) {
    legal(name, span, what);
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
