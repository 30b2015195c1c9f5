import type { Protocol } from '../model/model.js';
import { describe, type Description } from './describe.js';

/** What the compiler found out about a protocol, for a person at a terminal. */
export function explain(protocol: Protocol): string {
  const d = describe(protocol);
  const { replies } = d;
  const sections = [
    `${d.protocol}  (${d.schema})`,
    ...sideSections(d, replies === null ? '' : ' from client'),
    ...(replies === null ? [] : sideSections(replies, ' from server')),
    `Limits: frame ${bytes(d.limits.frame)}, ${d.limits.headers} headers in ${bytes(d.limits.headerBytes)}`,
  ];
  return sections.join('\n\n') + '\n';
}

/** The frame of one side, or of both. */
function sideSections(d: Description, side: string): string[] {
  const derived = indent(columns(d.derived.map((x) => [x.field, '=', x.from])));
  return [
    `Frame ${d.frame.name}${side}: at least ${d.frame.smallest} bytes, at most ${bytes(d.limits.frame)}`,
    table(
      ['offset', 'bytes', 'field', 'type', 'present'],
      d.frame.rows.map((r) => [r.offset, r.bytes, r.name, r.type, r.arm === '' ? 'always' : r.arm]),
    ),
    ...(d.derived.length === 0 ? [] : [`Filled in by the encoder:\n${derived}`]),
    ...(d.remembered.length === 0 ? [] : [`Known of the request: ${d.remembered.join(', ')}`]),
    d.id === null
      ? 'Request id: none'
      : `Request id: ${d.id.field} (${d.id.type}), patch class ${d.id.patchClass}: ${d.id.why}`,
    d.match.length === 0
      ? 'Match: no byte is known beforehand, so the protocol is chosen by port only'
      : 'Match, byte by byte:\n' + indent(matchTrie(d)),
    'Roles:\n' + indent(columns(d.roles.map((r) => [r.role, '=', r.from]))),
  ];
}

/** The same as data, for machines. */
export function explainJson(protocol: Protocol): Description {
  return describe(protocol);
}

function matchTrie(d: Description): string {
  const hex = (n: number): string => `0x${n.toString(16).padStart(2, '0')}`;
  const trie = d.match.flatMap((form) => {
    const lines = form.bytes.map((m, i) => {
      const values = m.allowed
        .map((r) => (r.low === r.high ? hex(r.low) : `${hex(r.low)}..${hex(r.high)}`))
        .join(' | ');
      return `${'  '.repeat(i)}[${m.offset}] ${values}`;
    });
    const name = form.name === null ? '' : `, ${form.name}`;
    return [...lines, `${'  '.repeat(form.bytes.length)}=> ${d.protocol}${name}`];
  });
  return trie.join('\n');
}

function bytes(n: number): string {
  if (n % (1024 * 1024) === 0) return `${n / (1024 * 1024)}MiB`;
  return n % 1024 === 0 ? `${n / 1024}KiB` : `${n} bytes`;
}

function indent(text: string): string {
  return text.replace(/^/gm, '  ');
}

function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((r) => r[i]!.length)));
  return rows
    .map((r) => r.map((cell, i) => (i === r.length - 1 ? cell : cell.padEnd(widths[i]!))).join('  '))
    .join('\n');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = columns([head, ...rows]).split('\n');
  return indent([all[0]!, '-'.repeat(Math.max(...all.map((l) => l.length))), ...all.slice(1)].join('\n'));
}
