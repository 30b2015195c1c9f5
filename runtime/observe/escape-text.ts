/** What must not reach a terminal or a line-wise reader as it is: quotes, C0, DEL, C1, line and paragraph separators. */
// eslint-disable-next-line no-control-regex
const UNSAFE = /["\\\u0000-\u001f\u007f-\u009f\u2028\u2029\ud800-\udfff]/;
const PLAIN_PAIR = /^[\ud800-\udbff][\udc00-\udfff]$/;

const BLANK = /[ \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\ufeff]/g;

/**
 * `text` for one place of a line, without quotes of its own, safe and as JSON has it: control characters of any kind
 * and lone surrogates become \u escapes, and what is longer than `longest` is cut and marked with `…`. Outside of
 * quotes blanks are escaped too, so that a value can't look like several.
 *
 * @param quoted whether the place stands between quotes
 */
export function escapeField(text: string, quoted: boolean, longest = 256): string {
  const cut = text.length > longest ? `${text.slice(0, longest)}…` : text;
  const safe = UNSAFE.test(cut) ? escape(cut) : cut;
  if (quoted) return safe;
  return safe.replace(BLANK, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function escape(text: string): string {
  let out = '';
  for (const char of text) {
    if (!UNSAFE.test(char) || PLAIN_PAIR.test(char)) out += char;
    else if (char === '"' || char === '\\') out += `\\${char}`;
    else out += `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  }
  return out;
}

/** JSON text with the control characters escaped that JSON.stringify leaves: DEL, C1, line separators. */
export function escapeControls(json: string): string {
  return json.replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
