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
