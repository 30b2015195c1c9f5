import { Report } from '../../diagnostics/diagnostic.js';
import { openProtocol, type ResolveUse } from '../../model/open-scope.js';
import type { Protocol } from '../../model/model.js';
import type { Span } from '../../source/source-file.js';
import type { Expr, SchemaFile } from '../../syntax/ast.js';

/** Where a schema says what the model has no places for; the protocol's name if it does not say it. */
export interface Places {
  readonly limit: (name: string) => Span;
  readonly setting: (name: string) => Span;
  readonly role: (name: string) => Span;
  /** How a wire status is read: by its name, or its number. */
  readonly read: (wire: readonly string[]) => Span;
  /** How a canonical status is written. */
  readonly written: (canonical: string) => Span;
}

/** A protocol as one of two versions. */
export interface Version {
  readonly protocol: Protocol;
  readonly places: Places;
}

/** The protocols of a run with their places. */
export function versionsOf(
  protocols: readonly Protocol[],
  roots: readonly SchemaFile[],
  resolve: ResolveUse,
): Version[] {
  return protocols.map((protocol) => ({ protocol, places: placesOf(protocol, roots, resolve) }));
}

function placesOf(protocol: Protocol, roots: readonly SchemaFile[], resolve: ResolveUse): Places {
  const { span } = protocol;
  const file = roots.find((one) => one.source === span.file);
  const decl = file?.items.find((item) => item.kind === 'protocol' && item.name.text === protocol.name);
  if (file === undefined || decl?.kind !== 'protocol') {
    const here = (): Span => span;
    return { limit: here, setting: here, role: here, read: here, written: here };
  }
  // What is wrong was reported when the protocol was built.
  const { items, limits } = openProtocol(decl, file, resolve, new Report());
  const entries = items.flatMap((item) => (item.kind === 'status' ? item.entries : []));
  const text = (e: Expr): string => e.span.file.text.slice(e.span.start, e.span.end);
  const find = (direction: '<=' | '=>', names: readonly string[]): Span => {
    const side = direction === '=>' ? 'wire' : 'canonical';
    const able = entries.filter((entry) => entry.direction === '<=>' || entry.direction === direction);
    const own = able.find((entry) => entry[side].some((e) => names.includes(text(e))));
    return (
      (own ?? able.find((entry) => entry[side].some((e) => text(e) === '_')))?.span ??
      protocol.status?.span ??
      span
    );
  };
  return {
    limit: (name) => limits.get(name)?.span ?? span,
    setting: (name) => items.find((item) => item.kind === 'setting' && item.name.text === name)?.span ?? span,
    role: (name) =>
      items
        .flatMap((item) => (item.kind === 'semantics' ? item.roles : []))
        .find((role) => role.name.text === name)?.span ?? span,
    read: (wire) => find('=>', wire),
    written: (canonical) => find('<=', [canonical]),
  };
}
