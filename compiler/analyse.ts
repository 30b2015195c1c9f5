import { checkProtocol } from './check/check-protocol.js';
import { matchDisjoint } from './check/rules/match-disjoint.js';
import type { Report } from './diagnostics/diagnostic.js';
import { buildProtocol } from './model/build-protocol.js';
import { checkTopLevel } from './model/check-top-level.js';
import type { Protocol } from './model/model.js';
import type { ResolveUse } from './model/open-scope.js';
import type { ProtocolDecl, SchemaFile } from './syntax/ast.js';

/**
 * From syntax trees to checked protocols: resolve, size, derive, and run every rule. What is wrong in one place is
 * reported there, and everything else is looked at all the same.
 *
 * @param roots the files the user named; files they use are reached through `resolve`
 * @returns the protocols of the roots that have no errors of their own, in the order of the files. They may be
 *   generated from only if the report has no errors.
 */
export function analyse(roots: readonly SchemaFile[], resolve: ResolveUse, report: Report): Protocol[] {
  const sound = new Map<ProtocolDecl, Protocol>();
  const all = roots.flatMap((file) =>
    file.items.flatMap((item) => (item.kind === 'protocol' ? [{ decl: item, file }] : [])),
  );
  // Those that extend nothing first, so that an error they hand on is reported for their own sake.
  for (const { decl, file } of [...all].sort(
    (a, b) => Number(a.decl.base !== null) - Number(b.decl.base !== null),
  )) {
    const before = report.attempts;
    const pass = (): void => {
      const built = buildProtocol(decl, file, resolve, report);
      if (built === null) return;
      checkProtocol(built.protocol, built.items, report);
      if (built.protocol.reply !== null)
        checkProtocol(built.protocol.reply, built.items, report, built.protocol);
      if (report.attempts === before) sound.set(decl, built.protocol);
    };
    if (decl.base === null) pass();
    else {
      const label = { span: decl.name.span, text: `found while \`${decl.name.text}\` was put together` };
      report.reading(decl.span, label, pass);
    }
  }
  for (const file of roots) checkTopLevel(file, resolve, report);

  const names = new Map<string, ProtocolDecl>();
  for (const { decl } of all) {
    const before = names.get(decl.name.text);
    if (before === undefined) names.set(decl.name.text, decl);
    else {
      report.error('PF114', decl.name.span, `\`${decl.name.text}\` is declared in two schemas of this run`, {
        labels: [{ span: before.name.span, text: 'first here' }],
      });
      sound.delete(decl);
    }
  }
  const protocols = all.flatMap(({ decl }) => sound.get(decl) ?? []);
  matchDisjoint(protocols, report);
  return protocols;
}
