import { memberSize } from '../../model/size.js';
import type { Protocol } from '../../model/model.js';
import { asciiFigure } from './ascii-figure.js';
import { partsOf, type LayoutPart } from './layout-parts.js';
import { bytesText, code, prose, table } from './markdown.js';
import {
  enumSection,
  limitsSection,
  matchSection,
  rolesSection,
  statusSection,
  synthSection,
} from './meaning-sections.js';
import { svgFigure } from './svg-figure.js';

/** A file of the documentation; names have no folder. */
export interface DocFile {
  readonly name: string;
  readonly text: string;
}

/** The page of one protocol, and the diagrams that lie beside it. The same texts on every machine. */
export function protocolPage(protocol: Protocol): DocFile[] {
  const slug = protocol.name.replaceAll('_', '-');
  const figures: DocFile[] = [];
  const taken = new Set<string>();
  const show = (parts: readonly LayoutPart[], level: number): string =>
    parts.map((part) => partText(part, level, addFigure)).join('\n\n');
  const addFigure = ({ title, cells }: LayoutPart): string => {
    const wanted = title
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '')
      .slice(0, 48);
    let free = wanted;
    for (let i = 2; taken.has(free); i++) free = `${wanted}-${i}`;
    taken.add(free);
    const name = `${slug}.${free}.svg`;
    figures.push({ name, text: svgFigure(`${protocol.name}: ${title}`, cells) });
    return name;
  };

  const { frame, roles, enums, structs, synths } = protocol;
  const smallest = frame.body.members.reduce((sum, member) => sum + memberSize(member).min, 0);
  const schema = protocol.schemaPath.slice(protocol.schemaPath.lastIndexOf('/') + 1);
  const sections = [
    `<!-- Generated from ${schema} (sha256 ${protocol.schemaHash}) by proto-frame doc. Do not edit. -->`,
    `# ${protocol.name}`,
    ...(protocol.doc === '' ? [] : [prose(protocol.doc)]),
    [
      `A frame takes ${bytesText(smallest)} to ${bytesText(protocol.limits.frame)}.`,
      sharing(protocol),
      roles.id === null ? '' : `A reply finds its request by ${code(roles.id.name)}.`,
    ]
      .filter((one) => one !== '')
      .join(' '),
    '## How it is recognised',
    matchSection(protocol),
    show(partsOf(frame, `Frame ${frame.name}`, protocol), 2),
    ...structs.map((one) => show(partsOf(one, `Struct ${one.name}`, protocol), 2)),
    ...enums.flatMap((one) => [`## Enum ${one.name}`, enumSection(one)]),
    '## What a proxy reads',
    rolesSection(protocol),
    '## Status',
    statusSection(protocol),
    '## Frames the proxy makes',
    synths.length === 0 ? 'None.' : 'All other fields have their defaults, or are computed.',
    ...synths.flatMap((one) => [`### ${one.name}`, synthSection(one)]),
    '## Limits',
    limitsSection(protocol),
  ];
  return [{ name: `${slug}.md`, text: `${sections.join('\n\n')}\n` }, ...figures];
}

function partText(part: LayoutPart, level: number, addFigure: (part: LayoutPart) => string): string {
  const heading = '#'.repeat(Math.min(level + part.depth, 6));
  const when = part.when === '' ? '' : `${part.when[0]!.toUpperCase()}${part.when.slice(1)}.`;
  const words = [when, prose(part.doc)].filter((one) => one !== '').join(' ');
  return [
    `${heading} ${part.title}`,
    ...(words === '' ? [] : [words]),
    ...(part.cells.length === 0
      ? ['No bytes.']
      : [`\`\`\`text\n${asciiFigure(part.cells)}\n\`\`\``, `[As a drawing](${addFigure(part)})`]),
    ...(part.rows.length === 0 ? [] : [table(['offset', 'bytes', 'name', 'type', 'meaning'], part.rows)]),
  ].join('\n\n');
}

function sharing({ pool, correlation }: Protocol): string {
  switch (pool) {
    case 'multiplex':
      return 'Many requests share a connection, and replies come in any order.';
    case 'pipeline':
      return 'Many requests share a connection, and replies come in the order of the requests.';
    case 'pingpong':
      return 'One request at a time is under way on a connection.';
    case 'binding':
      return `A client has a connection of its own${correlation === 'none' ? ', and replies are not told apart' : ''}.`;
  }
}
