import { z } from 'zod';
import type { ConfigProblem } from './config-error.js';
import { type ConfigFile, fileJsonSchema, fileSchema } from './file-schema.js';
import { formatPath, locate, type Located } from './located.js';
import { shapeHint } from './shape-hint.js';
import { suggestHint } from './suggest.js';

type Issue = z.core.$ZodIssue;

/**
 * Checks the shape of the file and fills in defaults.
 *
 * @param report called for every problem
 * @returns null if there was one
 */
export function checkShape(root: Located, report: (problem: ConfigProblem) => void): ConfigFile | null {
  const result = fileSchema.safeParse(root.value, { error: (issue) => englishOf(issue) });
  if (result.success) return result.data;
  const schema = fileJsonSchema() as JsonSchema;
  for (const issue of result.error.issues) reportIssue({ root, schema, report }, issue, []);
  return null;
}

/**
 * Reports what a filter's own zod schema has to say about the configuration at `node`.
 *
 * @returns false if `error` is no error of zod's
 */
export function reportZodError(
  error: unknown,
  node: Located,
  report: (problem: ConfigProblem) => void,
): boolean {
  if (!(error instanceof z.ZodError)) return false;
  // The filter's paths start at its own configuration.
  for (const issue of error.issues) reportIssue({ root: node, schema: {}, report }, issue, []);
  return true;
}

interface Context {
  readonly root: Located;
  readonly schema: JsonSchema;
  report(problem: ConfigProblem): void;
}

function reportIssue(context: Context, issue: Issue, prefix: readonly PropertyKey[]): void {
  const { root, report } = context;
  const path = [...prefix, ...issue.path];
  const named = (steps: readonly PropertyKey[]): string => formatPath([...root.path, ...steps]);
  if (issue.code === 'invalid_union') {
    const branch = likeliest(issue.errors);
    if (branch !== undefined) {
      for (const inner of branch) reportIssue(context, inner, path);
      return;
    }
  }
  const { node, found } = locate(root, path);
  if (issue.code === 'unrecognized_keys') {
    for (const key of issue.keys) {
      const at = node.entries.get(key) ?? node;
      const hint = suggestHint(key, knownKeys(context.schema, path));
      const message = `unknown key \`${key.slice(0, 64)}\``;
      report({ path: named(path), message, start: at.keyStart, end: at.keyEnd, ...(hint && { hint }) });
    }
    return;
  }
  // Of a filter's schema, which knows nothing of our words.
  const expected = issue.message.startsWith('Invalid input') ? englishOf(issue) : undefined;
  const text = expected ?? issue.message;
  if (!found) {
    const key = String(path.at(-1));
    const message = `\`${key}\` is missing: ${text}`;
    const start = node.keyStart;
    report({ path: named(path.slice(0, -1)), message, start, end: node.keyEnd });
    return;
  }
  const message = `${text}, found ${describe(node.value)}`;
  const hint = shapeHint(text, node.value);
  report({ path: named(path), message, start: node.start, end: node.end, ...(hint && { hint }) });
}

/** Of a union's branches the one whose own kind of value was given, if that is one only. */
function likeliest(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const fitting = branches.filter((issues) =>
    issues.every((issue) => issue.path.length > 0 || issue.code !== 'invalid_type'),
  );
  return fitting.length === 1 ? fitting[0] : undefined;
}

/** For what the schema itself has no words for. */
function englishOf(issue: { readonly code?: string; readonly expected?: unknown }): string | undefined {
  if (issue.code !== 'invalid_type') return undefined;
  if (issue.expected === 'array') return 'expected a list';
  if (issue.expected === 'object' || issue.expected === 'record') return 'expected a map of keys to values';
  return `expected a ${String(issue.expected)}`;
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return 'a map';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
}

/** The keys that the map at `path` may have. */
function knownKeys(root: JsonSchema, path: readonly PropertyKey[]): string[] {
  let at: readonly JsonSchema[] = [root];
  for (const step of path) {
    at = at.flatMap((schema) => {
      const next = typeof step === 'number' ? schema.items : schema.properties?.[String(step)];
      return next === undefined ? [] : [next, ...(next.anyOf ?? [])];
    });
  }
  return at.flatMap((schema) => Object.keys(schema.properties ?? {}));
}
