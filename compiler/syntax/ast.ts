import type { SourceFile, Span } from '../source/source-file.js';

/**
 * The syntax tree of a .proto-frame text: readonly, a union on `kind`, nothing resolved. `doc` is the text of
 * the `///` comments before a declaration, lines joined by \n, without the slashes; '' if there is none.
 */
export interface Node {
  readonly span: Span;
}

export interface Name extends Node {
  readonly text: string;
  /** As it was written, if it is the key of a header in quotes. */
  readonly quoted?: string;
}

export interface SchemaFile extends Node {
  readonly kind: 'file';
  readonly source: SourceFile;
  readonly items: readonly TopItem[];
}

export type TopItem = Use | ProtocolDecl | ConstDecl | EnumDecl | StructDecl | ExternDecl;

/** `use "std/x.proto-frame" as x;` */
export interface Use extends Node {
  readonly kind: 'use';
  readonly path: TextLiteral;
  readonly alias: Name | null;
}

export interface ProtocolDecl extends Node {
  readonly kind: 'protocol';
  readonly doc: string;
  readonly name: Name;
  readonly base: Name | null;
  readonly items: readonly ProtocolItem[];
}

export type ProtocolItem =
  | Setting
  | Limits
  | ConstDecl
  | EnumDecl
  | StructDecl
  | ExternDecl
  | FrameDecl
  | MatchDecl
  | Semantics
  | StatusMap
  | Synth
  | Connection;

/** `pool multiplex;` `correlate id, remember(a, b);` */
export interface Setting extends Node {
  readonly kind: 'setting';
  readonly name: Name;
  readonly values: readonly Expr[];
}

export interface Limits extends Node {
  readonly kind: 'limits';
  readonly entries: readonly Assignment[];
}

export interface Assignment extends Node {
  readonly name: Name;
  readonly value: Expr;
}

export interface ConstDecl extends Node {
  readonly kind: 'const';
  readonly doc: string;
  readonly name: Name;
  readonly type: TypeExpr | null;
  readonly value: Expr;
}

export interface EnumDecl extends Node {
  readonly kind: 'enum';
  readonly doc: string;
  readonly name: Name;
  readonly open: boolean;
  readonly flags: boolean;
  readonly type: TypeExpr;
  readonly members: readonly EnumMember[];
}

export interface EnumMember extends Assignment {
  readonly doc: string;
}

export interface Param extends Node {
  readonly name: Name;
  readonly type: TypeExpr;
}

export interface StructDecl extends Node {
  readonly kind: 'struct';
  readonly doc: string;
  readonly name: Name;
  readonly recursive: boolean;
  readonly params: readonly Param[];
  readonly members: readonly Member[];
}

export interface FrameDecl extends Node {
  readonly kind: 'frame';
  readonly doc: string;
  readonly name: Name;
  /** `from client` */
  readonly from: Name | null;
  readonly when: Expr | null;
  readonly members: readonly Member[];
}

export type Member = Field | Bits | RecordMember | If | Variant | Within | Let | Assert | Pad | ByteOrder;

export interface Annotation extends Node {
  readonly name: Name;
  readonly args: readonly Expr[];
}

export interface Field extends Node {
  readonly kind: 'field';
  readonly doc: string;
  readonly annotations: readonly Annotation[];
  readonly name: Name;
  readonly type: TypeExpr;
  readonly extent: Extent | null;
  readonly attrs: readonly Attr[];
  /** `= expr`: constant, or computed. */
  readonly value: Expr | null;
}

export type TypeExpr = BytesType | TextType | ListType | MapType | NamedType;
export interface BytesType extends Node {
  readonly kind: 'bytes';
}
export interface TextType extends Node {
  readonly kind: 'text';
  /** `text ascii` */
  readonly encoding: Name | null;
}
export interface ListType extends Node {
  readonly kind: 'list';
  readonly element: Element;
}
export interface MapType extends Node {
  readonly kind: 'map';
  readonly element: Element;
}
/** `u16`, `h2.str`, `pstr(u16)`. Arguments that are types (`pstr(i32)`) parse as name expressions and calls. */
export interface NamedType extends Node {
  readonly kind: 'named';
  readonly path: readonly Name[];
  readonly args: readonly Expr[];
  /** Where the argument ends: `pstr(dec(u16) until ":")`. */
  readonly extent: Extent | null;
}

export interface Element extends Node {
  readonly type: TypeExpr;
  readonly extent: Extent | null;
  readonly attrs: readonly Attr[];
}

/** `rest` has no value; the others do. */
export interface Extent extends Node {
  readonly kind: 'size' | 'count' | 'rest' | 'until';
  readonly value: Expr | null;
}

