import type { Report } from '../diagnostics/diagnostic.js';
import type { Expr, Within } from '../syntax/ast.js';
import { bareField } from './bare-field.js';
import type { Context } from './build-expression.js';
import type { Declarations } from './declarations.js';
import type { Expression } from './expression.js';
import { innerFields } from './inner-fields.js';
import type { CodecModel, Field, Struct } from './model.js';
import type { Names } from './names.js';
import { suggestHint } from './suggest-hint.js';

const BUILTIN: readonly string[] = ['zlib', 'gzip'];

/** What a coded window is made of, as far as it has been built. */
export interface CodedParts {
  readonly struct: Struct;
  readonly args: readonly Expression[];
  /** null: what is left of the window around it. */
  readonly size: Expression | null;
  /** The most bytes that it may stand for. */
  readonly max: number | null;
  readonly path: string;
}

/**
 * `within (n) as body codec zlib max 1MiB { … }`: a field whose bytes stand for others, in which the members lie.
 * Their names are names of the frame. Null after a report.
 */
export function buildCoded(
  ast: Within,
  { struct, args, size, max, path }: CodedParts,
  cx: Context & { readonly names: Names },
  declarations: Declarations,
): Field | null {
  const { report, guards, names } = cx;
  const codec = codecOf(ast.codec!, cx, declarations);
  if (max === null)
    report.error('PF103', ast.codec!.span, 'what this window stands for is not bounded', {
      hint: 'write `within (…) max 1MiB as …`: the most bytes that it may hold',
    });
  if (codec === null || max === null || ast.name === null) {
    for (const one of innerFields(struct, () => field, { path, guards }))
      names.addBroken({ text: one.name, span: one.span });
    return null;
  }
  const field: Field = bareField({
    name: ast.name.text,
    path: `${path}.${ast.name.text}`,
    span: ast.name.span,
    type: {
      kind: 'coded',
      codec,
      max,
      extent: size === null ? { kind: 'rest', max: null } : { kind: 'size', value: size, max: null },
      struct,
      args,
      inner: innerFields(struct, () => field, { path, guards }),
    },
    guards,
  });
  if (!names.addField(ast.name, field) || field.type.kind !== 'coded') return null;
  for (const one of field.type.inner) names.addField({ text: one.name, span: one.span }, one);
  return field;
}

/** The codec that a window names; null after a report. */
function codecOf(expr: Expr, { scope, report }: Context, declarations: Declarations): CodecModel | null {
  if (expr.kind === 'name' && BUILTIN.includes(expr.name))
    return { kind: 'builtin', name: expr.name as 'zlib' | 'gzip' };
  const declaration =
    expr.kind === 'name'
      ? scope.find(expr.name)
      : expr.kind === 'member' && expr.object.kind === 'name'
        ? scope.findIn(expr.object.name, expr.name.text)
        : undefined;
  if (declaration?.kind !== 'extern') return unknownCodec(expr, report);
  const extern = declarations.externOf(declaration);
  if (extern === null || extern.kind === 'codec') return extern;
  report.error('PF109', expr.span, `\`${extern.name}\` is no codec`, {
    hint: 'declare one: `extern codec snappy from "./snappy.ts";`',
  });
  return null;
}

function unknownCodec(expr: Expr, report: Report): null {
  const name = expr.kind === 'name' ? expr.name : '';
  report.error('PF100', expr.span, name === '' ? 'this is no codec' : `there is no codec \`${name}\``, {
    hint:
      suggestHint(name, BUILTIN).hint ??
      '`zlib` and `gzip` are known; others are declared: `extern codec snappy from "./snappy.ts";`',
  });
  return null;
}
