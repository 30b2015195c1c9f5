import type { Report } from '../diagnostics/diagnostic.js';
import type { ExternDecl, TypeExpr } from '../syntax/ast.js';
import { camelCase } from './camel-case.js';
import { intTypeOf } from './int-type-of.js';
import type { Span } from '../source/source-file.js';
import type { ExternCodecModel, ExternFnModel, ExternTypeModel, IntType } from './model.js';

/** The interface of @proto-frame/api that an `extern type` implements, by what it gives. */
const INTERFACES: Readonly<Record<ExternTypeModel['value'], RegExp>> = {
  text: /^ExternType<string(?:\|null)?>$/,
  bytes: /^ExternType<Uint8Array(?:\|null)?>$/,
  int: /^ExternType<number>$/,
  bool: /^ExternType<boolean>$/,
  map: /^Extern(?:Map|Head)$/,
  record: /^ExternRecord$/,
};

const WRITTEN: Readonly<Record<ExternTypeModel['value'], string>> = {
  text: 'ExternType<string>',
  bytes: 'ExternType<Uint8Array>',
  int: 'ExternType<number>',
  bool: 'ExternType<boolean>',
  map: 'ExternMap',
  record: 'ExternRecord',
};

/** How a value is typed in TypeScript. */
const TYPES = { int: 'number', text: 'string', bytes: 'Uint8Array', bool: 'boolean' } as const;

/**
 * An extern declaration with what its TypeScript file is known to export; null after a report. Types are looked at
 * as they are written; that the bodies keep to them is for the type check of the generated code.
 */
export function buildExtern(
  decl: ExternDecl,
  report: Report,
): ExternTypeModel | ExternFnModel | ExternCodecModel | null {
  const { name, path } = decl;
  const file = path.span.file.beside.get(path.value);
  // A file that could not be read has been reported.
  if (file === undefined) return null;
  const exportName = camelCase(name.text);
  const common = {
    name: name.text,
    span: name.span,
    from: path.value,
    path: file.path,
    fileName: file.fileName,
    files: file.files,
    exportName,
  };
  const code = withoutComments(file.text);
  if (decl.sort === 'fn') return buildFn(decl, common, code, report);
  const exported = { exportName, path: common.path, code, span: path.span };
  if (decl.sort === 'codec') {
    const found = exportedAs({ ...exported, wanted: /^WindowCodec$/, written: 'WindowCodec' }, report);
    return found === null ? null : { kind: 'codec', ...common };
  }
  const value = typeName(decl.result);
  const kind = intTypeOf(value, false) !== null ? 'int' : value === 'headers' ? 'map' : value;
  if (
    kind !== 'text' &&
    kind !== 'bytes' &&
    kind !== 'int' &&
    kind !== 'bool' &&
    kind !== 'map' &&
    kind !== 'record'
  ) {
    report.error('PF170', decl.result?.span ?? name.span, 'an extern type says what it gives', {
      hint: `\`extern type ${name.text} => text from …\`; it is one of text, bytes, bool, headers, or an integer type`,
    });
    return null;
  }
  const interfaces = { wanted: INTERFACES[kind], written: WRITTEN[kind] };
  const found = exportedAs({ ...exported, ...interfaces }, report);
  if (found === null) return null;
  const isHead = /^ExternHead\b/.test(found);
  return { kind: 'type', value: kind, isHead, nullable: /\|\s*null/.test(found), ...common };
}

/** What is looked for in a module: an export, and the type that it has to be written with. */
interface Wanted {
  readonly exportName: string;
  readonly path: string;
  /** The module's text without comments. */
  readonly code: string;
  /** Where the schema names it. */
  readonly span: Span;
  readonly wanted: RegExp;
  readonly written: string;
}

/** The type that a module exports a value as; null after a report, where it is another than is wanted. */
function exportedAs(
  { exportName, path, code, span, wanted, written }: Wanted,
  report: Report,
): string | null {
  const found = new RegExp(`export\\s+const\\s+${exportName}\\s*:\\s*([^=]+?)\\s*=`).exec(code)?.[1];
  if (found === undefined || !wanted.test(found.replace(/\s+/g, ''))) {
    report.error(
      'PF170',
      span,
      found === undefined
        ? `${path} does not export \`${exportName}\``
        : `${path} exports \`${exportName}\` as ${found}`,
      { hint: `write \`export const ${exportName}: ${written} = …\` there` },
    );
    return null;
  }
  return found;
}

function buildFn(
  decl: ExternDecl,
  common: Omit<ExternFnModel, 'kind' | 'params' | 'result'>,
  code: string,
  report: Report,
): ExternFnModel | null {
  const kindOf = (type: TypeExpr | null): 'int' | 'text' | 'bytes' | 'bool' | null => {
    const name = typeName(type);
    if (name === 'text' || name === 'bytes' || name === 'bool') return name;
    return intTypeOf(name, false) === null ? null : 'int';
  };
  const params: { name: string; type: 'int' | 'text' | 'bytes' | 'bool' }[] = [];
  for (const param of decl.params) {
    const type = kindOf(param.type);
    if (type === null) {
      report.error('PF170', param.type.span, 'a function takes text, bytes, bool or an integer');
      return null;
    }
    params.push({ name: param.name.text, type });
  }
  const result = kindOf(decl.result);
  if (result === null) {
    report.error(
      'PF170',
      decl.result?.span ?? decl.name.span,
      'a function gives text, bytes, bool or an integer',
      {
        hint: `\`extern fn ${decl.name.text}(…) => u32 from …\``,
      },
    );
    return null;
  }
  const { exportName } = common;
  const wanted = `export function ${exportName}(${params.map((p) => `${camelCase(p.name)}: ${TYPES[p.type]}`).join(', ')}): ${TYPES[result]}`;
  const found = new RegExp(
    `export\\s+function\\s+${exportName}\\s*\\(([^)]*)\\)\\s*:\\s*([\\w<>\\[\\] |]+?)\\s*\\{`,
  ).exec(code);
  const given = found?.[1]!
    .split(',')
    .map((p) => p.slice(p.indexOf(':') + 1).trim())
    .filter((p) => p !== '');
  const fits =
    given !== undefined &&
    found?.[2] === TYPES[result] &&
    given.length === params.length &&
    given.every((type, i) => type === TYPES[params[i]!.type]);
  if (!fits) {
    report.error(
      'PF170',
      decl.path.span,
      found === null
        ? `${common.path} does not export a function \`${exportName}\``
        : `${common.path} exports \`${exportName}\` with another signature`,
      { hint: `write \`${wanted} { … }\` there` },
    );
    return null;
  }
  const int = intTypeOf(typeName(decl.result), false);
  return {
    kind: 'fn',
    params,
    result: result === 'int' ? { kind: 'int', int: int as IntType } : { kind: result },
    ...common,
  };
}

function typeName(type: TypeExpr | null): string {
  if (type === null) return '';
  if (type.kind === 'text' || type.kind === 'bytes') return type.kind;
  return type.kind === 'named' && type.path.length === 1 && type.args.length === 0 ? type.path[0]!.text : '';
}

/** The text with comments as white space, so that nothing in them is taken for an export. */
function withoutComments(text: string): string {
  return text.replace(/\/\*[^]*?\*\/|(^|[^:'"])\/\/[^\n]*/g, '$1 ');
}
