import { checksumName } from '../../model/checksum-name.js';
import { idParts } from '../../model/id-parts.js';
import { layoutOf, type Layout } from '../../model/layout.js';
import type {
  BitFieldModel,
  Block,
  Enum,
  Field,
  FieldType,
  MemberModel,
  Protocol,
} from '../../model/model.js';
import { orderIn } from '../../model/expressions-of.js';
import { memberSize } from '../../model/size.js';
import { lengthText } from '../describe.js';
import { orderText } from '../order-text.js';
import { memberName, placeText } from '../place-text.js';
import { constantOf, declaredText, patternText, sourceText } from '../source-text.js';
import { cellsOf, type Cell } from './figure.js';
import { anchorOf, code, prose } from './markdown.js';

/** A block of members with a diagram and a table of its own: a frame, a struct, an arm, a branch, a window. */
export interface LayoutPart {
  readonly title: string;
  /** When it is there, in Markdown; '' for always. */
  readonly when: string;
  readonly doc: string;
  readonly cells: readonly Cell[];
  readonly rows: readonly (readonly [
    offset: string,
    bytes: string,
    name: string,
    type: string,
    meaning: string,
  ])[];
  /** 0 for the whole, 1 for what is inside of it, and so on. */
  readonly depth: number;
}

interface Whole {
  readonly name: string;
  readonly doc: string;
  readonly body: Block;
}

/** A frame or struct and the parts in it, from outer to inner, in the order of the wire. */
export function partsOf(whole: Whole, title: string, protocol: Protocol): LayoutPart[] {
  const layout = layoutOf({ name: whole.name, doc: whole.doc, span: protocol.span, body: whole.body });
  const parts: LayoutPart[] = [];
  const add = (body: Block, part: Pick<LayoutPart, 'title' | 'when' | 'doc' | 'depth'>): void => {
    if (body.members.length === 0 && part.depth > 0 && part.doc === '') return;
    parts.push({
      ...part,
      cells: cellsOf(body),
      rows: body.members.flatMap((member) => rowsOf(member, layout, protocol)),
    });
    const depth = part.depth + 1;
    for (const member of body.members) {
      switch (member.member) {
        case 'variant':
          member.arms.forEach((arm, i) =>
            add(arm.body, {
              title: arm.name ?? `${member.name ?? 'Variant'}, arm ${i + 1}`,
              when: `where ${code(member.on.map(sourceText).join(', '))} is ${
                patternText(arm) === '_' ? 'anything else' : code(patternText(arm))
              }`,
              doc: arm.doc,
              depth,
            }),
          );
          break;
        case 'if': {
          const condition = sourceText(member.condition);
          add(member.then, { title: `If ${condition}`, when: `where ${code(condition)}`, doc: '', depth });
          if (member.otherwise !== null)
            add(member.otherwise, {
              title: `Unless ${condition}`,
              when: `where not ${code(condition)}`,
              doc: '',
              depth,
            });
          break;
        }
        case 'within':
          add(member.body, {
            title:
              member.name === null ? `Window of ${sourceText(member.size)} bytes` : `Window ${member.name}`,
            when: `a window of ${code(sourceText(member.size))} bytes`,
            doc: '',
            depth,
          });
          break;
      }
    }
  };
  add(whole.body, { title, when: '', doc: whole.doc, depth: 0 });
  return parts;
}

type RowText = LayoutPart['rows'][number];

