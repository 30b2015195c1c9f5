import type { Report } from '../diagnostics/diagnostic.js';
import type { Span } from '../source/source-file.js';
import type { EnumDecl, ExternDecl, StructDecl, TypeExpr, Within } from '../syntax/ast.js';
import { pascalCase } from './camel-case.js';
import { buildExtern } from './build-extern.js';
import { enumMemberValue } from './constants.js';
import { intTypeOf } from './int-type-of.js';
import { rangeOf } from './integers.js';
import type { Enum, ExternCodecModel, ExternFnModel, ExternTypeModel, IntType, Struct } from './model.js';
import type { Scope } from './scope.js';

/** The enums and structs a protocol uses, built when first named and kept in the order of their naming. */
export class Declarations {
  readonly enums = new Map<EnumDecl, Enum>();
  private readonly built = new Map<StructDecl, Map<string, Struct>>();
  /** Structs being built, by their declaration and arguments, outermost first, to find one that contains itself. */
  readonly open = new Set<string>();

  constructor(
    readonly scope: Scope,
    readonly report: Report,
    readonly little: boolean,
    /** How many elements a list may have where its own `max` does not say. */
    readonly elements = 65536,
    /** The structs that are told the byte order where they stand. */
    readonly ordered: ReadonlySet<StructDecl> = new Set(),
  ) {}

  /** All structs, one for each set of constant arguments, in the order they were done. */
  readonly structs = new Set<Struct>();

  /** The struct of a declaration for constant arguments that give it this name. */
  structOf(decl: StructDecl, name: string): Struct | undefined {
    return this.built.get(decl)?.get(name);
  }

  private readonly windows = new Map<Within, StructDecl>();

  /** What a coded window stands for, as the declaration of a struct. */
  windowStruct(ast: Within): StructDecl {
    const name = ast.name ?? { text: 'window', span: ast.size.span };
    const text = pascalCase(name.text);
    const decl: StructDecl = this.windows.get(ast) ?? {
      kind: 'struct',
      doc: '',
      name: { ...name, text },
      recursive: false,
      params: [],
      members: ast.members,
      span: ast.span,
    };
    this.windows.set(ast, decl);
    return decl;
  }

  /** Whether a declaration is what a coded window stands for. */
  isWindow(decl: StructDecl): boolean {
    return [...this.windows.values()].includes(decl);
  }

  /** Whether a struct has been built for any arguments. */
  isUsed(decl: StructDecl): boolean {
    return this.built.has(decl);
  }

  /** Keeps a struct; one that holds itself is known to its own members before it is done. */
  keepStruct(decl: StructDecl, struct: Struct): void {
    const of = this.built.get(decl) ?? new Map<string, Struct>();
    this.built.set(decl, of.set(struct.name, struct));
    this.structs.add(struct);
  }

  /** Externs by their declaration; null after a report. */
  private readonly externs = new Map<ExternDecl, ExternTypeModel | ExternFnModel | ExternCodecModel | null>();

  /** An extern, whose file is looked into once. */
  externOf(decl: ExternDecl): ExternTypeModel | ExternFnModel | ExternCodecModel | null {
    const known = this.externs.get(decl);
    if (known !== undefined) return known;
    const built = buildExtern(decl, this.report);
    const before = [...this.externs.values()].find(
      (other) => other !== null && other.fileName === built?.fileName && other.path !== built.path,
    );
    if (before !== undefined)
      this.report.error(
        'PF170',
        decl.path.span,
        `${built!.path} and ${before!.path} would both be copied to ${built!.fileName}`,
        {
          hint: 'give one of them another name',
        },
      );
    this.externs.set(decl, built);
    return built;
  }

  /** All externs that were named. */
  externModels(): (ExternTypeModel | ExternFnModel | ExternCodecModel)[] {
    return [...this.externs.values()].filter((one) => one !== null);
  }

  /** An integer type by name, or null if the name is none. */
  intType(name: string): IntType | null {
    return intTypeOf(name, this.little);
  }

