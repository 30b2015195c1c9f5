import type {
  Assignment,
  Expr,
  Field,
  FrameDecl,
  Member,
  Name,
  ProtocolItem,
  Role,
  Semantics,
  Setting,
  StructDecl,
  Synth,
  Variant,
} from '../syntax/ast.js';
import { rewriteExpression, rewriteMembers, rewriteParts, type Rewriting } from '../syntax/rewrite.js';
import { declaredNames } from './build-members.js';
import type { Scope } from './scope.js';

/** A struct whose fields stand in the frame itself, by the name of the field that it is the type of. */
type Spread = ReadonlyMap<string, StructDecl>;

/** Structs in structs that are spread; what is deeper stays as it is. */
const DEEPEST = 8;

/** Roles that are written as well as read, and those that a synth has to agree with. */
const ROLES: readonly string[] = ['id', 'headers', 'body', 'kind', 'heartbeat', 'goaway'];

/**
 * A frame often begins with a struct that many share: `header : Header; body : bytes size header.length;`. Where the
 * frame decides by its fields, or they are roles that are written, the struct is spread: its members stand in the
 * frame under the names `header.length`, as if they had been written there. Structs that are only read stay, but where
 * structs in them are.
 */
export function spreadStructs(items: readonly ProtocolItem[], scope: Scope): readonly ProtocolItem[] {
  let all = items;
  const gone = new Set<string>();
  for (let depth = 0; depth < DEEPEST; depth++) {
    const spreads = new Map<string, Spread>();
    for (const item of all) {
      if (item.kind !== 'frame' && item.kind !== 'struct') continue;
      const spread = spreadOf(item, all, scope);
      if (spread.size > 0) spreads.set(item.name.text, spread);
      for (const struct of spread.values()) gone.add(struct.name.text);
    }
    if (spreads.size === 0) break;
    all = all.map((item) => {
      const changed = rewriteItem(item, spreads, asker(all));
      if (changed.kind === 'struct' && changed !== item) scope.override(changed);
      return changed;
    });
  }
  // What has only been spread is no type of its own; what else names it finds it in the scope.
  return all.filter((item) => item.kind !== 'struct' || !gone.has(item.name.text));
}

/** The frame whose fields `req.` reads in a reply. */
function asker(items: readonly ProtocolItem[]): string | null {
  const frame = items.find((item) => item.kind === 'frame' && item.from?.text !== 'server');
  return frame?.kind === 'frame' ? frame.name.text : null;
}

function rewriteItem(
  item: ProtocolItem,
  spreads: ReadonlyMap<string, Spread>,
  request: string | null,
): ProtocolItem {
  const none: Spread = new Map();
  const ofRequest = (request === null ? undefined : spreads.get(request)) ?? none;
  const [only] = spreads.values();
  switch (item.kind) {
    case 'frame':
    case 'struct': {
      const own = spreads.get(item.name.text) ?? none;
      const members = spreadMembers(item.members, own);
      return { ...item, members: rewriteMembers(members, renaming(own, new Map([['req', ofRequest]]))) };
    }
    case 'semantics': {
      const own = item.frame === null ? only! : (spreads.get(item.frame.text) ?? none);
      const roles = item.roles.map((role): Role => ({
        ...role,
        value: rewriteParts(role.value, renaming(own, new Map())),
      }));
      return { ...item, roles };
    }
    case 'match':
      return {
        ...item,
        conditions: item.conditions.map((one) => rewriteExpression(one, joined(only!, new Map()))),
      };
    case 'setting':
      return {
        ...item,
        values: item.values.map((one) => rewriteExpression(one, joined(ofRequest, new Map()))),
      };
    case 'synth':
      return rewriteSynth(item, spreads);
    default:
      return item;
  }
}

function rewriteSynth(synth: Synth, spreads: ReadonlyMap<string, Spread>): Synth {
  if (synth.value?.kind !== 'struct') return synth;
  const own = spreads.get(synth.value.name.text) ?? new Map<string, StructDecl>();
  const params = new Map(
    synth.params.flatMap((param) => {
      const type = param.type.kind === 'named' ? param.type.path[0] : undefined;
      const spread = type === undefined ? undefined : spreads.get(type.text);
      return spread === undefined ? [] : [[param.name.text, spread] as const];
    }),
  );
  const fields = synth.value.fields.flatMap((entry): Assignment[] => {
    const struct = own.get(entry.name.text);
    if (entry.value.kind !== 'struct' || struct?.name.text !== entry.value.name.text) return [entry];
    return entry.value.fields.map((inner) => ({ ...inner, name: within(entry.name.text, inner.name) }));
  });
  const value = { ...synth.value, fields };
  return { ...synth, value: rewriteExpression(value, joined(new Map(), params)) };
}

