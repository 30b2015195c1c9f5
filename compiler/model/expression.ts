import type { Span } from '../source/source-file.js';
import type {
  BitFieldModel,
  Enum,
  ExternFnModel,
  Field,
  FrameKindName,
  MemberModel,
  ValueSet,
} from './model.js';

/** What an expression gives. An integer knows its bounds, so that sizes can be proved and bigint avoided. */
export type ExpressionType =
  | { readonly kind: 'int'; readonly low: bigint; readonly high: bigint; readonly enum: Enum | null }
  | { readonly kind: 'bool' }
  | { readonly kind: 'text' }
  | { readonly kind: 'bytes' }
  | { readonly kind: 'null' }
  | { readonly kind: 'frameKind' };

/** The functions that give a part of a text. */
export const TEXT_PARTS = ['before', 'after', 'before_last', 'after_last'] as const;
export type TextPart = (typeof TEXT_PARTS)[number];

interface Common {
  readonly span: Span;
  readonly type: ExpressionType;
  /** Whether it may be absent: a field of an arm read from outside, a header, a nullable text. */
  readonly optional: boolean;
}

export type Expression = Common &
  (
    | { readonly op: 'int'; readonly value: bigint }
    | { readonly op: 'text'; readonly value: string }
    | { readonly op: 'bool'; readonly value: boolean }
    | { readonly op: 'null' }
    | { readonly op: 'frameKind'; readonly value: FrameKindName }
    /** A field by name; several where arms of one variant share the name. */
    | { readonly op: 'field'; readonly name: string; readonly fields: readonly (Field | BitFieldModel)[] }
    /** `switches.crc` */
    | { readonly op: 'flag'; readonly of: Expression; readonly mask: bigint; readonly name: string }
    /** `headers["service"]`; several maps where arms of one variant share the name. */
    | { readonly op: 'header'; readonly maps: readonly Field[]; readonly key: string }
    | { readonly op: 'unary'; readonly operator: '-' | '~' | 'not'; readonly operand: Expression }
    | {
        readonly op: 'binary';
        readonly operator: string;
        readonly left: Expression;
        readonly right: Expression;
      }
    | {
        readonly op: 'match';
        readonly on: readonly Expression[];
        readonly arms: readonly {
          readonly patterns: readonly (readonly ValueSet[])[] | null;
          readonly value: Expression;
        }[];
      }
    /** `bytes(a..b)`: how many bytes the members take, where a number is computed; else the bytes themselves. */
    | { readonly op: 'sizeOf'; readonly from: MemberModel; readonly to: MemberModel }
    | { readonly op: 'span'; readonly from: MemberModel; readonly to: MemberModel }
    /** A parameter of a synth: `id`, `code`, `reason`. */
    | { readonly op: 'param'; readonly name: string; readonly role: 'id' | 'status' | 'reason' }
    /** `req.ver2` */
    | { readonly op: 'request'; readonly name: string; readonly fields: readonly (Field | BitFieldModel)[] }
    /** A field of a struct field: `value.kind`, `inv.method`. `of` is a field of struct type, or an access again. */
    | {
        readonly op: 'access';
        readonly of: Expression;
        readonly name: string;
        readonly fields: readonly (Field | BitFieldModel)[];
      }
    /** `arg_count(desc)` */
    | { readonly op: 'call'; readonly fn: ExternFnModel; readonly args: readonly Expression[] }
    /** `fields[0]`: a byte of bytes or of a text as it stands on the wire; absent where there are not as many. */
    | { readonly op: 'byte'; readonly of: Expression & { readonly op: 'field' }; readonly index: number }
    /** `before(name, ":")`, `after_last(name, ".")`: a text up to or from its first or last separator; absent where it has none. */
    | {
        readonly op: 'part';
        readonly part: TextPart;
        readonly of: Expression;
        readonly separator: string;
      }
    /** What a number is called where a text is wanted: by its enum, else by its digits. */
    | { readonly op: 'named'; readonly of: Expression }
    /** `starts_with(name, "demo.")`: whether a text does; one that is not there does not. */
    | {
        readonly op: 'textTest';
        readonly test: 'starts_with' | 'ends_with' | 'contains';
        readonly of: Expression;
        readonly text: string;
      }
    /** `word(line, 1)`: the words of a text are what stands between spaces; absent where there are not as many. */
    | { readonly op: 'word'; readonly of: Expression; readonly index: number }
    /** `lower(verb)`, `upper(verb)`: a text with its letters from A to Z, or a to z, as the other. */
    | { readonly op: 'cased'; readonly of: Expression; readonly to: 'lower' | 'upper' }
    /** `size headers["content-length"] ?? 0`: the number in digits under a key, or what stands for it where it is missing. */
    | {
        readonly op: 'digits';
        readonly of: Expression & { readonly op: 'header' };
        readonly missing: bigint | null;
      }
    /** Which of some texts a text or bytes are, by number; -1 for any other, and for none. What chooses by words. */
    | { readonly op: 'oneOf'; readonly of: Expression; readonly texts: readonly string[] }
    /** `wire(code)` */
    | { readonly op: 'wire'; readonly of: Expression }
  );