export type Attr = MaxAttr | DefaultAttr | InAttr | NullableAttr | ChecksumAttr;
export interface MaxAttr extends Node {
  readonly kind: 'max';
  readonly value: Expr;
}
export interface DefaultAttr extends Node {
  readonly kind: 'default';
  readonly value: Expr;
}
export interface InAttr extends Node {
  readonly kind: 'in';
  readonly low: Expr;
  readonly high: Expr;
}
export interface NullableAttr extends Node {
  readonly kind: 'nullable';
}
/** `checksum crc32 over a..b` */
export interface ChecksumAttr extends Node {
  readonly kind: 'checksum';
  readonly algorithm: Expr;
  readonly from: Name;
  readonly to: Name;
}

/** `bits u8 [name] { request: 1; serialization: 5 as Serialization; count: 4 in 1..9; reserved: 2 = 0; }`, highest bit first. */
export interface Bits extends Node {
  readonly kind: 'bits';
  readonly type: TypeExpr;
  readonly name: Name | null;
  readonly fields: readonly BitField[];
}
export interface BitField extends Node {
  readonly doc: string;
  readonly name: Name;
  readonly width: IntLiteral;
  readonly as: TypeExpr | null;
  readonly attrs: readonly Attr[];
  readonly value: Expr | null;
}

/** `record jce.packet [as name] { 4 request_id : int; 5 user { 1 name : text; } }`: entries under tags. */
export interface RecordMember extends Node {
  readonly kind: 'record';
  readonly format: TypeExpr;
  readonly name: Name | null;
  readonly entries: readonly RecordEntry[];
}
/** An entry that holds a value, or (`type` null) a record with entries of its own. */
export interface RecordEntry extends Node {
  readonly doc: string;
  readonly tag: IntLiteral;
  readonly name: Name;
  /** `int`, `text`, `bytes`, `map`, or an enum. */
  readonly type: Name | null;
  readonly attrs: readonly Attr[];
  readonly entries: readonly RecordEntry[];
}

export interface If extends Node {
  readonly kind: 'if';
  readonly condition: Expr;
  readonly then: readonly Member[];
  /** null: no else; `else if` is a block with one If. */
  readonly otherwise: readonly Member[] | null;
}

export interface Variant extends Node {
  readonly kind: 'variant';
  readonly name: Name | null;
  readonly on: readonly Expr[];
  readonly arms: readonly Arm[];
}
export interface Arm extends Node {
  readonly doc: string;
  /** Alternatives, separated by `|`. */
  readonly patterns: readonly Pattern[];
  readonly name: Name | null;
  readonly members: readonly Member[];
}

export type Pattern = WildcardPattern | RangePattern | TuplePattern;
export interface WildcardPattern extends Node {
  readonly kind: 'wildcard';
}
/** A literal or enum member (`high` null), or an inclusive range. */
export interface RangePattern extends Node {
  readonly kind: 'range';
  readonly low: Expr;
  readonly high: Expr | null;
}
/** `(a | b, _, c)`: one list of alternatives a position. */
export interface TuplePattern extends Node {
  readonly kind: 'tuple';
  readonly items: readonly (readonly Pattern[])[];
}

export interface Within extends Node {
  readonly kind: 'within';
  readonly size: Expr;
  readonly attrs: readonly Attr[];
  readonly name: Name | null;
  readonly codec: Expr | null;
  readonly members: readonly Member[];
}

export interface Let extends Node {
  readonly kind: 'let';
  readonly name: Name;
  readonly value: Expr;
}

export interface Assert extends Node {
  readonly kind: 'assert';
  readonly condition: Expr;
  readonly message: TextLiteral | null;
}

/** `endian little if order == 0x6c;`: of the numbers that follow; the other order where it does not hold. */
export interface ByteOrder extends Node {
  readonly kind: 'endian';
  /** `little` or `big`; anything else is an error. */
  readonly order: Name;
  readonly condition: Expr;
}

/** `pad align 4;` `pad size 2;` */
export interface Pad extends Node {
  readonly kind: 'pad';
  readonly mode: 'align' | 'size';
  readonly value: Expr;
}

export interface MatchDecl extends Node {
  readonly kind: 'match';
  readonly from: Name | null;
  readonly conditions: readonly Expr[];
}

export interface Semantics extends Node {
  readonly kind: 'semantics';
  readonly frame: Name | null;
  readonly roles: readonly Role[];
}
/** `id = request_id;` (form value) or `heartbeat when cmd == heartbeat;` (form when) */
export interface Role extends Node {
  readonly form: 'value' | 'when';
  readonly name: Name;
  readonly value: Expr;
}

