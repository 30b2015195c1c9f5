import type { Annotation } from '../syntax/ast.js';
import type { Context } from './build-expression.js';
import { constantOf } from './constants.js';
import type { FieldType } from './model.js';
import { suggestHint } from './suggest-hint.js';

const KNOWN = ['deprecated', 'skip', 'width'];

/** What `@deprecated("why")`, `@skip` and `@width(n)` say of a field. */
export interface Annotated {
  readonly deprecated?: string;
  readonly isSkipped?: true;
  /** With the width that a number of varying width is written in. */
  readonly type?: FieldType;
}

/**
 * Reads the annotations of a field; those in error are left out after a report.
 *
 * @param isFilled whether the field is a constant, computed or a checksum
 */
export function buildAnnotations(
  annotations: readonly Annotation[],
  type: FieldType,
  isFilled: boolean,
  cx: Context,
): Annotated {
  const { report } = cx;
  const found: { deprecated?: string; isSkipped?: true; type?: FieldType } = {};
  const seen = new Map<string, Annotation>();
  for (const one of annotations) {
    const name = one.name.text;
    const before = seen.get(name);
    if (!KNOWN.includes(name)) {
      const near = suggestHint(name, KNOWN);
      const known = { hint: 'there are `@deprecated("why")`, `@skip` and `@width(n)`' };
      report.error(
        'PF100',
        one.name.span,
        `there is no annotation \`@${name}\``,
        'hint' in near ? near : known,
      );
    } else if (before !== undefined)
      report.error('PF114', one.span, `\`@${name}\` is given twice`, {
        labels: [{ span: before.span, text: 'first here' }],
      });
    else if (name === 'deprecated') {
      const why = deprecation(one, cx);
      if (why !== null) found.deprecated = why;
    } else if (name === 'skip') {
      if (isSkippable(one, type, isFilled, cx)) found.isSkipped = true;
    } else {
      const wide = widened(one, type, cx);
      if (wide !== null) found.type = wide;
    }
    seen.set(name, one);
  }
  return found;
}

function deprecation(one: Annotation, cx: Context): string | null {
  const [arg, extra] = one.args;
  const why = arg === undefined || extra !== undefined ? null : constantOf(arg, cx.scope, cx.report);
  if (why?.kind === 'text' && why.value.trim() !== '') return why.value.trim();
  if (arg === undefined || extra !== undefined || why !== null)
    cx.report.error('PF109', one.span, '`@deprecated` takes a text that says why', {
      hint: 'write `@deprecated("use …")`',
    });
  return null;
}

/** Whether a field can be left to the encoder, which writes its default, or zeros. */
function isSkippable(one: Annotation, type: FieldType, isFilled: boolean, { report }: Context): boolean {
  if (one.args.length > 0) {
    report.error('PF109', one.span, '`@skip` takes nothing in parentheses', { hint: 'write `@skip`' });
    return false;
  }
  if (isFilled) {
    report.error('PF109', one.span, 'nobody gives this field, so it is not to be skipped', {
      hint: 'remove `@skip`',
    });
    return false;
  }
  const isNumber = (type.kind === 'int' && type.form.kind === 'fixed') || type.kind === 'float';
  const isBytes = type.kind === 'bytes' && type.extent.kind === 'size' && type.extent.value.op === 'int';
  if (isNumber || isBytes) return true;
  report.error('PF109', one.span, '`@skip` is for numbers and bytes of a fixed size', {
    hint: 'a window that ends with `more : bytes rest;` holds what is not known',
  });
  return false;
}

/** The type of a number that is written in so many bytes; null after a report. */
function widened(one: Annotation, type: FieldType, cx: Context): FieldType | null {
  const [arg, extra] = one.args;
  const width = arg === undefined || extra !== undefined ? null : constantOf(arg, cx.scope, cx.report);
  const refuse = (message: string, hint: string): null => {
    cx.report.error('PF109', one.span, message, { hint });
    return null;
  };
  if (arg === undefined || extra !== undefined)
    return refuse('`@width` takes a number of bytes', 'write `@width(4)`');
  if (width === null) return null;
  if (type.kind !== 'int' || type.form.kind !== 'varint')
    return refuse('`@width` is for numbers of varying width', 'others have the width that their type says');
  const { encoding } = type.form;
  const widths = WIDTHS[encoding] ?? [1, 2, 3, 4, 5, 6, 7, 8];
  const bytes = width.kind === 'int' ? Number(width.value) : 0;
  if (!widths.includes(bytes))
    return refuse(
      `a number in ${encoding} takes ${widths.join(', ')} bytes`,
      `write \`@width(${widths[2] ?? 4})\``,
    );
  return { ...type, form: { ...type.form, width: bytes } };
}

/** In how many bytes numbers can be written, where that is not 1 to 8. */
const WIDTHS: { readonly [encoding: string]: readonly number[] } = { mqtt: [1, 2, 3, 4], quic: [1, 2, 4, 8] };
