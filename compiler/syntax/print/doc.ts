/**
 * A text that does not yet know where its lines break (after Wadler and prettier): a group stays on one line if
 * it fits, else each of its own `line`s becomes a line break.
 */
export type Doc = string | readonly Doc[] | Line | Hard | Group | Indent;
interface Line {
  readonly kind: 'line';
  /** What a line that is not broken becomes. */
  readonly flat: string;
}
interface Hard {
  readonly kind: 'hard';
}
interface Group {
  readonly kind: 'group';
  readonly body: Doc;
  readonly broken: boolean;
}
interface Indent {
  readonly kind: 'indent';
  readonly body: Doc;
}

/** Canonical texts fit this many columns where the language allows a line break. */
export const WIDTH = 110;
const STEP = 2;

export const line: Doc = { kind: 'line', flat: ' ' };
/** Always a line break. */
export const hard: Doc = { kind: 'hard' };
export const indent = (body: Doc): Doc => ({ kind: 'indent', body });
/** @param broken break the lines even if the body would fit */
export const group = (body: Doc, broken = false): Doc => ({ kind: 'group', body, broken });

export function join(separator: Doc, docs: readonly Doc[]): Doc {
  return docs.flatMap((doc, i) => (i === 0 ? [doc] : [separator, doc]));
}

/** Items that fill lines as words fill a paragraph; each but the last ends with `separator`. */
export function fill(separator: string, docs: readonly Doc[]): Doc {
  return docs.map((doc, i) => {
    const item = i < docs.length - 1 ? [doc, separator] : doc;
    return i === 0 ? item : group([line, item]);
  });
}

/** The text without any line break; null if it must have one. */
export function flat(doc: Doc): string | null {
  if (typeof doc === 'string') return doc;
  if (isList(doc)) {
    let text = '';
    for (const part of doc) {
      const piece = flat(part);
      if (piece === null) return null;
      text += piece;
    }
    return text;
  }
  if (doc.kind === 'line') return doc.flat;
  if (doc.kind === 'hard' || (doc.kind === 'group' && doc.broken)) return null;
  return flat(doc.body);
}

interface Command {
  readonly doc: Doc;
  readonly indent: number;
  readonly broken: boolean;
}

/** Lays a document out; lines have no trailing blanks. */
export function render(doc: Doc): string {
  const out: string[] = [];
  let column = 0;
  const stack: Command[] = [{ doc, indent: 0, broken: true }];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { doc, indent, broken } = next;
    if (typeof doc === 'string') {
      out.push(doc);
      column += doc.length;
    } else if (isList(doc)) {
      for (let i = doc.length - 1; i >= 0; i--) stack.push({ doc: doc[i]!, indent, broken });
    } else if (doc.kind === 'indent') {
      stack.push({ doc: doc.body, indent: indent + STEP, broken });
    } else if (doc.kind === 'group') {
      const inner: Command = { doc: doc.body, indent, broken: false };
      const fitting = !doc.broken && fits(WIDTH - column, inner, stack);
      stack.push(fitting ? inner : { ...inner, broken: true });
    } else if (doc.kind === 'hard' || broken) {
      out.push('\n', ' '.repeat(indent));
      column = indent;
    } else {
      out.push(doc.flat);
      column += doc.flat.length;
    }
  }
  return out.join('').replace(/ +$/gm, '');
}

/** True if the text up to the next line break fits the room left on the line. */
function fits(room: number, first: Command, rest: readonly Command[]): boolean {
  const stack = [first];
  let below = rest.length;
  while (room >= 0) {
    const next = stack.pop() ?? rest[--below];
    if (next === undefined) return true;
    const { doc, broken } = next;
    if (typeof doc === 'string') room -= doc.length;
    else if (isList(doc)) for (let i = doc.length - 1; i >= 0; i--) stack.push({ ...next, doc: doc[i]! });
    else if (doc.kind === 'indent') stack.push({ ...next, doc: doc.body });
    else if (doc.kind === 'group') stack.push({ ...next, doc: doc.body, broken: broken || doc.broken });
    else if (doc.kind === 'hard' || broken) return true;
    else room -= doc.flat.length;
  }
  return false;
}

function isList(doc: Doc): doc is readonly Doc[] {
  return Array.isArray(doc);
}
