import type { ConfigProblem } from './config-error.js';
import { formatPath, isMap, type Located, stringAt } from './located.js';
import { compileStringMatch } from './string-matcher.js';
import { suggestHint } from './suggest.js';

/** The ways to compare a string. */
export const STRING_KINDS = ['exact', 'prefix', 'suffix', 'contains', 'regex'];

/** What checks of one part of the file against another have in common: how they say what they found. */
export abstract class Findings {
  constructor(protected readonly report: (problem: ConfigProblem) => void) {}

  protected known(node: Located | undefined, kind: string, names: ReadonlySet<string> | null): void {
    if (node === undefined || names === null || names.has(String(node.value))) return;
    this.refuse(
      node,
      `there is no ${kind} \`${String(node.value).slice(0, 64)}\``,
      suggestHint(String(node.value), [...names]),
    );
  }

  /** @param beside other keys that may stand there */
  protected exactlyOne(node: Located, keys: readonly string[], beside: readonly string[] = []): void {
    const given = keys.filter((key) => node.entries.has(key));
    if (given.length === 1) return;
    // A key that nobody knows is reported as such, and was most likely meant to be one of them.
    const known = [...keys, ...beside];
    if (given.length === 0 && [...node.entries.keys()].some((key) => !known.includes(key))) return;
    const listed = `${keys.slice(0, -1).join(', ')} and ${keys.at(-1)}`;
    this.refuse(node, `exactly one of ${listed} has to be given, found ${given.join(' and ') || 'none'}`);
  }

  protected distinct(
    nodes: readonly Located[],
    key: string,
    kind: string,
    applies: (value: string) => boolean = () => true,
  ): void {
    this.distinctValues(
      nodes.flatMap((node) => stringAt(node, key) ?? []).filter((node) => applies(String(node.value))),
      kind,
    );
  }

  protected distinctValues(nodes: readonly Located[], kind: string): void {
    const seen = new Map<string, Located>();
    for (const node of nodes) {
      if (typeof node.value !== 'string') continue;
      const first = seen.get(node.value);
      if (first === undefined) seen.set(node.value, node);
      else {
        const where = formatPath(first.path);
        this.refuse(node, `there is a ${kind} \`${node.value.slice(0, 64)}\` already, at ${where}`);
      }
    }
  }

  protected stringMatch(node: Located | undefined): void {
    if (node === undefined || !isMap(node)) return;
    this.exactlyOne(node, STRING_KINDS);
    this.pattern(node);
  }

  protected pattern(node: Located): void {
    const regex = stringAt(node, 'regex');
    if (regex === undefined || regex.value === '') return;
    try {
      compileStringMatch({ kind: 'regex', value: String(regex.value) });
    } catch (error) {
      this.refuse(regex, error instanceof Error ? error.message : String(error));
    }
  }

  protected refuse(node: Located, message: string, hint?: string): void {
    const { start, end } = node;
    this.report({ path: formatPath(node.path), message, start, end, ...(hint !== undefined && { hint }) });
  }
}
