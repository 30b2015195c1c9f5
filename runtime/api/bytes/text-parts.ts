/** `text` up to its first separator; undefined where it has none. */
export function textBefore(text: string | undefined, separator: string): string | undefined {
  const at = text === undefined ? -1 : text.indexOf(separator);
  return at < 0 ? undefined : text!.slice(0, at);
}

/** `text` from behind its first separator; undefined where it has none. */
export function textAfter(text: string | undefined, separator: string): string | undefined {
  const at = text === undefined ? -1 : text.indexOf(separator);
  return at < 0 ? undefined : text!.slice(at + separator.length);
}

/** `text` up to its last separator; undefined where it has none. */
export function textBeforeLast(text: string | undefined, separator: string): string | undefined {
  const at = text === undefined ? -1 : text.lastIndexOf(separator);
  return at < 0 ? undefined : text!.slice(0, at);
}

/** `text` from behind its last separator; undefined where it has none. */
export function textAfterLast(text: string | undefined, separator: string): string | undefined {
  const at = text === undefined ? -1 : text.lastIndexOf(separator);
  return at < 0 ? undefined : text!.slice(at + separator.length);
}

/** The word of `text` with this number, from 0; words are what stands between spaces. Undefined where there are not as many. */
export function textWord(text: string | undefined, index: number): string | undefined {
  let left = index;
  for (let from = 0; text !== undefined && from < text.length;) {
    const space = text.indexOf(' ', from);
    const to = space < 0 ? text.length : space;
    if (to > from && left-- === 0) return text.slice(from, to);
    from = to + 1;
  }
  return undefined;
}
