import type { CopiedFile } from '../source/beside.js';
import type { Span } from '../source/source-file.js';
import type { ChecksumName } from './checksum-algorithms.js';
import type { Expression } from './expression.js';

/**
 * A checked protocol: every name resolved, every size known or expressed by fields that stand before it.
 * Code generation reads this and nothing else.
 */
export interface Protocol {
  /** As configuration names it: `x_example`. */
  readonly name: string;
  readonly doc: string;
  /** `x-example.ts` */
  readonly fileName: string;
  /** The schema's path as given, and a hash over the texts it was made of (itself and what it uses). */
  readonly schemaPath: string;
  readonly schemaHash: string;
  readonly span: Span;
  readonly pool: 'multiplex' | 'pingpong' | 'pipeline' | 'binding';
  readonly correlation: 'id' | 'order' | 'none';
  /** Ids that mean something else: the proxy gives them to no request of its own. Others may use them. */
  readonly reservedIds: readonly { readonly low: bigint; readonly high: bigint; readonly span: Span }[];
  /** `correlate id, spliced`: that ids vary in width, so that frames are written anew for some, is meant so. */
  readonly spliced: boolean;
  readonly limits: LimitValues;
  readonly enums: readonly Enum[];
  readonly structs: readonly Struct[];
  /** What a client sends; where `reply` is null, what both sides send. */
  readonly frame: Frame;
  /** Who sends `frame`. */
  readonly side: 'both' | 'client' | 'server';
  /**
   * The frames of the server's side where they are others: a protocol of its own, with its frame, roles, status
   * and match; pool, correlation, limits and externs are the same, and its synths those that make its frame.
   */
  readonly reply: Protocol | null;
  /** What replies are read by of the request that they answer, of the protocol of either side. */
  readonly facts: readonly Fact[];
  /** What is written in TypeScript beside the schema. */
  readonly externs: readonly Extern[];
  readonly roles: Roles;
  /** Whether keys of headers that differ only in case are the same key. */
  readonly headerCase: 'sensitive' | 'insensitive';
  /** Fields of the same name as the id's that are the id in other arms; a frame has at most one of them all. */
  readonly idInOtherArms: readonly Field[];
  /** How the proxy writes its own ids where the id is a text; null where it is none. */
  readonly idForm: IdForm | null;
  readonly status: StatusTable | null;
  readonly synths: readonly SynthModel[];
  /**
   * The ways a first frame can begin, which differ in a byte at least. Empty: the protocol can't be told from its
   * bytes and is chosen by port only.
   */
  readonly match: readonly MatchForm[];
  /** `match { }`: no byte tells it, and the schema says that it is so. */
  readonly portOnly: boolean;
}

/** Ids as text: digits, with zeros in front where the text has a fixed width, or a UUID. */
export type IdForm = 'decimal' | 'hex' | 'uuid';

/** What a reply has to know of its request to be read: kept from when that is sent until the reply has come. */
export interface Fact {
  /** As the field is called, or the `let` or the function that gives it; `fact1` without one. */
  readonly name: string;
  readonly span: Span;
  /** Over fields of the request's frame. */
  readonly value: Expression;
  /** What the reply's expressions read: a field in no block. */
  readonly field: Field;
}

/** Bytes and counts. */
export interface LimitValues {
  readonly frame: number;
  readonly headers: number;
  readonly headerBytes: number;
  readonly probe: number;
  /** Requests that must be able to wait on one connection, if the schema says. */
  readonly inFlight: number | null;
  /** Recursive structs in each other, elements of a list and bytes of a delimited text without `max`. */
  readonly depth: number;
  readonly elements: number;
  readonly line: number;
}

export interface IntType {
  /** 8 to 64, a multiple of 8. */
  readonly bits: number;
  readonly signed: boolean;
  readonly little: boolean;
}

