import { suggestHint } from './suggest-hint.js';
import type { Context } from './build-expression.js';
import type { Expression } from './expression.js';
import type { MemberModel } from './model.js';
import { intType } from './integers.js';
import type { Expr, Name } from '../syntax/ast.js';

/** `bytes(a..b)`: how many bytes the members take, or these themselves. */
export type SpanExpression = Expression & { readonly op: 'sizeOf' | 'span' };

/** One whose members may stand later: they are put in when all are known. */
export interface OpenSpan {
  readonly span: SpanExpression;
  readonly from: Name;
  readonly to: Name;
}

/** No frame has more bytes. */
const MOST = 0xffff_ffffn;

/** The names in `bytes(a..b)` or `bytes(a)`; null after a report. */
export function spanEnds(call: Expr & { kind: 'call' }, cx: Context): { from: Name; to: Name } | null {
  const [arg, extra] = call.args;
  const ends =
    arg?.kind === 'binary' && arg.operator === '..'
      ? [arg.left, arg.right]
      : arg === undefined
        ? []
        : [arg, arg];
  const [from, to] = ends.map((end) => (end.kind === 'name' ? { text: end.name, span: end.span } : null));
  if (extra === undefined && from !== undefined && from !== null && to !== undefined && to !== null)
    return { from, to };
  cx.report.error('PF109', call.span, '`bytes` takes a member, or the first and the last of several', {
    hint: 'write `bytes(body)`, or `bytes(first..last)`',
  });
  return null;
}

/** A span whose members are not known yet. @param isSize whether it is a number */
export function openSpan(
  call: Expr & { kind: 'call' },
  isSize: boolean,
  into: OpenSpan[],
  cx: Context,
): SpanExpression | null {
  const ends = spanEnds(call, cx);
  if (ends === null) return null;
  const none = null as unknown as MemberModel;
  const base = { from: none, to: none, span: call.span, optional: false } as const;
  const span: SpanExpression = isSize
    ? { op: 'sizeOf', ...base, type: intType({ low: 0n, high: MOST }) }
    : { op: 'span', ...base, type: { kind: 'bytes' } };
  into.push({ span, ...ends });
  return span;
}

/** Puts in what a span begins and ends with. */
export function closeSpan(span: SpanExpression, from: MemberModel, to: MemberModel): void {
  Object.assign(span, { from, to });
}

/** `bytes(a..b)` in a role, where all members are known; null after a report. */
export function spanOfFrame(call: Expr & { kind: 'call' }, cx: Context): Expression | null {
  const ends = spanEnds(call, cx);
  if (ends === null) return null;
  const [from, to] = [ends.from, ends.to].map((name) => namedMember(name, cx));
  if (from === null || to === null || from === undefined || to === undefined) return null;
  return { op: 'span', from, to, span: call.span, optional: false, type: { kind: 'bytes' } };
}

function namedMember(name: Name, { names, scope, report }: Context): MemberModel | null {
  const meaning = names?.get(name.text);
  if (meaning?.kind === 'window') return meaning.window;
  if (meaning?.kind === 'field') {
    const [field, other] = meaning.fields;
    if (other === undefined) return field!.member === 'bitField' ? field!.group : field!;
    report.error('PF109', name.span, `\`${name.text}\` stands in several arms`, {
      hint: 'a range begins and ends with members of the frame itself',
    });
    return null;
  }
  if (meaning?.kind === 'broken' || scope.isLost(name.text)) return null;
  const known = [...(names?.fields() ?? [])].map(([field]) => field);
  report.error('PF100', name.span, `there is no field \`${name.text}\``, suggestHint(name.text, known));
  return null;
}