export interface StatusMap extends Node {
  readonly kind: 'status';
  readonly entries: readonly StatusEntry[];
}
/** Wire on the left, canonical on the right; `_` is a name expression with the text "_". */
export interface StatusEntry extends Node {
  readonly direction: '<=>' | '=>' | '<=';
  readonly wire: readonly Expr[];
  readonly canonical: readonly Expr[];
}

/** `synth hijack(req: Bolt, code: Code) = Bolt { … };` or `synth hijack none;` (value null) */
export interface Synth extends Node {
  readonly kind: 'synth';
  readonly doc: string;
  readonly name: Name;
  readonly params: readonly Param[];
  readonly value: Expr | null;
}

export interface Connection extends Node {
  readonly kind: 'connection';
  readonly items: readonly ConnectionItem[];
}
export type ConnectionItem = ConnectionVariable | Phase | ConnectionRule;
export interface ConnectionVariable extends Node {
  readonly kind: 'variable';
  readonly name: Name;
  readonly type: TypeExpr;
  readonly value: Expr | null;
}
export interface Phase extends Node {
  readonly kind: 'phase';
  readonly name: Name;
  readonly rules: readonly PhaseRule[];
}
export interface PhaseRule extends Node {
  readonly side: Name;
  readonly frames: readonly Name[];
  readonly when: Expr | null;
  readonly next: Name | null;
}
export interface ConnectionRule extends Node {
  readonly kind: 'rule';
  readonly frame: Name;
  readonly assignments: readonly Assignment[];
}

/** `extern fn arg_count(desc: text) => u16 from "./x.ts";` */
export interface ExternDecl extends Node {
  readonly kind: 'extern';
  readonly doc: string;
  readonly sort: 'type' | 'codec' | 'fn';
  readonly name: Name;
  readonly params: readonly Param[];
  readonly result: TypeExpr | null;
  readonly path: TextLiteral;
}

export type Expr =
  | IntLiteral
  | FloatLiteral
  | TextLiteral
  | BoolLiteral
  | NullLiteral
  | NameExpr
  | MemberExpr
  | IndexExpr
  | CallExpr
  | UnaryExpr
  | BinaryExpr
  | MatchExpr
  | StructLiteral
  | ListLiteral;

/** `42`, `0xdabb`, `64MiB`: `value` has the unit multiplied in. */
export interface IntLiteral extends Node {
  readonly kind: 'int';
  readonly value: bigint;
  /** As written, for the formatter. */
  readonly text: string;
}
/** `1.5`, `2.5e-3`: a finite double. */
export interface FloatLiteral extends Node {
  readonly kind: 'float';
  readonly value: number;
  /** As written, for the formatter. */
  readonly text: string;
}
/** `"\r\n"`; `value` is unescaped. Escapes: \n \r \t \0 \\ \" \xHH \u{H…}. */
export interface TextLiteral extends Node {
  readonly kind: 'text';
  readonly value: string;
  readonly text: string;
}
export interface BoolLiteral extends Node {
  readonly kind: 'bool';
  readonly value: boolean;
}
export interface NullLiteral extends Node {
  readonly kind: 'null';
}
export interface NameExpr extends Node {
  readonly kind: 'name';
  readonly name: string;
}
export interface MemberExpr extends Node {
  readonly kind: 'member';
  readonly object: Expr;
  readonly name: Name;
}
export interface IndexExpr extends Node {
  readonly kind: 'index';
  readonly object: Expr;
  readonly index: Expr;
}
export interface CallExpr extends Node {
  readonly kind: 'call';
  readonly callee: Expr;
  /** A range argument (`bytes(a..b)`) is a binary expression with the operator "..". */
  readonly args: readonly Expr[];
}
export interface UnaryExpr extends Node {
  readonly kind: 'unary';
  readonly operator: '-' | '~' | 'not';
  readonly operand: Expr;
}
export type BinaryOperator =
  | '??'
  | 'or'
  | 'and'
  | '=='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | '&'
  | '^'
  | '<<'
  | '>>'
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '..';
export interface BinaryExpr extends Node {
  readonly kind: 'binary';
  readonly operator: BinaryOperator;
  readonly left: Expr;
  readonly right: Expr;
}
/** `match (a, b) { (x, _) => e, _ => f }` */
export interface MatchExpr extends Node {
  readonly kind: 'match';
  readonly on: readonly Expr[];
  readonly arms: readonly MatchArm[];
}
export interface MatchArm extends Node {
  readonly patterns: readonly Pattern[];
  readonly value: Expr;
}
/** `Bolt { type: request, cmd: heartbeat }`, in synth only. */
export interface StructLiteral extends Node {
  readonly kind: 'struct';
  readonly name: Name;
  readonly fields: readonly Assignment[];
}
/** `[ a, b ]`, in synth only. */
export interface ListLiteral extends Node {
  readonly kind: 'listLiteral';
  readonly items: readonly Expr[];
}
