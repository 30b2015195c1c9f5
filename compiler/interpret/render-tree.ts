import type { FieldNode, FrameTree, Shown } from './read-frame.js';

const BYTES_SHOWN = 16;
const TEXT_SHOWN = 72;

/** A frame as lines of offset, bytes, field, value and meaning. */
export function renderTree(tree: FrameTree, bytes: Uint8Array, at: number): string {
  const rows: [string, string, string, string][] = [];
  const visit = (nodes: readonly FieldNode[], depth: number): void => {
    for (const node of nodes) {
      const leaf = node.children.length === 0;
      rows.push([
        String(node.offset),
        leaf ? hex(bytes, at + node.offset, node.length) : '',
        `${'  '.repeat(depth)}${node.name}`,
        [leaf ? showValue(node.value) : '', node.note].filter((t) => t !== '').join('  '),
      ]);
      visit(node.children, depth + 1);
    }
  };
  visit(tree.fields, 0);
  const widths = [0, 1, 2].map((i) => Math.max(...rows.map((r) => r[i]!.length)));
  return rows
    .map(([offset, raw, name, value]) =>
      `  ${offset.padStart(widths[0]!)}  ${raw.padEnd(widths[1]!)}  ${name.padEnd(widths[2]!)}  ${value}`.trimEnd(),
    )
    .join('\n');
}

function hex(bytes: Uint8Array, from: number, length: number): string {
  const shown = Buffer.from(bytes.subarray(from, from + Math.min(length, BYTES_SHOWN))).toString('hex');
  return length > BYTES_SHOWN ? `${shown}…` : shown;
}

function showValue(value: Shown): string {
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (typeof value === 'string')
    return escapeText(value.length > TEXT_SHOWN ? `${value.slice(0, TEXT_SHOWN)}…` : value);
  if (Array.isArray(value)) return '';
  if (Object.is(value, -0)) return '-0';
  return String(value);
}

/** JSON's quoting, and what JSON leaves that a terminal would obey. */
function escapeText(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
