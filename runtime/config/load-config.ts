import { dirname, resolve } from 'node:path';
import { buildSnapshot } from './build-snapshot.js';
import { checkReferences, type Vocabulary } from './check-references.js';
import { checkShape } from './check-shape.js';
import { ConfigError, type ConfigProblem } from './config-error.js';
import { itemsAt, type Located } from './located.js';
import { parseYaml } from './parse-yaml.js';
import type { Snapshot } from './snapshot.js';

/** A file that is YAML, before it is known whether it is a configuration. */
export interface ParsedConfig {
  /** As given: relative paths in it are relative to its folder. */
  readonly file: string;
  readonly text: string;
  readonly root: Located;
  /** Absolute paths of the codec modules it names: they have to be loaded before its protocols can be checked. */
  readonly codecs: readonly string[];
  /** Found so far. */
  readonly problems: readonly ConfigProblem[];
}

/**
 * First half of reading a configuration: everything that needs no codec.
 *
 * @param file its name, for messages and relative paths; nothing is read from disk
 * @throws ConfigError if it is not even YAML
 */
export function parseConfig(file: string, contents: string): ParsedConfig {
  const text = contents.replace(/^\ufeff/, '');
  const problems: ConfigProblem[] = [];
  const root = parseYaml(text, (problem) => problems.push(problem));
  if (root === null) throw new ConfigError(file, text, problems);
  const codecs = itemsAt(root, 'codecs').flatMap((node) =>
    typeof node.value === 'string' ? [resolve(dirname(file), node.value)] : [],
  );
  return { file, text, root, codecs, problems };
}

/**
 * Second half: all checks, with every problem found in one go.
 *
 * @throws ConfigError
 */
export function checkConfig(parsed: ParsedConfig, vocabulary: Vocabulary): Snapshot {
  const { file, text, root } = parsed;
  const problems = [...parsed.problems];
  // A value that could not be read is not complained about a second time for its shape.
  const unread = new Set(problems.map((problem) => problem.path));
  const report = (problem: ConfigProblem): void => {
    if (problem.path === '' || !unread.has(problem.path)) problems.push(problem);
  };
  const shaped = checkShape(root, report);
  // Nor is one of the wrong shape for what it refers to.
  const misshapen = new Set(problems.map(({ path, start }) => `${path}@${start}`));
  checkReferences(root, vocabulary, (problem) => {
    if (!misshapen.has(`${problem.path}@${problem.start}`)) report(problem);
  });
  if (shaped === null || problems.length > 0) {
    problems.sort((a, b) => a.start - b.start);
    throw new ConfigError(file, text, problems);
  }
  return buildSnapshot(shaped, dirname(file));
}