export interface Enum {
  readonly name: string;
  readonly doc: string;
  readonly span: Span;
  readonly open: boolean;
  readonly flags: boolean;
  readonly int: IntType;
  readonly members: readonly {
    readonly name: string;
    readonly value: bigint;
    readonly doc: string;
    readonly span: Span;
  }[];
  /** Members left out because of an error that has been reported; empty in a protocol without errors. */
  readonly lost: readonly string[];
}

export type Encoding = 'utf8' | 'ascii' | 'latin1';

/** How an integer stands on the wire. All but `fixed` delimit themselves and vary in size. */
export type IntForm =
  | { readonly kind: 'fixed' }
  /**
   * Bytes of 7 bits and a continuation bit; `int` says what range the values have. quic: two bits say the width; ber:
   * the first byte.
   */
  | {
      readonly kind: 'varint';
      readonly encoding: VarintEncoding;
      /** `@width(4)`: in so many bytes it is written; it is read in any. */
      readonly width?: number;
    }
  /** ASCII digits, a `-` before negative ones; ended by the delimiter, or `size` digits with zeros in front. */
  | { readonly kind: 'digits'; readonly base: 10 | 16; readonly extent: DigitsExtent };

export type VarintEncoding = 'leb128' | 'zigzag' | 'mqtt' | 'vlq' | 'quic' | 'ber';

export type DigitsExtent =
  { readonly kind: 'until'; readonly delimiter: string } | { readonly kind: 'size'; readonly digits: number };

export type FieldType =
  | {
      readonly kind: 'int';
      readonly int: IntType;
      readonly form: IntForm;
      readonly enum: Enum | null;
      readonly bool: boolean;
      /** Whether it has its low byte first, where a member `endian` chooses that; `int` is big-endian then. */
      readonly order?: Expression;
    }
  | {
      readonly kind: 'float';
      readonly bits: 32 | 64;
      readonly little: boolean;
      /** As of integers. */
      readonly order?: Expression;
    }
  /** A value that a TypeScript module delimits, reads and writes. */
  | {
      readonly kind: 'extern';
      readonly extern: ExternTypeModel;
      readonly nullable: boolean;
      readonly maxCount: number;
      /** `rest`: all of its window, which may be empty; the module is not asked where it ends. */
      readonly rest: boolean;
    }
  /** Entries under tags, in any order, found by a TypeScript module: tars JCE, protobuf, JSON. */
  | {
      readonly kind: 'record';
      readonly extern: ExternTypeModel;
      /** `rest`: all of its window. */
      readonly extent: ExtentModel;
      /** Fields whose place is found by their tag; each has an `entry` type, none is in the layout. */
      readonly entries: readonly Field[];
    }
  /** A field of a record. Absent on the wire, it reads as undefined. */
  | {
      readonly kind: 'entry';
      readonly record: () => Field;
      /** The tags of the records around it, outermost first, and its own. */
      readonly path: readonly number[];
      readonly of: EntryType;
    }
  /** The request id under a key of a head. */
  | { readonly kind: 'inHead'; readonly head: Field; readonly key: string }
  /** A window whose bytes stand for others, in which a struct lies: `within (n) as body codec zlib max 1MiB { … }`. */
  | {
      readonly kind: 'coded';
      readonly codec: CodecModel;
      /** The most bytes that it may stand for. */
      readonly max: number;
      readonly extent: ExtentModel;
      readonly struct: Struct;
      /** The byte order of the frame around it, where one is chosen. */
      readonly args: readonly Expression[];
      /** Its fields as the frame names them, of type `inner`. */
      readonly inner: readonly Field[];
    }
  /** A field of a struct, or of what a coded window stands for: in no block of the frame. */
  | {
      readonly kind: 'inner';
      /** The struct, or the window. */
      readonly of: () => Field;
      /** The field in it; several where arms share the name. */
      readonly fields: readonly (Field | BitFieldModel)[];
      /** `attrs.find(32).value`: `of` is a list of structs then, and this says which of them. */
      readonly where?: Wanted;
    }
  /** A request id of several unsigned integers of fixed width, the highest bits first: `concat(client, session)`. */
  | { readonly kind: 'composed'; readonly parts: readonly IntField[] }
  | { readonly kind: 'bytes'; readonly extent: ExtentModel; readonly nullable: boolean }
  | {
      readonly kind: 'text';
      readonly encoding: Encoding;
      readonly extent: ExtentModel;
      readonly nullable: boolean;
    }
  | {
      readonly kind: 'struct';
      readonly struct: Struct;
      /** What the struct's parameters are here, in their order. */
      readonly args: readonly Expression[];
    }
  | {
      readonly kind: 'list';
      readonly element: FieldType;
      readonly extent: ExtentModel;
      readonly maxCount: number;
      /** Null is the count -1. */
      readonly nullable: boolean;
      /** `( … in low..high)`: what each element is held to. */
      readonly range: Field['range'];
      /** Of a map that is not the headers: the two texts of an entry, by the first of which it can be looked up. */
      readonly keyed?: Keyed;
    }
  | {
      readonly kind: 'map';
      readonly pair: Struct;
      /** The byte order of what is around it, where one is chosen: a map's struct has no other parameters. */
      readonly args: readonly Expression[];
      readonly key: Field;
      readonly value: Field;
      readonly extent: ExtentModel;
      readonly maxCount: number;
    };

