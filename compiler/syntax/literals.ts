import type { IToken } from 'chevrotain';
import type { FloatLiteral, IntLiteral, TextLiteral } from './ast.js';
import { isClosed } from './lexer.js';
import { tokenSpan, type BuildContext } from './cst.js';

const UNITS: Readonly<Record<string, bigint>> = { KiB: 1024n, MiB: 1024n ** 2n, GiB: 1024n ** 3n };
const NUMBER = /^(0x[0-9a-f]+(?:_[0-9a-f]+)*|0b[01]+(?:_[01]+)*|[0-9]+(?:_[0-9]+)*)(KiB|MiB|GiB)?$/i;
/** More digits than any integer type of the language needs. */
const LONGEST = 100;

/** `42`, `0xdabb`, `0b1010`, `1_000`, `64MiB`; reports PF004 and gives null for anything else. */
export function intLiteral(cx: BuildContext, token: IToken): IntLiteral | null {
  const text = token.image;
  const span = tokenSpan(cx, token);
  const parts = text.length <= LONGEST ? NUMBER.exec(text) : null;
  const digits = parts?.[1];
  const unit = parts?.[2];
  if (digits === undefined || (unit !== undefined && UNITS[unit] === undefined)) {
    cx.report.error('PF004', span, `\`${text.slice(0, 40)}\` is not a number`, { hint: numberHint(text) });
    return null;
  }
  if (/^0[0-9_]/.test(digits)) {
    cx.report.error('PF004', span, `\`${text}\` begins with a zero`, {
      hint: `write \`${text.replace(/^[0_]+(?=.)/, '')}\`, or \`0x…\` for a hexadecimal number`,
    });
    return null;
  }
  const value = BigInt(digits.replaceAll('_', '')) * (unit === undefined ? 1n : UNITS[unit]!);
  return { kind: 'int', span, value, text };
}

const FLOAT = /^(?:0|[1-9][0-9]*(?:_[0-9]+)*)\.[0-9]+(?:_[0-9]+)*(?:e[+-]?[0-9]+)?$/i;

/** `1.5`, `2.5e-3`; reports PF004 and gives null for anything else, and for what no double holds. */
export function floatLiteral(cx: BuildContext, token: IToken): FloatLiteral | null {
  const text = token.image;
  const span = tokenSpan(cx, token);
  const value = text.length <= LONGEST && FLOAT.test(text) ? Number(text.replaceAll('_', '')) : NaN;
  if (Number.isFinite(value)) return { kind: 'float', span, value, text };
  const hint = text.length > LONGEST || value === Infinity ? 'no float holds it' : 'write `1.5` or `2.5e-3`';
  cx.report.error('PF004', span, `\`${text.slice(0, 40)}\` is not a number`, { hint });
  return null;
}

function numberHint(text: string): string {
  if (text.length > LONGEST) return 'no integer of the language has so many digits';
  if (/^\d+(k|m|g)i?b?$/i.test(text)) return 'the units are `KiB`, `MiB` and `GiB`';
  if (/^0o/i.test(text)) return 'numbers are decimal, `0x…` or `0b…`';
  if (/_$|__/.test(text)) return 'an underscore stands between two digits';
  if (/^[0-9a-f]+$/i.test(text)) return `write \`0x${text}\` if it is hexadecimal`;
  return 'numbers are decimal, `0x…` or `0b…`; a name does not begin with a digit';
}

const SIMPLE: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  '0': '\0',
  '\\': '\\',
  '"': '"',
};

/** Takes the quotes off and the escapes out; a bad escape is reported (PF004) and gives null. */
export function textLiteral(cx: BuildContext, token: IToken): TextLiteral | null {
  const text = token.image;
  const span = tokenSpan(cx, token);
  // An unclosed text is the lexer's error already.
  if (!isClosed(token)) return null;
  const body = text.slice(1, -1);
  let value = '';
  let sound = true;
  const escape = /\\(?:x([0-9a-fA-F]{2})|u\{([0-9a-fA-F]{1,6})\}|([nrt0\\"]))/y;
  for (let at = 0; at < body.length;) {
    const next = body.indexOf('\\', at);
    if (next < 0) {
      value += body.slice(at);
      break;
    }
    value += body.slice(at, next);
    escape.lastIndex = next;
    const match = escape.exec(body);
    const code = parseInt(match?.[1] ?? match?.[2] ?? '0', 16);
    if (match === null || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
      sound = false;
      const length = match?.[0].length ?? 2;
      const from = token.startOffset + 1 + next;
      const bad = body.slice(next, next + length);
      const message =
        match === null ? `\`${bad}\` is not an escape` : `\`${bad}\` is not a Unicode character`;
      cx.report.error('PF004', cx.source.span(from, from + length), message, {
        hint: 'escapes are \\n \\r \\t \\0 \\\\ \\" \\xHH and \\u{H…}',
      });
      at = next + length;
      continue;
    }
    value += match[3] !== undefined ? SIMPLE[match[3]]! : String.fromCodePoint(code);
    at = escape.lastIndex;
  }
  return sound ? { kind: 'text', span, value, text } : null;
}
