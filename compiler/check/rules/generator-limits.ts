import type { Report } from '../../diagnostics/diagnostic.js';
import type { Expression } from '../../model/expression.js';
import { argsIn, expressionsOf, membersRead, parts } from '../../model/expressions-of.js';
import { isGivenWhole, lateReason, replacedIn } from '../../model/early-length.js';
import { plainField, writtenFor } from '../../model/inner-fields.js';
import { memberOf } from '../../model/layout.js';
import { asksForKey, headerLengths, lengthsByKey, type HeaderLength } from '../../model/header-lengths.js';
import { exclusive } from '../../model/names.js';
import { walk } from '../../model/walk.js';
import type {
  ConditionModel,
  ExtentModel,
  Field,
  Guard,
  Length,
  MemberModel,
  Protocol,
  WindowModel,
} from '../../model/model.js';
import { isInArms, usesOf } from '../../model/partial-length.js';
import { fixedSize, typeSize } from '../../model/size.js';

/** PF199: what the model can say and the code generator does not write yet. */
export function generatorLimits(protocol: Protocol, report: Report): void {
  for (const block of [protocol.frame.body, ...protocol.structs.map((s) => s.body)]) {
    for (const member of walk(block)) {
      if (member.member === 'if' || member.member === 'assert')
        lengthRead(member.condition, protocol, report);
      else if (member.member === 'variant') for (const on of member.on) lengthRead(on, protocol, report);
      else if (member.member === 'within') {
        lengthsStay(member, report);
      }
      for (const e of membersRead(member)) lookedUp(e, member, protocol, report);
      if (member.member !== 'field') continue;
      for (const arg of argsIn(member.type)) lengthRead(arg, protocol, report);
      if (member.isPad === true)
        for (const e of membersRead(member)) lengthRead(e, protocol, report, PAD_HINT);
      if (member.computed !== undefined) lengthRead(member.computed, protocol, report);
      constantText(member, report);
    }
  }
  sizesApart(protocol, report);
  for (const e of expressionsOf(protocol)) entriesRead(e, protocol.roles.headers, report);
}

/**
 * Where a frame ends is found without looking into maps, but for sizes that the headers say: what else stands in one is for
 * roles, and for assertions if filters do not edit the map, as they do the headers.
 */
function lookedUp(read: Expression, by: MemberModel, protocol: Protocol, report: Report): void {
  for (const e of parts(read)) {
    if (e.op !== 'header') continue;
    const [map] = e.maps;
    if (by.member === 'assert' && map!.type.kind === 'list') continue;
    const isSize = read.op === 'digits' && by.member === 'field' && isOfBytes(by);
    const isAsked = by.member === 'if' && isLengthAsked(by, protocol);
    if ((isSize || isAsked) && isDelimitedHeaders(e, by, protocol)) continue;
    report.error('PF199', e.span, 'deciding about a frame by what stands in a map is not built yet', {
      labels: [{ span: map!.span, text: 'the map' }],
      hint:
        isSize || isAsked
          ? 'sizes stand in the headers, a map that ends with a delimiter: `map of Header until "\\r\\n"`'
          : 'roles look maps up, assertions those that are not the headers; the headers may say a size: `size headers["content-length"]`, and `if (has(headers["content-length"]))`',
    });
  }
}

/** Whether a branch is there because the headers have the size of what stands in it. */
function isLengthAsked(by: ConditionModel, { frame }: Protocol): boolean {
  const asked = asksForKey({ node: by, arm: 0 });
  return headerLengths(frame.body).some(({ field, size }) =>
    field.guards.some(({ node, arm }) => node === by && arm === asked?.has && size.of.key === asked.key),
  );
}

/** Whether a map is the headers, where there is what asks for it, and scan finds its end by walking over its entries. */
function isDelimitedHeaders(
  { maps }: Expression & { op: 'header' },
  by: MemberModel & { readonly guards: readonly Guard[] },
  { roles }: Protocol,
): boolean {
  const [map, other] = roles.headers;
  if (map === undefined || other !== undefined || maps.some((one) => one !== map)) return false;
  const isThere = map.guards.every((g) => by.guards.some((own) => own.node === g.node && own.arm === g.arm));
  return isThere && map.type.kind === 'map' && map.type.extent.kind === 'until';
}

function isOfBytes({ type }: Field): boolean {
  return (type.kind === 'bytes' || type.kind === 'text') && !type.nullable;
}

/** PF199: a size in the headers is that of one field. */
function sizesApart({ frame }: Protocol, report: Report): void {
  for (const uses of lengthsByKey(frame.body).values())
    for (const [i, { field, size }] of uses.entries()) {
      const isBeside = (use: HeaderLength): boolean =>
        use.size.of.maps[0] === size.of.maps[0] && !exclusive(use.field.guards, field.guards);
      const before = uses.slice(0, i).find(isBeside);
      if (before === undefined) continue;
      report.error('PF199', size.span, 'one header says the size of one field', {
        labels: [{ span: before.size.span, text: 'this is the size of another' }],
        hint: 'let a length of its own say one of them',
      });
    }
}