/** Which element of a list is looked for: the first whose key is this. */
export interface Wanted {
  readonly key: Field | BitFieldModel;
  readonly value: bigint | boolean | string;
}

/** The key and the value in an entry of a map. */
export interface Keyed {
  readonly key: Field;
  readonly value: Field;
}

/** What an entry of a record holds: `int` is a number, so up to 53 bits, `int64` is exact and for ids. */
export type EntryType =
  | { readonly kind: 'int'; readonly enum: Enum | null }
  | { readonly kind: 'int64' }
  | { readonly kind: 'text' }
  | { readonly kind: 'bytes' }
  | { readonly kind: 'map' };

/** A declaration `extern … from "./x.ts"`: an export of a TypeScript module that is pure and bounded. */
export interface Extern {
  readonly name: string;
  readonly span: Span;
  /** Of the TypeScript file: as the schema has it, and as the compiler read it. */
  readonly from: string;
  readonly path: string;
  /** The file's name beside the generated code: `extern/hessian2.ts`. */
  readonly fileName: string;
  /** It and what it imports, as they are copied beside the generated code. */
  readonly files: readonly CopiedFile[];
  /** The export: the declared name in camelCase. */
  readonly exportName: string;
}

/** `extern type str => text`: implements ExternType, ExternMap (`=> map`) or ExternRecord (`=> record`) of @proto-frame/api. */
export interface ExternTypeModel extends Extern {
  readonly kind: 'type';
  readonly value: 'int' | 'text' | 'bytes' | 'bool' | 'map' | 'record';
  /** A map that is an ExternHead: it has a request id, and its texts are a part of it. */
  readonly isHead: boolean;
  /** Whether the value can be null. */
  readonly nullable: boolean;
}

/** `extern fn arg_count(desc: text) => u16`: a function of the values, or of the places [from, to) of bytes. */
export interface ExternFnModel extends Extern {
  readonly kind: 'fn';
  readonly params: readonly { readonly name: string; readonly type: 'int' | 'text' | 'bytes' | 'bool' }[];
  readonly result:
    | { readonly kind: 'int'; readonly int: IntType }
    | { readonly kind: 'text' }
    | { readonly kind: 'bytes' }
    | { readonly kind: 'bool' };
}

/** `extern codec snappy`: implements WindowCodec of @proto-frame/api. */
export interface ExternCodecModel extends Extern {
  readonly kind: 'codec';
}

/** What makes the bytes of a window of others: one of @proto-frame/api by its name, or a TypeScript module. */
export type CodecModel = { readonly kind: 'builtin'; readonly name: 'zlib' | 'gzip' } | ExternCodecModel;

