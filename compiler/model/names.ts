import type { Report } from '../diagnostics/diagnostic.js';
import type { Name } from '../syntax/ast.js';
import type { Span } from '../source/source-file.js';
import { delimiterAfter } from './delimiter-after.js';
import { camelCase } from './camel-case.js';
import type { Expression } from './expression.js';
import { plainField } from './inner-fields.js';
import { isBig } from './integers.js';
import type {
  BitFieldModel,
  EntryType,
  Enum,
  ExtentModel,
  Field,
  FieldType,
  Guard,
  WindowModel,
} from './model.js';

/** What a name inside a frame or struct stands for. */
export type Meaning =
  | { readonly kind: 'field'; readonly fields: (Field | BitFieldModel)[]; readonly span: Span }
  | { readonly kind: 'let'; readonly value: Expression; readonly span: Span }
  | { readonly kind: 'window'; readonly window: WindowModel; readonly span: Span }
  | { readonly kind: 'group'; readonly span: Span }
  /** Declared, but not as it stands: an error has been reported, and uses are no further ones. */
  | { readonly kind: 'broken'; readonly span: Span };

/** The members of one frame or struct by name, in the order they are declared: a name means nothing before. */
export class Names {
  private readonly meanings = new Map<string, Meaning>();
  private readonly used = new Set<string>();
  private readonly params = new Set<string>();
  private readonly hidden = new Set<string>();

  /**
   * @param later all names the frame will have, so that an early use is told from a wrong name
   */
  constructor(
    private readonly report: Report,
    readonly later: ReadonlySet<string>,
  ) {}

  get(name: string): Meaning | undefined {
    this.used.add(name);
    return this.meanings.get(name);
  }

  /** Whether a name is a member of the frame, here or later. */
  declares(name: string): boolean {
    return this.meanings.has(name) || this.later.has(name);
  }

  /** A name that nothing in the frame has. */
  free(name: string): string {
    const taken = (one: string): boolean =>
      [...this.later, ...this.meanings.keys(), ...this.hidden].some((other) => camelCase(other) === one);
    let free = name;
    for (let i = 2; taken(free); i++) free = `${name}${i}`;
    this.hidden.add(free);
    return free;
  }

  /** The names of `let` that nothing has asked for. */
  *unusedLets(): IterableIterator<[string, Span]> {
    for (const [name, meaning] of this.meanings)
      if (meaning.kind === 'let' && !this.used.has(name)) yield [name, meaning.span];
  }

  all(): string[] {
    return [...this.meanings.keys()];
  }

  /** All fields, those of one name together. */
  *fields(): IterableIterator<[string, (Field | BitFieldModel)[]]> {
    for (const [name, meaning] of this.meanings) if (meaning.kind === 'field') yield [name, meaning.fields];
  }

  /**
   * A name may come again in another arm of the same variant, with the same type.
   *
   * @param hint what to do about a name that is taken
   * @returns false after a report
   */
  addField(name: Name, field: Field | BitFieldModel, hint?: string): boolean {
    const before = this.meanings.get(name.text);
    if (before?.kind === 'broken') return true;
    if (before === undefined) {
      this.meanings.set(name.text, { kind: 'field', fields: [field], span: name.span });
      return true;
    }
    if (before.kind === 'field' && before.fields.every((other) => exclusive(other.guards, field.guards))) {
      if (before.fields.every((other) => sameType(other, field))) {
        before.fields.push(field);
        return true;
      }
      this.report.error('PF112', name.span, `\`${name.text}\` has another type in another arm`, {
        labels: [{ span: before.span, text: 'there it is this' }],
        hint: 'give one of them another name',
      });
      return false;
    }
    this.duplicate(name, before, hint);
    return false;
  }

  /** A parameter whose argument is constant. */
  addParam(name: Name, value: Expression): void {
    this.params.add(name.text);
    this.used.add(name.text);
    this.meanings.set(name.text, { kind: 'let', value, span: name.span });
  }

  /** Whether a name is a parameter with a constant argument, which is a constant of its scope as well. */
  isParam(name: string): boolean {
    return this.params.has(name);
  }

  add(name: Name, meaning: Meaning): void {
    const before = this.meanings.get(name.text);
    if (before !== undefined) this.duplicate(name, before);
    else this.meanings.set(name.text, meaning);
  }

