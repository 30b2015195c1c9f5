import type { Report } from '../diagnostics/diagnostic.js';
import type { SchemaFile } from '../syntax/ast.js';
import type { Context } from './build-expression.js';
import { buildStruct } from './build-members.js';
import { constantValue } from './constants.js';
import { Declarations } from './declarations.js';
import { derive } from './derive.js';
import { openFile, type ResolveUse } from './open-scope.js';

/** Checks what a file declares outside of protocols, also where no protocol uses it. */
export function checkTopLevel(file: SchemaFile, resolve: ResolveUse, report: Report): void {
  if (file.items.every((item) => item.kind === 'protocol')) return;
  const scope = openFile(file, resolve, report);
  const declarations = new Declarations(scope, report, false);
  const cx: Context = { scope, report, names: null, guards: [] };
  for (const item of file.items) {
    if (item.kind === 'extern') declarations.externOf(item);
    else if (item.kind === 'enum') declarations.enumOf(item);
    else if (item.kind === 'struct' && item.params.length === 0) buildStruct(item, [], declarations, cx);
    else if (item.kind === 'const') constantValue(item, scope, report);
  }
  for (const struct of declarations.structs) derive(struct.body, report);
}
