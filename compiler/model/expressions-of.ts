import type { Expression } from './expression.js';
import { walk } from './walk.js';
import type { Block, FieldType, MemberModel, Protocol, SynthValue } from './model.js';

/** Every expression of a protocol and all parts of each, for rules that look at expressions wherever they stand. */
export function* expressionsOf(protocol: Protocol): IterableIterator<Expression> {
  for (const block of [protocol.frame.body, ...protocol.structs.map((s) => s.body)]) yield* ofBlock(block);
  const { kind, heartbeat, goaway, timeout, status, service, method, group, version, expects, exclusive } =
    protocol.roles;
  for (const role of [
    kind,
    heartbeat,
    goaway,
    timeout,
    status,
    service,
    method,
    group,
    version,
    expects,
    exclusive,
  ])
    if (role !== null) yield* parts(role);
  for (const synth of protocol.synths) for (const field of synth.fields) yield* valueParts(field.value);
}

function* ofBlock(block: Block): IterableIterator<Expression> {
  for (const member of walk(block)) for (const e of membersRead(member)) yield* parts(e);
}

/** The expressions that a member itself hangs on: sizes, counts, conditions, arguments; not those of members in it. */
export function membersRead(member: MemberModel): readonly Expression[] {
  switch (member.member) {
    case 'field': {
      const { type } = member;
      const isSized = 'extent' in type && (type.extent.kind === 'size' || type.extent.kind === 'count');
      const sum = member.checksum?.algorithm;
      const computed = [member.computed, typeof sum === 'object' ? sum : undefined].filter(
        (e) => e !== undefined,
      );
      return [...computed, ...(isSized ? [type.extent.value] : []), ...argsIn(type)];
    }
    case 'variant':
      return member.on;
    case 'if':
    case 'assert':
      return [member.condition];
    case 'within':
      return [member.size];
    case 'bits':
      return member.order === undefined ? [] : [member.order];
    case 'pad':
      return [];
  }
}

/** What the values of a type hang on, and whether it is no more than in which order their bytes stand. */
interface Given {
  readonly value: Expression;
  readonly isOrder: boolean;
}

/**
 * What the values of a type hang on at its place, apart from its own extent: the parameters of a struct, of the
 * structs in a list, the size that all elements of a list have, a byte order that is chosen.
 */
export function argsIn(type: FieldType): readonly Expression[] {
  return givenTo(type).map(({ value }) => value);
}

/** Those of {@link argsIn} that say how many bytes the values take. */
export function sizeArgsIn(type: FieldType): readonly Expression[] {
  return givenTo(type).flatMap(({ value, isOrder }) => (isOrder ? [] : [value]));
}

/** Whether the numbers in a type have their low byte first, where that is chosen or told to them. */
export function orderIn(type: FieldType): Expression | undefined {
  return givenTo(type).find(({ isOrder }) => isOrder)?.value;
}

function givenTo(type: FieldType): readonly Given[] {
  const order = (value: Expression | undefined): Given[] =>
    value === undefined ? [] : [{ value, isOrder: true }];
  switch (type.kind) {
    case 'int':
    case 'float':
      return order(type.order);
    case 'bytes':
    case 'text':
      return type.extent.kind === 'prefix' ? order(type.extent.order) : [];
    case 'struct':
    case 'coded':
    case 'map': {
      const { params } = type.kind === 'map' ? type.pair : type.struct;
      return type.args.map((value, i) => ({ value, isOrder: params[i]?.isOrder === true }));
    }
    case 'list': {
      const size = sizeOfElements(type);
      return size === null ? givenTo(type.element) : [{ value: size, isOrder: false }];
    }
    default:
      return [];
  }
}

/** The size that each element of a list has, where a field says it; null where an element says it itself. */
export function sizeOfElements({ element }: FieldType & { readonly kind: 'list' }): Expression | null {
  if ((element.kind !== 'bytes' && element.kind !== 'text') || element.extent.kind !== 'size') return null;
  return element.extent.value.op === 'int' ? null : element.extent.value;
}

/** All expressions in what a synth sets. */
export function* valueParts(value: SynthValue): IterableIterator<Expression> {
  if (value.op === 'structLiteral') for (const field of value.fields) yield* valueParts(field.value);
  else if (value.op === 'listLiteral') for (const item of value.values) yield* valueParts(item);
  else if (value.op === 'headersLiteral') for (const { value: of } of value.entries) yield* parts(of);
  else yield* parts(value);
}

/** An expression and all expressions in it. */
export function* parts(e: Expression): IterableIterator<Expression> {
  yield e;
  switch (e.op) {
    case 'flag':
    case 'wire':
    case 'access':
    case 'byte':
    case 'part':
    case 'textTest':
    case 'word':
    case 'named':
    case 'cased':
    case 'oneOf':
    case 'digits':
      yield* parts(e.of);
      break;
    case 'unary':
      yield* parts(e.operand);
      break;
    case 'binary':
      yield* parts(e.left);
      yield* parts(e.right);
      break;
    case 'call':
      for (const arg of e.args) yield* parts(arg);
      break;
    case 'match':
      for (const on of e.on) yield* parts(on);
      for (const arm of e.arms) yield* parts(arm.value);
      break;
  }
}
