/**
 * The names in the text that Node makes of a certificate's subject alternative names, such as
 * `DNS:a.example, URI:spiffe://cluster/a`, without their kinds; URIs come first. A name with characters that
 * could pass for the end of another is a JSON string there.
 */
export function alternativeNames(text: string | undefined): readonly string[] {
  const names: string[] = [];
  const uris: string[] = [];
  for (const [, kind, quoted, plain] of (text ?? '').matchAll(ENTRY)) {
    const name = quoted === undefined ? plain! : unquote(quoted);
    if (name === null) continue;
    (kind === 'URI' ? uris : names).push(name);
  }
  return [...uris, ...names];
}

const ENTRY = /(?:^|, )(DNS|URI|IP Address|email):(?:("(?:[^"\\]|\\.)*")|([^,"]*))(?=, |$)/g;

function unquote(text: string): string | null {
  try {
    return String(JSON.parse(text));
  } catch {
    return null;
  }
}
