import { checkProtocol } from './check/check-protocol.js';
import { matchDisjoint } from './check/rules/match-disjoint.js';
import type { Report } from './diagnostics/diagnostic.js';
import { buildProtocol } from './model/build-protocol.js';
import type { Protocol } from './model/model.js';
import type { ResolveUse } from './model/scope.js';
import type { SchemaFile } from './syntax/ast.js';

/**
 * From syntax trees to checked protocols: resolve, size, derive, and run every rule.
 *
 * @param roots the files the user named; files they use are reached through `resolve`
 * @returns the protocols of the roots that have no errors of their own, in the order of the files. They may be
 *   generated from only if the report has no errors.
 */
export function analyse(roots: readonly SchemaFile[], resolve: ResolveUse, report: Report): Protocol[] {
  const protocols: Protocol[] = [];
  for (const file of roots) {
    for (const item of file.items) {
      if (item.kind !== 'protocol') continue;
      const built = buildProtocol(item, file, resolve, report);
      if (built === null) continue;
      checkProtocol(built.protocol, built.items, report);
      protocols.push(built.protocol);
    }
  }
  const names = new Map<string, Protocol>();
  for (const protocol of protocols) {
    const before = names.get(protocol.name);
    if (before !== undefined) {
      report.error('PF114', protocol.span, `\`${protocol.name}\` is declared in two schemas of this run`, {
        labels: [{ span: before.span, text: 'first here' }],
      });
    }
    names.set(protocol.name, protocol);
  }
  matchDisjoint(protocols, report);
  return protocols;
}