  /** The integer type an enum or bit group lies on; reports and returns null if it is something else. */
  baseType(type: TypeExpr): IntType | null {
    const plain = type.kind === 'named' && type.path.length === 1 && type.args.length === 0;
    const name = plain ? type.path[0]!.text : '';
    const int = this.intType(name);
    if (int !== null) return int;
    const [, sign, bits = '0'] = /^([ui])([1-9]\d?)$/.exec(name) ?? [];
    const whole = `${sign}${Math.ceil(Number(bits) / 8) * 8}`;
    const meant = this.intType(whole);
    // One that is meant to be so wide stands for it, so that what is made of it is not in error as well.
    this.report.error('PF109', type.span, 'this has to be an integer type', {
      hint:
        meant === null
          ? 'write u8, u16, u32 or another of 8 to 64 bits'
          : `write ${whole}; a group of bits takes as many as it says: \`bits ${whole} { …; name : ${bits} as …; }\``,
    });
    return meant;
  }

  /** @returns null after a report about the enum as a whole; members in error are in `lost` */
  enumOf(decl: EnumDecl): Enum | null {
    const known = this.enums.get(decl);
    if (known !== undefined) return known;
    const { report } = this;
    if (decl.open && decl.flags) {
      report.error('PF109', decl.name.span, '`flags` are open: any bits may be set', {
        hint: 'leave out `open`',
      });
    }
    const int = this.baseType(decl.type);
    if (int === null) return null;
    if (int.bits > 48) {
      report.error('PF152', decl.type.span, 'an enum of more than 48 bits would need bigint everywhere', {
        hint: 'use a u48 or smaller',
      });
      return null;
    }
    const members: Enum['members'][number][] = [];
    const lost: string[] = [];
    const values = new Map<bigint, Enum['members'][number]>();
    const names = new Map<string, Span>();
    for (const member of decl.members) {
      const name = member.name.text;
      if (names.has(name)) {
        report.error('PF114', member.name.span, `\`${name}\` is a member already`, {
          labels: [{ span: names.get(name)!, text: 'first here' }],
        });
        continue;
      }
      names.set(name, member.name.span);
      const constant = enumMemberValue(member, this.scope.home(decl), report);
      if (constant?.kind !== 'int' || !this.fits(decl, int, member, constant.value, values)) {
        lost.push(name);
        continue;
      }
      const built = { name, value: constant.value, doc: member.doc, span: member.name.span };
      values.set(constant.value, built);
      members.push(built);
    }
    const { name, doc, open, flags } = decl;
    const built: Enum = { name: name.text, doc, span: name.span, open, flags, int, members, lost };
    this.enums.set(decl, built);
    return built;
  }

  private fits(
    decl: EnumDecl,
    int: IntType,
    member: EnumDecl['members'][number],
    value: bigint,
    values: ReadonlyMap<bigint, Enum['members'][number]>,
  ): boolean {
    const { low, high } = rangeOf(int);
    const at = member.value.span;
    const before = values.get(value);
    const word = member.value.kind === 'text' ? member.value.value : '';
    if (word.length > 1 && (word.length * 8 !== int.bits || int.little)) {
      this.report.error('PF113', at, wordMistake(word, int));
    } else if (value < low || value > high) {
      this.report.error('PF113', at, `${value} does not fit: \`${decl.name.text}\` holds ${low} to ${high}`);
    } else if (decl.flags && value <= 0n) {
      this.report.error('PF113', at, 'a flag has at least one bit', {
        hint: 'the first flags are 1, 2, 4, 8',
      });
    } else if (before !== undefined) {
      this.report.error('PF113', at, `${value} is \`${before.name}\` already`, {
        labels: [{ span: before.span, text: 'here' }],
      });
    } else return true;
    return false;
  }
}

/** Why a text of several characters is no value of an integer type. */
function wordMistake(word: string, { bits }: IntType): string {
  if (word.length * 8 !== bits) return `${word.length} characters are no value of ${bits} bits`;
  return 'a text for a little-endian number reads backwards; write the number';
}
