import type { Span } from '../source/source-file.js';
import type { ArmModel, BitFieldModel, ConstantValue, Field } from '../model/model.js';

/** What stands at a place of the schema, on one line, without comments. */
export function sourceText({ span }: { readonly span: Span }): string {
  return plain(span.file.text.slice(span.start, span.end)).trim();
}

/** What a field is declared as, after its name: `u32 default 7`, `bytes size content_len`, `5 as Serialization`. */
export function declaredText(field: Field | BitFieldModel): string {
  return plain(field.span.file.text.slice(field.span.end), ';').replace(/^\s*:/, '').trim();
}

/** The constant of a field as the schema writes it, or its value where the schema names another constant. */
export function constantOf(field: Field | BitFieldModel, constant: ConstantValue): string {
  const written = /= *("(?:\\.|[^"\\])*"|-?\d[\w.]*)$/.exec(declaredText(field))?.[1];
  if (written !== undefined) return written;
  const said = field.member === 'field' ? field.said : undefined;
  return said === undefined ? constantText(constant) : JSON.stringify(said);
}

/** A constant as a schema may write it: `1`, `"EC"`, `true`. */
export function constantText(constant: ConstantValue): string {
  return constant.kind === 'text' ? JSON.stringify(constant.value) : String(constant.value);
}

/** The value of a constant, the same however it is written; '' for none. */
export function constantKey(field: Field | BitFieldModel): string {
  return field.constant === null ? '' : constantText(field.constant);
}

/** The constant of a field for messages. */
export function shownConstant(field: Field | BitFieldModel): string {
  return field.constant === null ? 'not constant' : constantOf(field, field.constant);
}

/** The patterns of an arm as they are written: `request | oneway`. */
export function patternText(arm: ArmModel): string {
  const text = sourceText(arm);
  const end = text.indexOf('=>');
  return (end < 0 ? text : text.slice(0, end)).trim();
}

/**
 * A piece of schema with comments taken out and white space made single.
 *
 * @param until ends the piece, outside of texts and comments
 */
function plain(text: string, until: string | null = null): string {
  let out = '';
  for (const [token] of text.matchAll(/"(?:\\.|[^"\\])*"|\/\/[^\n]*|\/\*[^]*?\*\/|\s+|[^]/g)) {
    if (token === until) break;
    if (/^(?:\s|\/[/*])/.test(token)) out += out.endsWith(' ') ? '' : ' ';
    else out += token;
  }
  return out;
}