/** The structs of a frame's, or a struct's, members that are spread. */
function spreadOf(decl: FrameDecl | StructDecl, items: readonly ProtocolItem[], scope: Scope): Spread {
  const candidates = new Map<string, StructDecl>();
  for (const field of fieldsIn(decl.members)) {
    const struct = plainStruct(field, scope);
    if (struct !== null && struct !== decl) candidates.set(field.name.text, struct);
  }
  const spread = new Map<string, StructDecl>();
  if (candidates.size === 0) return spread;
  const uses = new Uses();
  rewriteMembers(decl.members, uses);
  if (decl.kind === 'frame') usesOfFrame(decl, items, uses);
  for (const [name, struct] of candidates)
    if (uses.parts.has(name) && !uses.whole.has(name)) spread.set(name, struct);
  return spread;
}

/** Collects which names are asked for a part, and which are used as they are. */
class Uses {
  readonly parts = new Set<string>();
  readonly whole = new Set<string>();

  declared(name: Name): Name {
    return name;
  }

  end(name: Name): Name {
    return name;
  }

  expression(expr: Expr): Expr | null {
    if (expr.kind === 'name') this.whole.add(expr.name);
    if (expr.kind !== 'member' || expr.object.kind !== 'name') return null;
    this.parts.add(expr.object.name);
    return expr;
  }
}

function usesOfFrame(decl: FrameDecl, items: readonly ProtocolItem[], uses: Uses): void {
  const read = (expr: Expr): void => void rewriteParts(expr, uses);
  /** The parts of what a parameter, or `req`, gives. */
  const readOf = (expr: Expr, of: string): void =>
    void rewriteExpression(expr, (e) => {
      if (e.kind !== 'member' || e.object.kind !== 'member' || e.object.object.kind !== 'name') return null;
      if (e.object.object.name === of) uses.parts.add(e.object.name.text);
      return e;
    });
  const isAsker = asker(items) === decl.name.text;
  for (const item of items) {
    if (item.kind === 'semantics' && isOf(item, decl)) {
      for (const { name, value } of item.roles) {
        if (ROLES.includes(name.text)) read(value);
        else void rewriteParts(value, nested(uses));
      }
    } else if (item.kind === 'match') item.conditions.forEach(read);
    else if (item.kind === 'setting' && isAsker) for (const one of callArgs(item)) read(one);
    else if (item.kind === 'synth' && item.value !== null) {
      for (const param of item.params)
        if (param.type.kind === 'named' && param.type.path[0]?.text === decl.name.text)
          readOf(item.value, param.name.text);
    } else if (item.kind === 'frame' && item !== decl && isAsker) {
      rewriteMembers(item.members, {
        declared: (name) => name,
        end: (name) => name,
        expression: (expr) => {
          readOf(expr, 'req');
          return expr;
        },
      });
    }
  }
}

/** Collects of which structs a part of a struct in them is asked for: other roles read no deeper than one. */
function nested(uses: Uses): Rewriting {
  return {
    declared: (name) => name,
    end: (name) => name,
    expression: (expr) => {
      if (expr.kind !== 'member' || expr.object.kind !== 'member' || expr.object.object.kind !== 'name')
        return null;
      uses.parts.add(expr.object.object.name);
      return expr;
    },
  };
}

function isOf(item: Semantics, frame: FrameDecl): boolean {
  return item.frame === null || item.frame.text === frame.name.text;
}

function callArgs({ values }: Setting): Expr[] {
  return values.flatMap((value) => (value.kind === 'call' ? value.args : []));
}

/** The struct that is the type of a field and nothing more; null if it is no such field. */
function plainStruct({ type, extent, attrs, value, annotations }: Field, scope: Scope): StructDecl | null {
  if (type.kind !== 'named' || type.args.length > 0 || type.path.length !== 1) return null;
  if (extent !== null || value !== null || attrs.length > 0 || annotations.length > 0) return null;
  const struct = scope.find(type.path[0]!.text);
  if (struct?.kind !== 'struct' || struct.recursive || struct.params.length > 0) return null;
  // In the scope of another file its names would mean something else.
  if (scope.home(struct) !== scope) return null;
  return endOf(struct, 'from') !== null && endOf(struct, 'to') !== null ? struct : null;
}

