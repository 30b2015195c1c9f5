import { Changes, type Change } from './change.js';
import { LayoutComparison } from './compare-layout.js';
import {
  compareMatch,
  compareRoles,
  compareSettings,
  compareStatus,
  compareSynths,
} from './compare-meaning.js';
import type { Version } from './places.js';

/**
 * Everything that is different between two versions of some protocols, matched by name; where each side has one
 * protocol they are compared whatever their names.
 *
 * @returns breaking changes first, then warnings, then the rest, each in the order of the new text
 */
export function compareVersions(old: readonly Version[], now: readonly Version[]): Change[] {
  const found: Change[] = [];
  const renamed = old.length === 1 && now.length === 1;
  for (const is of now) {
    const { name, span } = is.protocol;
    const was = renamed ? old[0] : old.find((one) => one.protocol.name === name);
    const changes = new Changes(name);
    if (was === undefined)
      changes.compatible('protocol-added', null, span, `the protocol \`${name}\` is new`);
    else compareProtocols(was, is, changes);
    found.push(...changes.list);
  }
  for (const { protocol } of old) {
    if (renamed || now.some((one) => one.protocol.name === protocol.name)) continue;
    const changes = new Changes(protocol.name);
    changes.breaking('protocol-removed', protocol.span, null, `the protocol \`${protocol.name}\` is gone`);
    found.push(...changes.list);
  }
  const rank = (change: Change): number => ['breaking', 'warning', 'compatible'].indexOf(change.severity);
  const at = (change: Change): number => (change.new ?? change.old)?.start ?? 0;
  return found.sort((a, b) => rank(a) - rank(b) || at(a) - at(b));
}

function compareProtocols(old: Version, now: Version, changes: Changes): void {
  const a = old.protocol;
  const b = now.protocol;
  if (a.name !== b.name)
    changes.breaking(
      'protocol-renamed',
      a.span,
      b.span,
      `\`${a.name}\` is called \`${b.name}\`: configurations name it`,
    );
  changes.doc(`protocol \`${b.name}\``, a, b);
  const layout = new LayoutComparison(changes);
  layout.frames(a.frame, b.frame);
  layout.otherEnums(a.enums, b.enums);
  compareMatch(a, b, changes);
  compareSettings(old, now, changes);
  compareRoles(old, now, layout.pairing, changes);
  compareStatus(old, now, changes);
  compareSynths(a, b, layout.pairing, changes);
}