/** Of maps that a module reads, and of several in arms, those are looked up that are the headers. */
function entriesRead(e: Expression, headers: readonly Field[], report: Report): void {
  if (e.op !== 'header' || report.hasErrorIn(e.span)) return;
  const areLists = e.maps.every((map) => plainType(map) === 'list');
  const other = areLists ? undefined : e.maps.find((map) => !headers.includes(map));
  if (other !== undefined)
    report.error('PF199', e.span, `a look-up in \`${other.name}\` by a role is not built yet`, {
      labels: [{ span: other.span, text: 'it is not the role `headers`' }],
    });
}

function plainType(map: Field): string {
  const plain = plainField(map);
  return plain.member === 'field' ? plain.type.kind : plain.member;
}

const PAD_HINT = '`pad align 4` counts from where the frame or struct begins, and is laid out anew';

/** What decides is known before it decides: to an encoder, and after the proxy has replaced what a length measures. */
function lengthRead(condition: Expression, protocol: Protocol, report: Report, hint?: string): void {
  for (const e of parts(condition)) {
    const length = e.op === 'field' ? e.fields.find((f) => f.derivation !== null) : undefined;
    if (length === undefined) continue;
    const reason = lateReason(length);
    if (reason !== null)
      report.error('PF199', e.span, `\`${length.name}\` is a length that an encoder knows last: ${reason}`, {
        labels: [{ span: length.span, text: 'it is derived when a frame is written' }],
        hint:
          hint ?? 'let a field of its own decide, or measure bytes, a text or a list: `data : bytes size …`',
      });
    const namesake = reason === null ? namesakeOf(length, protocol) : undefined;
    if (namesake !== undefined)
      report.error(
        'PF199',
        e.span,
        `\`${length.name}\` decides by what it measures, of which other arms have another`,
        {
          labels: [{ span: namesake.span, text: 'this has the same name' }],
          hint: `give it a name of its own where \`${length.name}\` measures it`,
        },
      );
    const replaced = replacedIn(length, protocol);
    const { headers, body } = protocol.roles;
    const given = [replaced, ...headers.map(writtenFor), ...body];
    const isAnew =
      headerLengths(protocol.frame.body).length === 0 &&
      given.every((part) => part === null || isGivenWhole(part, protocol));
    if (reason === null && replaced !== null && !isAnew)
      report.error(
        'PF199',
        e.span,
        `what \`${length.name}\` decides would change when a proxy replaces \`${replaced.name ?? 'the window'}\``,
        {
          labels: [{ span: replaced.span, text: 'it measures this' }],
          hint: hint ?? 'let a field of its own decide; a range says what a length can be: `in 0..…`',
        },
      );
  }
}

/** A field that is called as one that a length of some arms measures, in an arm where it does not. */
function namesakeOf(length: Length, { frame, structs }: Protocol): Field | undefined {
  if (!isInArms(length)) return undefined;
  const measured = usesOf(length).map(({ of }) => of);
  for (const body of [frame.body, ...structs.map((struct) => struct.body)]) {
    const fields = [...walk(body)].filter((member): member is Field => member.member === 'field');
    if (!fields.some((field) => measured.includes(field))) continue;
    const names = measured.map(({ name }) => name);
    return fields.find((field) => names.includes(field.name) && !measured.includes(field));
  }
  return undefined;
}

/** The size of a window is known when it has been laid out, so the lengths in it that vary in width have to be. */
function lengthsStay(window: WindowModel, report: Report): void {
  const members = [...walk(window.body)];
  for (const member of members) {
    if (member.member !== 'field' || member.derivation === null || fixedSize(typeSize(member.type)) !== null)
      continue;
    const { of, terms } = member.derivation;
    const outside = (field: MemberModel): boolean => !members.includes(field);
    if (report.hasErrorIn(member.span)) continue;
    if (outside(of) || terms.some((t) => t.field.derivation !== null && outside(memberOf(t.field))))
      report.error(
        'PF199',
        member.span,
        `\`${member.name}\` varies in width and measures what is outside of its window, which is not built yet`,
        {
          labels: [{ span: of.span, text: 'this' }],
          hint: 'move it out of the window, or give it a fixed width',
        },
      );
  }
}

function constantText(field: Field, report: Report): void {
  const { type } = field;
  if (type.kind !== 'bytes' && type.kind !== 'text') return;
  const fixed = type.extent.kind === 'size' && type.extent.value.op === 'int';
  if (field.constant?.kind === 'text' && !fixed && !isJudged(field, type.extent, report)) {
    report.error(
      'PF199',
      field.span,
      `nothing says how large the constant \`${field.name}\` is before a frame is read, which is not built yet`,
      {
        hint: 'its size is a number, or a field of its own says it: `size 4`, `size length`, `pstr(u16)`',
      },
    );
  }
}

/** Whether something is said already of a constant, or of what says its size. */
function isJudged({ span }: Field, extent: ExtentModel, report: Report): boolean {
  if (!('value' in extent)) return report.hasErrorIn(span);
  const fields = [...parts(extent.value)].flatMap((e) => (e.op === 'field' ? e.fields : []));
  return [span, extent.value.span, ...fields.map((one) => one.span)].some((at) => report.hasErrorIn(at));
}
