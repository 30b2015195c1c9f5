import {
  Composer,
  type CST,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  type Node,
  Parser,
} from 'yaml';
import type { ConfigProblem } from './config-error.js';
import { formatPath, type Located, type Path } from './located.js';

/** A larger file is refused unread. */
export const LARGEST_FILE = 4 * 1024 * 1024;
const DEEPEST = 100;
const MOST_NODES = 200_000;

/**
 * Reads YAML into values that know where they stand. What a configuration has no use for and an attacker
 * has (aliases, merge keys, tags, several documents, deep nesting) is a problem, as are duplicate keys.
 *
 * @param report called for every problem
 * @returns null if there is nothing to go on with
 */
export function parseYaml(text: string, report: (problem: ConfigProblem) => void): Located | null {
  if (text.length > LARGEST_FILE) {
    report({ path: '', message: `the file has over ${LARGEST_FILE} characters`, start: 0, end: 1 });
    return null;
  }
  const tokens = tokenize(text, report);
  if (tokens === null) return null;
  // Duplicate keys are found below: the composer compares every key with every other.
  const composer = new Composer({ uniqueKeys: false, merge: false, prettyErrors: false, version: '1.2' });
  const documents = [...composer.compose(tokens, true, text.length)];
  const first = documents[0];
  if (first === undefined) return null;
  if (reportError(documents, tokens, report)) return null;
  if (documents.length > 1) {
    const at = documents[1]!.range[0];
    report({
      path: '',
      message: 'a second document starts here, there may be only one',
      start: at,
      end: at + 1,
    });
    return null;
  }
  if (first.contents === null || (isScalar(first.contents) && first.contents.value === null)) {
    report({ path: '', message: 'the file is empty', start: 0, end: 1 });
    return null;
  }
  return new Reader(report).read(first.contents, [], null);
}

/** The parser keeps its own stack, so its depth can be bounded before anything recursive sees the file. */
function tokenize(text: string, report: (problem: ConfigProblem) => void): CST.Token[] | null {
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  for (const lexeme of new Lexer().lex(text)) {
    const at = parser.offset;
    tokens.push(...parser.next(lexeme));
    if (parser.stack.length > DEEPEST) {
      report({ path: '', message: `nested over ${DEEPEST} levels deep`, start: at, end: at + 1 });
      return null;
    }
  }
  tokens.push(...parser.end());
  return tokens;
}

/** Only the first: those behind it are mostly its consequences. */
function reportError(
  documents: readonly Document.Parsed[],
  tokens: readonly CST.Token[],
  report: (problem: ConfigProblem) => void,
): boolean {
  const error = documents.flatMap(({ errors }) => errors)[0];
  if (error === undefined) return false;
  const { message, pos } = error;
  const open = CLOSING.test(message) ? unclosed(tokens) : null;
  const start = open ?? pos[0];
  const end = open === null ? Math.max(pos[1], start + 1) : start + 1;
  const hint = HINTS.find(([about]) => about.test(message))?.[1];
  const text = open === null ? message : 'what begins here is never closed';
  report({ path: '', message: `not YAML: ${text}`, start, end, ...(hint !== undefined && { hint }) });
  return true;
}

/** Messages about something that was not closed, which point to where its end was missed. */
const CLOSING = /^Missing closing|must be sufficiently indented and end with/;

/** What to do about an error whose message alone does not tell. */
const HINTS: readonly (readonly [about: RegExp, hint: string])[] = [
  [/^Tabs are not allowed/, 'indent with spaces'],
  [/^Nested mappings are not allowed/, 'a value with a colon and a space in it has to stand in quotes'],
  [/^Implicit keys need to be on a single line/, 'there has to be a space behind the colon of a key'],
  [/^Implicit map keys need to be followed/, 'there has to be a colon and a space behind a key'],
  [/^Sequence item without - indicator/, 'keys of one map have to begin in the same column'],
  [
    /^All (?:mapping|sequence|collection) items must start/,
    'keys of one map have to begin in the same column',
  ],
];

/** Where the innermost bracket, brace or quote stands that is opened and not closed. */
function unclosed(tokens: readonly CST.Token[]): number | null {
  let found: number | null = null;
  const open: (CST.Token | null | undefined)[] = [...tokens];
  for (let token = open.pop(); open.length > 0 || token !== undefined; token = open.pop()) {
    if (token === null || token === undefined) continue;
    if (isUnclosed(token)) found = Math.max(found ?? 0, token.offset);
    if (token.type === 'document') open.push(token.value);
    else if ('items' in token) for (const { key, value } of token.items) open.push(key, value);
  }
  return found;
}

function isUnclosed(token: CST.Token): boolean {
  if (token.type === 'flow-collection') {
    return !token.end.some(({ type }) => type === 'flow-map-end' || type === 'flow-seq-end');
  }
  if (token.type === 'single-quoted-scalar' || token.type === 'double-quoted-scalar') {
    return token.source.length < 2 || !token.source.endsWith(token.source[0]!);
  }
  return false;
}

interface Key {
  readonly start: number;
  readonly end: number;
}

class Reader {
  private nodes = 0;

  constructor(private readonly report: (problem: ConfigProblem) => void) {}

  /** @param key where the key that leads to `node` stands */
  read(node: Node | null, path: Path, key: Key | null): Located {
    const start = node?.range?.[0] ?? key?.end ?? 0;
    const end = Math.max(node?.range?.[1] ?? start, start);
    const keyStart = key?.start ?? start;
    const keyEnd = key?.end ?? end;
    const entries = new Map<string, Located>();
    const items: Located[] = [];
    let value: unknown = null;

    if (++this.nodes > MOST_NODES) {
      if (this.nodes === MOST_NODES + 1) this.refuse(path, `over ${MOST_NODES} values`, start, end);
    } else if (isAlias(node)) {
      this.refuse(path, 'an alias; write the value out', start, end);
    } else if (node?.tag !== undefined) {
      this.refuse(path, `a tag (${node.tag}); only plain values have a meaning here`, start, end);
    } else if (isMap<Node, Node | null>(node)) {
      const object = Object.create(null) as Record<string, unknown>;
      for (const pair of node.items) this.readEntry(pair.key, pair.value, path, entries, object);
      value = object;
    } else if (isSeq<Node>(node)) {
      for (const item of node.items) items.push(this.read(item, [...path, items.length], null));
      value = items.map((item) => item.value);
    } else if (isScalar(node)) {
      value = node.value;
    }
    return { value, path, start, end, keyStart, keyEnd, entries, items };
  }

  private readEntry(
    key: Node,
    node: Node | null,
    path: Path,
    entries: Map<string, Located>,
    object: Record<string, unknown>,
  ): void {
    const start = key.range?.[0] ?? 0;
    const end = key.range?.[1] ?? start;
    if (!isScalar(key)) {
      this.refuse(path, 'a key that is no plain word', start, end);
      return;
    }
    const name = typeof key.value === 'string' ? key.value : (key.source ?? String(key.value));
    if (name === '<<') {
      this.refuse(path, 'a merge key; write the values out', start, end);
      return;
    }
    if (entries.has(name)) {
      this.refuse([...path, name], 'this key stands here a second time', start, end);
      return;
    }
    const child = this.read(node, [...path, name], { start, end });
    entries.set(name, child);
    object[name] = child.value;
  }

  private refuse(path: Path, message: string, start: number, end: number): void {
    this.report({ path: formatPath(path), message, start, end });
  }
}
