import type { Report } from '../../diagnostics/diagnostic.js';
import type { Expression } from '../../model/expression.js';
import { argsIn, membersRead, parts } from '../../model/expressions-of.js';
import { allocatedIds } from '../../model/allocated-ids.js';
import { idParts } from '../../model/id-parts.js';
import { inEveryFrame } from '../../model/in-every-frame.js';
import type { Block, Field, MemberModel, Protocol } from '../../model/model.js';
import { fixedSize, memberSize, typeSize } from '../../model/size.js';
import { walk } from '../../model/walk.js';
import type { ProtocolItem } from '../../syntax/ast.js';

/** Reserved ids that a protocol lists one by one. */
const MOST_RESERVED = 256n;

/** PF120, PF121, PF122: the request id is in every frame, can be replaced, and has room for what is in flight. */
export function idUsable(
  protocol: Protocol,
  items: readonly ProtocolItem[],
  report: Report,
  asker: Protocol,
): void {
  if (protocol.correlation !== 'id') return;
  if (asker !== protocol) sameIds(protocol, asker, report);
  const { id } = protocol.roles;
  if (id === null) {
    const given = items.some(
      (item) => item.kind === 'semantics' && item.roles.some((r) => r.name.text === 'id'),
    );
    if (given || report.isDamaged(protocol.span.file)) return;
    report.error(
      'PF120',
      protocol.span,
      `\`${protocol.name}\` correlates by id, but no role says which field that is`,
      { hint: 'add `id = …;` to semantics' },
    );
    return;
  }
  const ids = [id, ...protocol.idInOtherArms];
  const parts = ids.flatMap(idParts);
  for (const part of id.type.kind === 'composed' ? parts : []) {
    if (inEveryFrame([part])) continue;
    report.error('PF120', part.span, `\`${part.name}\` is a part of the id and not in every frame`, {
      labels: part.guards.map((g) => ({ span: g.node.span, text: 'it stands in one arm of this' })),
      hint: 'move it out, before or after',
    });
    return;
  }
  if (!inEveryFrame(ids)) {
    report.error('PF120', id.span, `the id \`${id.name}\` is not in every request and response`, {
      labels: id.guards.map((g) => ({
        span: g.node.span,
        text:
          g.node.member === 'variant' ? 'it stands in one arm of this' : 'it stands in one branch of this',
      })),
      hint:
        ids.length > 1
          ? 'every arm needs one of that name'
          : 'move it out, before or after, or give every arm one of that name',
    });
  }
  for (const one of parts) if (!replaceable(one, protocol, report)) return;
  for (const one of ids) if (!writableAsText(one, protocol, report)) return;
  const { count, reserved } = allocatedIds(protocol);
  const needed = BigInt(protocol.limits.inFlight ?? 2);
  if (count < needed) {
    const without = protocol.reservedIds.length === 0 ? '' : ' that are not reserved';
    report.error(
      'PF121',
      id.span,
      `the id \`${id.name}\` has ${count > 0n ? count : 'no'} values from 0 on${without}, ${needed} requests shall be in flight`,
      {
        hint: 'widen the id or its range, or lower `limits { in_flight = …; }`',
      },
    );
  }
  for (const range of protocol.reservedIds)
    if (
      reserved.some(({ low, high }) => low <= range.low && range.high <= high && high - low >= MOST_RESERVED)
    )
      report.error(
        'PF121',
        range.span,
        `more than ${MOST_RESERVED} ids in the middle of the range are reserved`,
        {
          hint: 'reserve those at one of its ends',
        },
      );
  const setting = items.find((item) => item.kind === 'setting' && item.name.text === 'correlate');
  if (protocol.spliced && setting !== undefined && !ids.some(varies))
    report.warning('PF122', setting.span, `the id \`${id.name}\` has a fixed width, so it is never spliced`, {
      hint: 'write `correlate id;`',
    });
  for (const one of parts) {
    // Where it stands in a head or record is the affair of what reads these.
    if (one.type.kind === 'inHead' || one.type.kind === 'entry') continue;
    const before = one.guards.length > 0 ? null : varyingBefore(protocol.frame.body, one);
    if (varies(one) && protocol.spliced) continue;
    if (varies(one))
      report.warning(
        'PF122',
        one.span,
        `the id \`${one.name}\` takes as many bytes as its value needs (patch class C)`,
        {
          hint: 'where a new id has another width the frame is written anew: a fixed width is replaced in place, `correlate id, spliced;` says that it is meant so',
        },
      );
    else if (before !== null)
      report.warning(
        'PF122',
        one.span,
        `the id \`${one.name}\` has no fixed place, so each frame is walked to find it`,
        {
          labels: [{ span: before.span, text: 'where this ends is found by going through it' }],
          hint: 'ids near the start of a frame are replaced in place at no cost',
        },
      );
  }
}