/** How far a field of variable size reaches. */
export type ExtentModel =
  /** `size e`: bytes. `max` is the greatest size in bytes, or null where only the window or frame bounds it. */
  | { readonly kind: 'size'; readonly value: Expression; readonly max: number | null }
  /** `count e`: elements. */
  | { readonly kind: 'count'; readonly value: Expression; readonly max: number | null }
  /** To the end of the window. */
  | { readonly kind: 'rest'; readonly max: number | null }
  /** Up to a delimiter (bytes as a latin1 string), which is taken too and is no part of the value. `max` is without it. */
  | { readonly kind: 'until'; readonly delimiter: string; readonly max: number | null }
  /** A length prefix of its own: pstr, pbytes. A nullable one writes null as -1 (signed) or all ones. */
  | {
      readonly kind: 'prefix';
      readonly int: IntType;
      readonly max: number | null;
      /** As of integers. */
      readonly order?: Expression;
    }
  /** As a prefix, with a length that says itself where it ends. A nullable one has a sign, and null is -1. */
  | {
      readonly kind: 'varying';
      readonly length: FieldType & { readonly kind: 'int' };
      readonly max: number | null;
    };

export interface Struct {
  readonly name: string;
  readonly doc: string;
  readonly span: Span;
  /** Set once, when a recursive struct's members have been built. */
  body: Block;
  /** Bytes, by its body; up to Infinity for a recursive one. */
  size: SizeRange;
  /** Is what a coded window stands for, from its first byte to its last. */
  readonly inWindow: boolean;
  /** May hold itself, as deep as `limits.depth`. */
  readonly recursive: boolean;
  /**
   * What its members read of the place of use; those that are constant there are no longer among them. The last may be
   * the byte order.
   */
  readonly params: readonly Field[];
}

/** Sizes in bytes: the same for every frame, or between two bounds (Infinity where only the frame limit bounds it). */
export interface SizeRange {
  readonly min: number;
  readonly max: number;
}

export interface Frame {
  readonly name: string;
  readonly doc: string;
  readonly span: Span;
  readonly body: Block;
}

/** Members one after another. */
export interface Block {
  readonly members: readonly MemberModel[];
}

export type MemberModel =
  Field | BitGroup | VariantModel | ConditionModel | WindowModel | AssertModel | PadModel;

export interface Field {
  readonly member: 'field';
  /** As the schema has it, and its path: `request_id`, `Bolt.request_id`. */
  readonly name: string;
  readonly path: string;
  readonly doc: string;
  readonly span: Span;
  readonly type: FieldType;
  /** In which arms and branches it stands, from outer to inner. */
  readonly guards: readonly Guard[];
  /** `= 1`: always this value. */
  readonly constant: ConstantValue | null;
  /**
   * What a constant says that is a float, or stands with its length or delimiter: `constant` are all its bytes, `type`
   * is bytes then.
   */
  readonly said?: string | SaidFloat;
  /** `= a + b`: always what this gives of fields that stand before it; encoders fill it in. */
  readonly computed?: Expression;
  readonly default: ConstantValue | null;
  readonly range: { readonly low: bigint; readonly high: bigint } | null;
  readonly checksum: Checksum | null;
  /** Set by derive: the value follows from other fields on encode and is never the caller's. */
  derivation: Derivation | null;
  /** A parameter of a struct, or a fact: its value comes from the place of use, it has no bytes. */
  readonly isParam?: true;
  /** A parameter that no schema names: whether numbers have their low byte first at the place of use. */
  readonly isOrder?: true;
  /** `@deprecated("why")` */
  readonly deprecated?: string;
  /** `@skip`: kept on the wire, and given to nobody nor taken: an encoder writes its default, or zeros. */
  readonly isSkipped?: true;
  /** `pad size n`: zeros, as many as an expression says; nobody gives it, and it has no name. */
  readonly isPad?: true;
  /** It is a {@link Fact} of the request that a reply answers. */
  readonly ofRequest?: true;
  /** `peek(u8)`: what stands next, read without being taken: it has no bytes of its own and nobody gives it. */
  readonly isPeek?: true;
}

