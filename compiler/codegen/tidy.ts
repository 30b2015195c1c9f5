/**
 * Removes locals that nothing reads, and writes those that are read once, in the next statement, where they are
 * read: what a person would have written. The expressions here have no effects, so leaving one out is safe.
 */
export function tidy(lines: readonly string[]): string[] {
  const result = [...lines];
  for (let i = result.length - 1; i >= 0; i--) {
    const declaration = /^const ([A-Za-z]\w*) = ([^]*);$/.exec(result[i]!);
    if (declaration === null) continue;
    const [, name, code] = declaration as unknown as [string, string, string];
    const word = new RegExp(`\\b${name}\\b`, 'g');
    const rest = result.slice(i + 1);
    const uses = rest.join('\n').replace(TEXT, '""').match(word)?.length ?? 0;
    if (uses === 0) result.splice(i, 1);
    else if (
      uses === 1 &&
      /^p\d*$/.test(name) &&
      (rest[0]?.match(word)?.length ?? 0) === 1 &&
      rest[0]!.startsWith('return')
    ) {
      const alone = rest[0] === `return ${name};`;
      result.splice(i, 2, rest[0]!.replace(word, alone ? code : `(${code})`));
    }
  }
  return result;
}

/** A text in quotes: a field's name in an error is no use of its local. */
const TEXT = /"(?:[^"\\$]|\\.)*"/g;