/** PF120: what one side writes as an id, the other reads as the same one. */
function sameIds(reply: Protocol, asker: Protocol, report: Report): void {
  const [own, asked] = [reply.roles.id, asker.roles.id];
  if (own === null || asked === null) return;
  const text = (protocol: Protocol): string =>
    protocol.idForm === null ? 'a number' : `text (${protocol.idForm})`;
  const width = (id: Field): number | null => (id.type.kind === 'text' ? fixedSize(memberSize(id)) : null);
  const narrower = reply.idForm === null && allocatedIds(reply).max < allocatedIds(asker).max;
  if (reply.idForm === asker.idForm && width(own) === width(asked) && !narrower) return;
  const why =
    reply.idForm !== asker.idForm
      ? `${text(reply)} here and ${text(asker)} there`
      : narrower
        ? 'narrower here'
        : 'of another width here';
  report.error('PF120', own.span, `the id of a reply has to be that of its request, it is ${why}`, {
    labels: [{ span: asked.span, text: 'the id of requests' }],
  });
}

/** Whether the id takes as many bytes as its value needs. */
function varies(id: Field): boolean {
  return (id.type.kind === 'int' || id.type.kind === 'text') && fixedSize(memberSize(id)) === null;
}

/** Whether the proxy's own ids can stand where the id is a text; reports why not. */
function writableAsText(id: Field, { idForm }: Protocol, report: Report): boolean {
  const { type } = id;
  if (type.kind !== 'text' || idForm === null) return true;
  const refuse = (message: string, hint: string): false => {
    report.error('PF120', id.span, `the id \`${id.name}\` ${message}`, { hint });
    return false;
  };
  if (type.nullable) return refuse('can be null', 'a frame without an id can not be answered');
  const width = fixedSize(memberSize(id));
  if (idForm === 'uuid' && width !== UUID_SIZE)
    return refuse(`is no UUID, which takes ${UUID_SIZE} bytes`, `write \`text ascii size ${UUID_SIZE}\``);
  const delimiter = type.extent.kind === 'until' ? type.extent.delimiter : '';
  if (idForm !== 'uuid' && /[0-9a-f]/.test(delimiter))
    return refuse('is ended by what its digits can hold', 'choose another delimiter');
  return true;
}

/** The characters of a UUID as text. */
const UUID_SIZE = 36;

/** Whether another id can be written over this one; reports why not. */
function replaceable(id: Field, protocol: Protocol, report: Report): boolean {
  if (id.constant !== null || id.derivation !== null || id.checksum !== null || id.computed !== undefined) {
    const what =
      id.computed !== undefined
        ? 'computed'
        : id.constant !== null
          ? 'constant'
          : id.checksum !== null
            ? 'a checksum'
            : 'a length';
    report.error('PF120', id.span, `the id \`${id.name}\` can't be replaced: it is ${what}`);
    return false;
  }
  if (id.type.kind === 'int' && id.type.enum !== null) {
    report.error(
      'PF120',
      id.span,
      `the id \`${id.name}\` can't be replaced: it is a \`${id.type.enum.name}\``,
      {
        hint: 'give it an integer type',
      },
    );
    return false;
  }
  const decides = layoutReads(protocol).find((e) => e.op === 'field' && e.fields.includes(id));
  if (decides !== undefined) {
    report.error(
      'PF120',
      decides.span,
      `the id \`${id.name}\` can't be replaced: what follows depends on it`,
      {
        labels: [{ span: id.span, text: 'the proxy writes ids of its own here' }],
        hint: 'a range can bound it: `in 1..…`; let another field decide the rest',
      },
    );
    return false;
  }
  return true;
}

/** What decides about the layout of a frame or whether it is one, with all its parts; sizes are of lengths only. */
function layoutReads(protocol: Protocol): Expression[] {
  return [...walk(protocol.frame.body)].flatMap((member) => {
    const computed = member.member === 'field' && member.computed !== undefined ? [member.computed] : [];
    const read =
      member.member === 'field' && member.isPad !== true
        ? [...argsIn(member.type), ...computed]
        : membersRead(member);
    return member.member === 'within' ? [] : read.flatMap((e) => [...parts(e)]);
  });
}

/** The first member before the id that is walked to find its end; a window the id stands in does not move it. */
function varyingBefore(block: Block, id: Field): MemberModel | null {
  for (const member of block.members) {
    if (member === id) return null;
    if (member.member === 'within' && [...walk(member.body)].includes(id))
      return varyingBefore(member.body, id);
    if ([...walk({ members: [member] })].some(isWalked)) return member;
  }
  return null;
}

/** Whether only going through a value tells where it ends; what a length says is added up. */
function isWalked(member: MemberModel): boolean {
  if (member.member !== 'field') return false;
  const { type } = member;
  switch (type.kind) {
    case 'int':
      return fixedSize(memberSize(member)) === null;
    case 'bytes':
    case 'text':
      return type.extent.kind === 'until' || type.extent.kind === 'varying';
    case 'map':
      return type.extent.kind === 'until' || type.extent.kind === 'count';
    case 'list':
      if (type.extent.kind === 'until') return true;
      return type.extent.kind === 'count' && fixedSize(typeSize(type.element)) === null;
    case 'struct':
      return fixedSize(type.struct.size) === null;
    case 'extern':
      return !type.rest;
    default:
      return false;
  }
}