/** A constant float, as it reads: of 32 bits the nearest that these hold. */
export interface SaidFloat {
  readonly value: number;
  readonly bits: 32 | 64;
  readonly little: boolean;
}

/** A field of integer type. */
export type IntField = Field & { readonly type: FieldType & { readonly kind: 'int' } };

export type ConstantValue =
  | { readonly kind: 'int'; readonly value: bigint }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'bool'; readonly value: boolean };

export interface Checksum {
  /** One of the language, or the call of an extern function with the bytes that it is over. */
  readonly algorithm: ChecksumName | (Expression & { readonly op: 'call' });
  readonly from: MemberModel;
  readonly to: MemberModel;
  /** Whether it stands before what it covers, or in it: its own bytes count as zeros then. */
  readonly isAhead: boolean;
}

export interface BitGroup {
  readonly member: 'bits';
  readonly name: string | null;
  readonly path: string;
  readonly span: Span;
  readonly int: IntType;
  /** As of integers: whether the low byte of the group stands first. */
  readonly order?: Expression;
  readonly guards: readonly Guard[];
  readonly fields: readonly BitFieldModel[];
}

export interface BitFieldModel {
  readonly member: 'bitField';
  readonly name: string;
  readonly path: string;
  readonly doc: string;
  readonly span: Span;
  readonly group: BitGroup;
  /** Bits below it. */
  readonly shift: number;
  readonly width: number;
  readonly enum: Enum | null;
  readonly constant: ConstantValue | null;
  readonly range: { readonly low: bigint; readonly high: bigint } | null;
  readonly guards: readonly Guard[];
  /** As of fields. */
  derivation: Derivation | null;
}

export interface VariantModel {
  readonly member: 'variant';
  readonly name: string | null;
  readonly path: string;
  readonly span: Span;
  readonly on: readonly Expression[];
  readonly arms: readonly ArmModel[];
  readonly guards: readonly Guard[];
}

export interface ArmModel {
  readonly name: string | null;
  readonly doc: string;
  readonly span: Span;
  /**
   * One entry an alternative; each with one set of values for every discriminant, without what arms before it
   * take, so that arms exclude each other. null: `_`, all that no other arm takes.
   */
  readonly patterns: readonly (readonly ValueSet[])[] | null;
  readonly body: Block;
}

/** The values a pattern accepts of one discriminant: inclusive ranges, or null for any. */
export type ValueSet = readonly { readonly low: bigint; readonly high: bigint }[] | null;

export interface ConditionModel {
  readonly member: 'if';
  readonly path: string;
  readonly span: Span;
  readonly condition: Expression;
  readonly then: Block;
  readonly otherwise: Block | null;
  readonly guards: readonly Guard[];
}

export interface WindowModel {
  readonly member: 'within';
  readonly name: string | null;
  readonly path: string;
  readonly span: Span;
  readonly size: Expression;
  readonly max: number | null;
  readonly body: Block;
  readonly guards: readonly Guard[];
}

export interface AssertModel {
  readonly member: 'assert';
  readonly path: string;
  readonly span: Span;
  readonly condition: Expression;
  readonly message: string;
  readonly guards: readonly Guard[];
}

export interface PadModel {
  readonly member: 'pad';
  readonly path: string;
  readonly span: Span;
  readonly mode: 'align' | 'size';
  /** Bytes: the alignment counted from the start of the frame, or the size. */
  readonly value: number;
  readonly guards: readonly Guard[];
}

/** Stands in arm `arm` of a variant, or in the then (0) or else (1) branch of an if. */
export type Guard =
  | { readonly node: VariantModel; readonly arm: number }
  | { readonly node: ConditionModel; readonly arm: 0 | 1 };

