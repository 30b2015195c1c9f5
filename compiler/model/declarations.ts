import { constantOf } from './constants.js';
import type { Scope } from './scope.js';
import type { Report } from '../diagnostics/diagnostic.js';
import type { EnumDecl, StructDecl, TypeExpr } from '../syntax/ast.js';
import { rangeOf } from './integers.js';
import type { Enum, IntType, Struct } from './model.js';

/** The enums and structs a protocol uses, built when first named and kept in the order of their naming. */
export class Declarations {
  readonly enums = new Map<EnumDecl, Enum>();
  readonly structs = new Map<StructDecl, Struct>();
  /** Structs being built, to find one that contains itself. */
  readonly open = new Set<StructDecl>();

  constructor(
    readonly scope: Scope,
    readonly report: Report,
    readonly little: boolean,
  ) {}

  /** An integer type by name, or null if the name is none; reports a width that is not built. */
  intType(name: string): IntType | null {
    const match = /^([ui])(8|16|24|32|40|48|56|64)(le|be)?$/.exec(name);
    if (match === null) return null;
    return {
      bits: Number(match[2]),
      signed: match[1] === 'i',
      little: match[3] === undefined ? this.little : match[3] === 'le',
    };
  }

  /** The integer type an enum or bit group lies on; reports and returns null if it is something else. */
  baseType(type: TypeExpr): IntType | null {
    const int = type.kind === 'named' && type.path.length === 1 ? this.intType(type.path[0]!.text) : null;
    if (int === null) {
      this.report.error('PF109', type.span, 'this has to be an integer type', {
        hint: 'write u8, u16, u32 or another of 8 to 64 bits',
      });
    }
    return int;
  }

  enumOf(decl: EnumDecl): Enum | null {
    const known = this.enums.get(decl);
    if (known !== undefined) return known;
    const int = this.baseType(decl.type);
    if (int === null) return null;
    if (int.bits > 48) {
      this.report.error(
        'PF152',
        decl.type.span,
        'an enum of more than 48 bits would need bigint everywhere',
        { hint: 'use a u48 or smaller' },
      );
      return null;
    }
    const { low, high } = rangeOf(int);
    const members: { name: string; value: bigint; doc: string }[] = [];
    const seen = new Map<bigint, string>();
    const names = new Set<string>();
    for (const member of decl.members) {
      const constant = constantOf(member.value, this.scope, this.report);
      if (constant === null) continue;
      let value: bigint;
      if (constant.kind === 'int') value = constant.value;
      else if (constant.kind === 'text' && constant.value.length === 1)
        value = BigInt(constant.value.charCodeAt(0));
      else {
        this.report.error('PF113', member.value.span, 'an enum value is a number or a single character');
        continue;
      }
      const name = member.name.text;
      if (value < low || value > high) {
        this.report.error(
          'PF113',
          member.value.span,
          `${value} does not fit: \`${decl.name.text}\` holds ${low} to ${high}`,
        );
      } else if (seen.has(value)) {
        this.report.error('PF113', member.value.span, `${value} is \`${seen.get(value)}\` already`);
      } else if (names.has(name)) {
        this.report.error('PF114', member.name.span, `\`${name}\` is a member already`);
      } else {
        seen.set(value, name);
        names.add(name);
        members.push({ name, value, doc: member.doc });
      }
    }
    const built: Enum = {
      name: decl.name.text,
      doc: decl.doc,
      span: decl.name.span,
      open: decl.open,
      flags: decl.flags,
      int,
      members,
    };
    this.enums.set(decl, built);
    return built;
  }
}
