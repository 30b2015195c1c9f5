import type { Node } from '../ast.js';
import { flat, hard, indent, join, WIDTH, type Doc } from './doc.js';
import type { Trivia } from './trivia.js';

/** A statement in two parts: neighbours of the same sort have their second parts aligned. */
export interface Statement {
  /** What it is aligned with; null: with nothing. */
  readonly sort: string | null;
  /** Before the aligned column; empty if `sort` is null. */
  readonly head: string;
  readonly tail: Doc;
  /** The tail where nothing is aligned, in a block on one line; if missing, `tail`. */
  readonly tailAlone?: Doc;
}

export const plain = (tail: Doc): Statement => ({ sort: null, head: '', tail });

/** Longer heads are not aligned, lest one of them pushes all others to the right. */
const LONGEST_HEAD = 40;

/** A statement of a sort; one that takes several lines is not aligned with its neighbours. */
export function aligned(sort: string, depth: number, head: Doc, tail: Doc): Statement {
  const text = flat(head);
  const width = flat([head, ' ', tail])?.length ?? WIDTH;
  if (text === null || text.length > LONGEST_HEAD || width + 2 * depth > WIDTH)
    return plain([head, ' ', tail]);
  return { sort, head: text, tail };
}

interface Entry {
  readonly statement: Statement;
  readonly blankBefore: boolean;
  readonly trailing: string | null;
  readonly isComment: boolean;
}

/** Prints each node with the comments and blank lines around it; `end` is where the row of nodes ends. */
export function entries<T extends Node>(
  trivia: Trivia,
  of: readonly T[],
  end: number,
  print: (one: T) => Statement,
): Entry[] {
  const result: Entry[] = [];
  for (const one of of) {
    result.push(...ownLines(trivia, one.span.start));
    const blankBefore = trivia.blankBefore(one.span.start);
    const { printed, comments } = trivia.collectOutOfPlace(() => {
      const statement = print(one);
      trivia.hoistBefore(one.span.end);
      return statement;
    });
    comments.forEach((text, i) => result.push(comment(text, blankBefore && i === 0)));
    result.push({
      statement: printed,
      blankBefore: blankBefore && comments.length === 0,
      trailing: trivia.takeTrailing(one.span.end),
      isComment: false,
    });
  }
  result.push(...ownLines(trivia, end));
  return result;
}

function ownLines(trivia: Trivia, before: number): Entry[] {
  return trivia.takeBefore(before).map(({ start, text }) => comment(text, trivia.blankBefore(start)));
}

function comment(text: string, blankBefore: boolean): Entry {
  return { statement: plain(text), blankBefore, trailing: null, isComment: true };
}

/** Entries below each other. */
export function rows(list: readonly Entry[], depth: number): Doc {
  const columns = list.map((entry, i) => [padded(list, i, depth), entry.statement.tail]);
  const widths = columns.map((doc) => {
    const width = flat(doc)?.length ?? WIDTH;
    return width + 2 * depth < WIDTH ? width : null;
  });
  return list.map((entry, i) => {
    const blank = i > 0 && entry.blankBefore ? [hard] : [];
    const doc = [i > 0 ? [...blank, hard] : '', columns[i]!];
    if (entry.trailing === null) return doc;
    return [doc, ' '.repeat(gap(list, widths, i)), entry.trailing];
  });
}

/** The head, widened to that of the longest neighbour of its sort, unless that makes the line too long. */
function padded(list: readonly Entry[], at: number, depth: number): string {
  const { sort, head, tail } = list[at]!.statement;
  if (sort === null) return head;
  const same = (entry: Entry) => entry.statement.sort === sort;
  const width = Math.max(...neighbours(list, at, same).map((i) => list[i]!.statement.head.length));
  const room = WIDTH - 2 * depth - 1 - (flat(tail)?.length ?? WIDTH);
  return `${width <= room ? head.padEnd(width) : head} `;
}

/** Blanks before a trailing comment, so that the comments of neighbouring one-line statements are aligned. */
function gap(list: readonly Entry[], widths: readonly (number | null)[], at: number): number {
  const width = widths[at] ?? null;
  if (width === null) return 2;
  const alike = (entry: Entry, i: number) => entry.trailing !== null && (widths[i] ?? null) !== null;
  const widest = Math.max(...neighbours(list, at, alike).map((i) => widths[i]!));
  return widest - width + 2;
}

function alone({ sort, head, tail, tailAlone }: Statement): Doc {
  return [sort === null ? head : `${head} `, tailAlone ?? tail];
}

/** The run of like entries around one: nothing between them but comments, and no blank line. */
function neighbours(
  list: readonly Entry[],
  at: number,
  alike: (entry: Entry, index: number) => boolean,
): number[] {
  const goesOn = (i: number): boolean => list[i]!.isComment || alike(list[i]!, i);
  let first = at;
  while (first > 0 && !list[first]!.blankBefore && goesOn(first - 1)) first--;
  let last = at;
  while (last + 1 < list.length && !list[last + 1]!.blankBefore && goesOn(last + 1)) last++;
  const run: number[] = [];
  for (let i = first; i <= last; i++) if (!list[i]!.isComment) run.push(i);
  return run;
}

/**
 * `{ … }`: on one line if it was and `head` and block fit, else one statement a line.
 *
 * @param from an offset at or before the opening brace and behind everything else of `head`
 * @param head what stands before the block; only its width counts here
 * @param depth how deep the statement with the block is nested
 */
export function block<T extends Node>(
  trivia: Trivia,
  from: number,
  head: Doc,
  of: readonly T[],
  depth: number,
  print: (one: T, depth: number) => Statement,
): Doc {
  const { open, close } = trivia.blockFrom(from);
  trivia.hoistBefore(open);
  const opening = trivia.takeTrailing(open + 1);
  const list = entries(trivia, of, close, (one) => print(one, depth + 1));
  if (list.length === 0 && opening === null) return '{}';

  if (opening === null && trivia.isOneLine({ start: open, end: close })) {
    const short = flat([
      '{ ',
      join(
        ' ',
        list.map(({ statement }) => alone(statement)),
      ),
      ' }',
    ]);
    const width = (flat(head)?.length ?? WIDTH) + 1 + (short?.length ?? WIDTH) + 2 * depth;
    if (short !== null && width <= WIDTH) return short;
  }
  return [
    '{',
    opening === null ? '' : `  ${opening}`,
    list.length === 0 ? '' : indent([hard, rows(list, depth + 1)]),
    hard,
    '}',
  ];
}