/** field = (units of `of` - Σ terms - constant) / factor, where units are bytes or elements. */
export interface Derivation {
  readonly of: Extended;
  readonly factor: bigint;
  readonly constant: bigint;
  readonly terms: readonly { readonly field: Length; readonly coefficient: bigint }[];
  /** Further extents that use the field: checked on encode to agree. */
  readonly alsoOf: readonly Extended[];
  /** What it follows from in other arms, where it stands outside of those that use it. */
  readonly inOtherArms: readonly Derivation[];
  /** Where it is used, for messages. */
  readonly useSpan: Span;
}

/** A number that an extent may use. */
export type Length = Field | BitFieldModel;

/** What has a size or count expressed by fields. */
export type Extended = Field | WindowModel;

export type FrameKindName = 'request' | 'oneway' | 'response' | 'push' | 'control';

/** What each role is, by the expression that gives it; null where the protocol has none. */
export interface Roles {
  readonly kind: Expression;
  /**
   * An integer field, whatever its form, a text, or an entry of a record; or what is in no block: what stands under a
   * key of a head (type `inHead`), and several fields as one (type `composed`).
   */
  readonly id: Field | null;
  readonly heartbeat: Expression | null;
  readonly goaway: Expression | null;
  readonly timeout: Expression | null;
  readonly status: Expression | null;
  /**
   * A map, an extern map or an entry map; several, alike, where each stands in an arm of its own. A frame without the
   * arm of any has no headers.
   */
  readonly headers: readonly Field[];
  /** Bytes, or a window; several where each stands in an arm of its own. A frame without the arm of any has no body. */
  readonly body: readonly (Field | WindowModel)[];
  /** How many replies a request gets: an integer; null means one. */
  readonly expects: Expression | null;
  /** Whether from this request on the caller needs an upstream connection of its own. */
  readonly exclusive: Expression | null;
  readonly service: Expression | null;
  readonly method: Expression | null;
  /** Of the service, where it is not a header of this name. */
  readonly group: Expression | null;
  readonly version: Expression | null;
}

export interface StatusTable {
  readonly span: Span;
  /** The enum the wire names come from, if the status field has one. */
  readonly enum: Enum | null;
  readonly decode: readonly { readonly wire: bigint; readonly canonical: string }[];
  /** Canonical name for wire values not listed. */
  readonly decodeDefault: string;
  readonly encode: readonly { readonly canonical: string; readonly wire: bigint }[];
  readonly encodeDefault: bigint | null;
}

export type SynthName = 'heartbeat' | 'heartbeat_ack' | 'goaway' | 'hijack';

export interface SynthModel {
  readonly name: SynthName;
  readonly doc: string;
  readonly span: Span;
  /** The parameters by what they are: the id, the request frame, the canonical status, the reason text. */
  readonly params: readonly {
    readonly name: string;
    readonly role: 'id' | 'request' | 'status' | 'reason';
  }[];
  readonly fields: readonly SynthField[];
}

export interface SynthField {
  readonly field: Field | BitFieldModel;
  readonly value: SynthValue;
  readonly span: Span;
}

/** A value, a struct by its fields, or a list of such. */
export type SynthValue =
  | Expression
  | {
      readonly op: 'structLiteral';
      readonly struct: Struct;
      readonly fields: readonly SynthField[];
      readonly span: Span;
    }
  | { readonly op: 'listLiteral'; readonly values: readonly SynthValue[]; readonly span: Span }
  /** `headers { M_e: reason }`: the entries of a map. */
  | {
      readonly op: 'headersLiteral';
      readonly entries: readonly { readonly key: string; readonly value: Expression }[];
      readonly span: Span;
    };

/** One byte of the first frame that tells the protocol: its offset and the values it may have. */
export interface MatchByte {
  readonly offset: number;
  readonly allowed: readonly { readonly low: number; readonly high: number }[];
}

/** One way a first frame can begin: the bytes that tell it, in their order. */
export interface MatchForm {
  /** The arm that begins so; null where there is one form. */
  readonly name: string | null;
  readonly bytes: readonly MatchByte[];
}