  /** Notes a name whose declaration is in error. */
  addBroken(name: Name): void {
    this.meanings.set(name.text, { kind: 'broken', span: name.span });
  }

  private duplicate(name: Name, before: Meaning, hint?: string): void {
    if (before.kind === 'broken') return;
    this.report.error('PF114', name.span, `\`${name.text}\` is declared twice`, {
      labels: [{ span: before.span, text: 'first here' }],
      ...(hint === undefined ? {} : { hint }),
    });
  }
}

/** Whether two places can't both be in one frame: different arms of one variant or if. */
export function exclusive(a: readonly Guard[], b: readonly Guard[]): boolean {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    if (a[i]!.node !== b[i]!.node) return false;
    if (a[i]!.arm !== b[i]!.arm) return true;
  }
  return false;
}

function entryEnum(of: EntryType): Enum | null {
  return of.kind === 'int' ? of.enum : null;
}

/** Whether one is bits and the other a whole integer, both of one enum. */
function isSameEnum(a: Field | BitFieldModel, b: Field | BitFieldModel): boolean {
  const [x, y] = [a, b].map((f) =>
    f.member === 'bitField' ? f.enum : f.type.kind === 'int' ? f.type.enum : null,
  );
  return x !== null && x !== undefined && x === y && !x.open && !x.flags;
}

function sameType(one: Field | BitFieldModel, other: Field | BitFieldModel): boolean {
  const [a, b] = [plainField(one), plainField(other)];
  if (a.member === 'bitField' && b.member === 'bitField')
    return a.enum === b.enum && (a.width === 1) === (b.width === 1);
  if (a.member === 'bitField' || b.member === 'bitField') return isSameEnum(a, b);
  return sameForm(a.type, b.type, a.range, b.range);
}

/** Whether values of two types are the same in TypeScript, and mean the same. */
function sameForm(x: FieldType, y: FieldType, xRange: Field['range'], yRange: Field['range']): boolean {
  if (x.kind === 'int' && y.kind === 'int') {
    // What stands on the wire in another form is the same number all the same.
    const alike =
      x.form.kind === y.form.kind
        ? x.int.bits === y.int.bits && x.int.signed === y.int.signed
        : isBig(x.int, xRange) === isBig(y.int, yRange);
    return x.enum === y.enum && x.bool === y.bool && alike;
  }
  if (x.kind === 'entry' && y.kind === 'entry')
    return x.of.kind === y.of.kind && entryEnum(x.of) === entryEnum(y.of);
  if (x.kind === 'record' && y.kind === 'record') return x.extern === y.extern;
  if (x.kind === 'struct' && y.kind === 'struct') return x.struct === y.struct;
  if (x.kind === 'map' && y.kind === 'map')
    return x.pair === y.pair && delimiterAfter(x.extent) === delimiterAfter(y.extent);
  if (x.kind === 'list' && y.kind === 'list')
    return x.nullable === y.nullable && sameExtent(x.extent, y.extent) && sameElement(x, y);
  if (x.kind === 'bytes' && y.kind === 'bytes') return x.nullable === y.nullable;
  return x.kind === 'text' && y.kind === 'text' && x.nullable === y.nullable;
}

type ListType = FieldType & { readonly kind: 'list' };

/** Elements are read and written by functions of the list: here they are the same to the byte. */
function sameElement(x: ListType, y: ListType): boolean {
  const [a, b] = [x.element, y.element];
  if (x.range?.low !== y.range?.low || x.range?.high !== y.range?.high) return false;
  if (a.kind === 'int' && b.kind === 'int')
    return (
      sameForm(a, b, x.range, y.range) &&
      a.form.kind === 'fixed' &&
      b.form.kind === 'fixed' &&
      a.int.little === b.int.little &&
      (a.order === undefined) === (b.order === undefined)
    );
  return a.kind === 'struct' && sameForm(a, b, null, null);
}

function sameExtent(x: ExtentModel, y: ExtentModel): boolean {
  if (x.kind === 'until') return y.kind === 'until' && x.delimiter === y.delimiter;
  return x.kind !== 'prefix' && x.kind === y.kind;
}