/** The name of a struct's first or last member, for checksums that begin or end with it. */
function endOf({ members }: StructDecl, which: 'from' | 'to'): Name | null {
  const member = which === 'from' ? members[0] : members[members.length - 1];
  if (member?.kind === 'bits') return which === 'from' ? member.fields[0]!.name : member.fields.at(-1)!.name;
  return member?.kind === 'field' ? member.name : null;
}

function* fieldsIn(members: readonly Member[]): Generator<Field> {
  for (const member of members) {
    if (member.kind === 'field') yield member;
    else if (member.kind === 'if') yield* fieldsIn([...member.then, ...(member.otherwise ?? [])]);
    else if (member.kind === 'variant') for (const arm of member.arms) yield* fieldsIn(arm.members);
    else if (member.kind === 'within' && member.codec === null) yield* fieldsIn(member.members);
  }
}

/** The members with those of the structs in the place of the fields. */
function spreadMembers(members: readonly Member[], spread: Spread): Member[] {
  return members.flatMap((member): Member[] => {
    switch (member.kind) {
      case 'field': {
        const struct = spread.get(member.name.text);
        return struct === undefined ? [member] : ownMembers(member, struct);
      }
      case 'if': {
        const { then, otherwise } = member;
        return [
          {
            ...member,
            then: spreadMembers(then, spread),
            otherwise: otherwise && spreadMembers(otherwise, spread),
          },
        ];
      }
      case 'variant': {
        const arms = member.arms.map((arm) => ({ ...arm, members: spreadMembers(arm.members, spread) }));
        return [{ ...member, arms }];
      }
      case 'within':
        return [
          member.codec === null ? { ...member, members: spreadMembers(member.members, spread) } : member,
        ];
      default:
        return [member];
    }
  });
}

/** A struct's members under the name of the field. */
function ownMembers({ name, doc }: Field, struct: StructDecl): Member[] {
  const declared = declaredNames(struct.members);
  const own = (one: Name): Name => within(name.text, one);
  const members = rewriteMembers(struct.members, {
    declared: own,
    end: own,
    expression: (expr) =>
      expr.kind === 'name' && declared.has(expr.name) ? { ...expr, name: `${name.text}.${expr.name}` } : null,
  });
  const [first, ...others] = members;
  const documented = first?.kind === 'field' && first.doc === '' ? [{ ...first, doc }, ...others] : members;
  return members.some((member) => member.kind === 'endian') ? [apart(documented, name.span)] : documented;
}

/** The members as the only arm that there is: the byte order that they choose ends with them. */
function apart(members: readonly Member[], span: Name['span']): Variant {
  const patterns = [{ kind: 'wildcard', span } as const];
  return {
    kind: 'variant',
    name: null,
    on: [],
    arms: [{ doc: '', patterns, name: null, members, span }],
    span,
  };
}

/** `header` and `length` give `header.length`. */
function within(struct: string, name: Name): Name {
  return { ...name, text: `${struct}.${name.text}` };
}

/** Puts the fields' names in the place of `header.length`, and of `req.header.length`. */
function joined(own: Spread, params: ReadonlyMap<string, Spread>): (expr: Expr) => Expr | null {
  return (expr) => {
    if (expr.kind !== 'member') return null;
    const { object, name } = expr;
    if (object.kind === 'name' && own.has(object.name))
      return { kind: 'name', name: `${object.name}.${name.text}`, span: expr.span };
    if (object.kind !== 'member' || object.object.kind !== 'name') return null;
    if (params.get(object.object.name)?.has(object.name.text) !== true) return null;
    return { ...expr, object: object.object, name: within(object.name.text, name) };
  };
}

function renaming(own: Spread, params: ReadonlyMap<string, Spread>): Parameters<typeof rewriteMembers>[1] {
  return {
    declared: (name) => name,
    end: (name, which) => {
      const struct = own.get(name.text);
      return struct === undefined ? name : within(name.text, endOf(struct, which)!);
    },
    expression: joined(own, params),
  };
}
