import type { Attr, RecordEntry, RecordMember } from '../syntax/ast.js';
import { bareField } from './bare-field.js';
import type { Context } from './build-expression.js';
import { checkAttributes } from './build-type.js';
import { constantOf } from './constants.js';
import type { Declarations } from './declarations.js';
import type { ConstantValue, EntryType, ExternTypeModel, Field } from './model.js';
import type { Names } from './names.js';
import { suggestHint } from './suggest-hint.js';

const HELD = ['int', 'int64', 'text', 'bytes', 'map'];

/** The highest tag of a protobuf field, and no format known here has higher ones. */
const MAX_TAG = 536870911n;
/** Records in each other. */
const DEEPEST = 8;

interface Place {
  readonly cx: Context & { readonly names: Names };
  readonly declarations: Declarations;
  /** Of the record's field, for the entries' own. */
  readonly path: string;
  readonly record: () => Field;
}

/** A record as a field whose entries are fields by their tags; null after a report. */
export function buildRecord(
  ast: RecordMember,
  cx: Context & { readonly names: Names },
  declarations: Declarations,
  path: string,
): Field | null {
  const extern = formatOf(ast, cx, declarations);
  const name = ast.name?.text ?? 'record';
  const entries: Field[] = [];
  const field: Field = bareField({
    name,
    path: `${path}.${name}`,
    span: ast.name?.span ?? ast.format.span,
    type: { kind: 'record', extern: extern!, extent: { kind: 'rest', max: null }, entries },
    guards: cx.guards,
  });
  addEntries(ast.entries, [], { cx, declarations, path, record: () => field }, entries);
  if (extern === null) return null;
  if (ast.name !== null) return cx.names.addField(ast.name, field) ? field : null;
  const { file, start, end } = ast.format.span;
  const hint = `give each a name: \`record ${file.text.slice(start, end)} as details { … }\``;
  return cx.names.addField({ text: name, span: field.span }, field, hint) ? field : null;
}

function formatOf(ast: RecordMember, cx: Context, declarations: Declarations): ExternTypeModel | null {
  const { format } = ast;
  const declaration =
    format.kind === 'named' && format.args.length === 0 ? cx.scope.resolve(format.path) : null;
  if (declaration === undefined) return null;
  const extern = declaration?.kind === 'extern' ? declarations.externOf(declaration) : undefined;
  if (extern === null) return null;
  if (extern?.kind === 'type' && extern.value === 'record') return extern;
  cx.report.error('PF109', format.span, 'a record has the format of an extern', {
    hint: 'declare it: `extern type jce => record from "./jce.ts";`',
  });
  return null;
}

function addEntries(
  entries: readonly RecordEntry[],
  around: readonly number[],
  place: Place,
  into: Field[],
): void {
  const { report } = place.cx;
  let before: RecordEntry | null = null;
  for (const entry of entries) {
    const { value: tag, span } = entry.tag;
    if (tag > MAX_TAG) {
      report.error('PF113', span, `a tag is a number from 0 to ${MAX_TAG}`);
      continue;
    }
    if (before !== null && tag <= before.tag.value) {
      report.error('PF114', span, `tag ${tag} stands after tag ${before.tag.value}`, {
        labels: [{ span: before.tag.span, text: 'this one' }],
        hint: 'entries stand in the order of their tags, each tag once',
      });
    } else before = entry;
    const path = [...around, Number(tag)];
    if (entry.type !== null) addEntry(entry, path, place, into);
    else if (path.length >= DEEPEST)
      report.error('PF003', entry.name.span, `records are nested more than ${DEEPEST} deep`);
    else if (entry.entries.length === 0)
      report.error('PF109', entry.name.span, `\`${entry.name.text}\` has no entries`, {
        hint: 'write `bytes` for a record that nobody looks into',
      });
    else addEntries(entry.entries, path, place, into);
  }
}

function addEntry(entry: RecordEntry, path: readonly number[], place: Place, into: Field[]): void {
  const { cx } = place;
  const of = entryType(entry, place);
  if (of === null) {
    cx.names.addBroken(entry.name);
    return;
  }
  const allowed: Attr['kind'][] = of.kind === 'int' ? ['default'] : [];
  checkAttributes(entry.attrs, allowed, `an entry of ${of.kind}`, cx.report);
  const field: Field = bareField({
    name: entry.name.text,
    path: `${place.path}.${entry.name.text}`,
    doc: entry.doc,
    span: entry.name.span,
    type: { kind: 'entry', record: place.record, path, of },
    guards: cx.guards,
    default: of.kind === 'int' ? defaultOf(entry, of, cx) : null,
  });
  if (cx.names.addField(entry.name, field)) into.push(field);
}

/** What an entry holds; null after a report. */
function entryType({ type }: RecordEntry, { cx, declarations }: Place): EntryType | null {
  const { text: name, span } = type!;
  switch (name) {
    case 'int':
      return { kind: 'int', enum: null };
    case 'int64':
    case 'text':
    case 'bytes':
    case 'map':
      return { kind: name };
  }
  const declaration = cx.scope.find(name);
  if (declaration?.kind === 'enum') {
    const built = declarations.enumOf(declaration);
    if (built === null || built.open) return built && { kind: 'int', enum: built };
    cx.report.error('PF109', span, `\`${name}\` is closed, and an entry is looked at when it is asked for`, {
      labels: [{ span: built.span, text: 'this one' }],
      hint: 'write `open enum`',
    });
    return null;
  }
  if (cx.scope.isLost(name)) return null;
  const near = suggestHint(name, HELD);
  cx.report.error('PF100', span, `an entry can't hold \`${name}\``, {
    hint: near.hint ?? 'it holds int, int64, text, bytes, map or an open enum',
  });
  return null;
}

function defaultOf(
  entry: RecordEntry,
  of: EntryType & { readonly kind: 'int' },
  cx: Context,
): ConstantValue | null {
  const attr = entry.attrs.find((a) => a.kind === 'default');
  if (attr?.kind !== 'default') return null;
  const value = constantOf(attr.value, cx.scope, cx.report, of.enum);
  if (value === null) return null;
  if (value.kind === 'int' && value.value >= -0x80000000n && value.value <= 0xffffffffn) return value;
  cx.report.error('PF113', attr.value.span, 'what stands for a missing entry is a number of 32 bits');
  return null;
}
