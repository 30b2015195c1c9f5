import type { Span } from '../source/source-file.js';
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
  readonly limits: LimitValues;
  readonly enums: readonly Enum[];
  readonly structs: readonly Struct[];
  readonly frame: Frame;
  readonly roles: Roles;
  readonly status: StatusTable | null;
  readonly synths: readonly SynthModel[];
  /** Empty: the protocol can't be told from its bytes and is chosen by port only. */
  readonly match: readonly MatchByte[];
}

/** Bytes and counts. */
export interface LimitValues {
  readonly frame: number;
  readonly headers: number;
  readonly headerBytes: number;
  readonly probe: number;
  /** Requests that must be able to wait on one connection, if the schema says. */
  readonly inFlight: number | null;
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

export type FieldType =
  | { readonly kind: 'int'; readonly int: IntType; readonly enum: Enum | null; readonly bool: boolean }
  | { readonly kind: 'bytes'; readonly extent: ExtentModel; readonly nullable: boolean }
  | {
      readonly kind: 'text';
      readonly encoding: Encoding;
      readonly extent: ExtentModel;
      readonly nullable: boolean;
    }
  | { readonly kind: 'struct'; readonly struct: Struct }
  | {
      readonly kind: 'list';
      readonly element: FieldType;
      readonly extent: ExtentModel;
      readonly maxCount: number;
    }
  | {
      readonly kind: 'map';
      readonly pair: Struct;
      readonly key: Field;
      readonly value: Field;
      readonly extent: ExtentModel;
      readonly maxCount: number;
    };

/** How far a field of variable size reaches. */
export type ExtentModel =
  /** `size e`: bytes. `max` is the greatest size in bytes, or null where only the window or frame bounds it. */
  | { readonly kind: 'size'; readonly value: Expression; readonly max: number | null }
  /** `count e`: elements. */
  | { readonly kind: 'count'; readonly value: Expression; readonly max: number | null }
  /** To the end of the window. */
  | { readonly kind: 'rest'; readonly max: number | null }
  /** A length prefix of its own: pstr, pbytes. A nullable one writes null as -1 (signed) or all ones. */
  | { readonly kind: 'prefix'; readonly int: IntType; readonly max: number | null };

export interface Struct {
  readonly name: string;
  readonly doc: string;
  readonly span: Span;
  readonly body: Block;
  /** Bytes, by its body. */
  readonly size: SizeRange;
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
  readonly default: ConstantValue | null;
  readonly range: { readonly low: bigint; readonly high: bigint } | null;
  readonly checksum: Checksum | null;
  /** Set by derive: the value follows from other fields on encode and is never the caller's. */
  derivation: Derivation | null;
}

export type ConstantValue =
  | { readonly kind: 'int'; readonly value: bigint }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'bool'; readonly value: boolean };

export interface Checksum {
  readonly algorithm: 'crc32' | 'crc32c';
  readonly from: MemberModel;
  readonly to: MemberModel;
}

export interface BitGroup {
  readonly member: 'bits';
  readonly name: string | null;
  readonly path: string;
  readonly span: Span;
  readonly int: IntType;
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
  readonly guards: readonly Guard[];
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
  /** One entry an alternative; each with one set of values for every discriminant. null: `_`, all that no other arm takes. */
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
  readonly terms: readonly { readonly field: Field; readonly coefficient: bigint }[];
  /** Further extents that use the field: checked on encode to agree. */
  readonly alsoOf: readonly Extended[];
  /** Where it is used, for messages. */
  readonly useSpan: Span;
}

/** What has a size or count expressed by fields. */
export type Extended = Field | WindowModel;

export type FrameKindName = 'request' | 'oneway' | 'response' | 'push' | 'control';

/** What each role is, by the expression that gives it; null where the protocol has none. */
export interface Roles {
  readonly kind: Expression;
  readonly id: Field | null;
  readonly heartbeat: Expression | null;
  readonly goaway: Expression | null;
  readonly timeout: Expression | null;
  readonly status: Expression | null;
  readonly headers: Field | null;
  readonly body: Field | null;
  readonly service: Expression | null;
  readonly method: Expression | null;
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
  readonly fields: readonly {
    readonly field: Field | BitFieldModel;
    readonly value: Expression;
    readonly span: Span;
  }[];
}

/** One byte of the first frame that tells the protocol: its offset and the values it may have. */
export interface MatchByte {
  readonly offset: number;
  readonly allowed: readonly { readonly low: number; readonly high: number }[];
}