function rowsOf(member: MemberModel, layout: Layout, protocol: Protocol): RowText[] {
  const offset = placeText(layout.places.get(member)!);
  const bytes = sizeText(member, protocol.limits.frame);
  switch (member.member) {
    case 'field': {
      if (member.isPeek === true) return [];
      if (member.isPad === true)
        return [[offset, bytes, '', 'padding', `zeros: ${code(sourceText(member))}`]];
      const own: RowText = [
        offset,
        bytes,
        code(member.name),
        code(declaredText(member)),
        meaningOf(member, protocol),
      ];
      if (member.type.kind !== 'record') return [own];
      const { extern, entries } = member.type;
      return [
        [offset, bytes, code(member.name), code(`record ${extern.name}`), 'made of, each found by its tag:'],
        ...entries.map((entry): RowText => [
          tagText(entry),
          '',
          code(entry.name),
          code(declaredText(entry)),
          meaningOf(entry, protocol),
        ]),
      ];
    }
    case 'bits':
      return [
        [
          offset,
          bytes,
          member.name === null ? '' : code(member.name),
          `${member.int.bits} bits`,
          [orderText(member.order, code), 'made of:'].filter((text) => text !== '').join('; '),
        ],
        ...member.fields.map((bit): RowText => {
          const top = bit.shift + bit.width - 1;
          const place = bit.width === 1 ? `bit ${top}` : `bits ${top}..${bit.shift}`;
          const width = bit.width === 1 ? '1 bit' : `${bit.width} bits`;
          return [
            `${offset}, ${place}`,
            width,
            code(bit.name),
            code(declaredText(bit)),
            meaningOf(bit, protocol),
          ];
        }),
      ];
    case 'variant': {
      const names = member.arms.map((arm, i) => arm.name ?? `arm ${i + 1}`).join(', ');
      const on = code(member.on.map(sourceText).join(', '));
      return [
        [
          offset,
          bytes,
          member.name === null ? '' : code(member.name),
          'variant',
          `by ${on}: ${names}; below`,
        ],
      ];
    }
    case 'if':
      return [[offset, bytes, '', 'if', `where ${code(sourceText(member.condition))}; below`]];
    case 'within':
      return [
        [
          offset,
          bytes,
          member.name === null ? '' : code(member.name),
          'window',
          `${code(sourceText(member.size))} bytes; below`,
        ],
      ];
    case 'pad': {
      const meaning = member.mode === 'align' ? `zeros to a multiple of ${member.value} bytes` : 'zeros';
      return [[offset, bytes, '', 'padding', meaning]];
    }
    case 'assert':
      return [
        ['', '', '', 'assertion', `${code(sourceText(member.condition))}, else: ${prose(member.message)}`],
      ];
  }
}

function tagText({ type }: Field): string {
  return type.kind === 'entry' ? `tag ${type.path.join('.')}` : '';
}

function sizeText(member: MemberModel, frameLimit: number): string {
  const { min, max } = memberSize(member);
  if (min === max) return String(min);
  return max >= frameLimit ? `${min} and more` : `${min} to ${max}`;
}

/** What a person has to know of a field besides its declaration. */
function meaningOf(field: Field | BitFieldModel, protocol: Protocol): string {
  const facts = [field.doc];
  if (field.member === 'field' && field.deprecated !== undefined)
    facts.push(`deprecated: ${field.deprecated}`);
  const role = roleOf(field, protocol);
  if (role !== null) facts.push(`the ${role}`);
  if (field.constant !== null) facts.push(`always ${code(constantOf(field, field.constant))}`);
  if (field.derivation !== null) facts.push(`computed: ${lengthText(field)}`);
  if (field.member === 'field') {
    if (field.computed !== undefined) facts.push(`computed: ${code(sourceText(field.computed))}`);
    if (field.checksum !== null)
      facts.push(
        `${checksumName(field.checksum)} over ${memberName(field.checksum.from)} to ${memberName(field.checksum.to)}`,
      );
    facts.push(orderText(orderIn(field.type), code));
    const struct = structIn(field.type);
    if (struct !== null) facts.push(`see [${struct}](#${anchorOf(`Struct ${struct}`)})`);
  }
  const named = enumOf(field);
  if (named !== null) facts.push(`see [${named.name}](#${anchorOf(`Enum ${named.name}`)})`);
  const told = facts.flatMap((fact) => (fact.trim() === '' ? [] : [fact.trim().replace(/[.;]$/, '')]));
  const own = field.doc.trim() === '' ? told : [prose(told[0]!), ...told.slice(1)];
  return own.join('; ');
}

function enumOf(field: Field | BitFieldModel): Enum | null {
  if (field.member === 'bitField') return field.enum;
  if (field.type.kind === 'entry') return field.type.of.kind === 'int' ? field.type.of.enum : null;
  return field.type.kind === 'int' ? field.type.enum : null;
}

function structIn(type: FieldType): string | null {
  switch (type.kind) {
    case 'struct':
      return type.struct.name;
    case 'map':
      return type.pair.name;
    case 'list':
      return structIn(type.element);
    default:
      return null;
  }
}

function roleOf(field: Field | BitFieldModel, { roles }: Protocol): string | null {
  if (roles.id === field) return 'request id';
  if (field.member === 'field' && idParts(roles.id).includes(field)) return 'part of the request id';
  if (field.member === 'field' && roles.headers.includes(field)) return 'header map';
  if (field.member === 'field' && roles.body.includes(field)) return 'body';
  const reads = (role: Protocol['roles']['timeout']): boolean =>
    role !== null && role.op === 'field' && role.fields.includes(field);
  if (reads(roles.status)) return 'status';
  return reads(roles.timeout) ? 'timeout in milliseconds' : null;
}
