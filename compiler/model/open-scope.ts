import type { Report } from '../diagnostics/diagnostic.js';
import type { SourceFile } from '../source/source-file.js';
import type { Assignment, Limits, ProtocolDecl, ProtocolItem, SchemaFile } from '../syntax/ast.js';
import { Scope, type Declaration } from './scope.js';
import { spreadStructs } from './spread-structs.js';
import { suggestHint } from './suggest-hint.js';

/** Finds the file that `use "path"` in `from` names; undefined if it could not be loaded (and was reported). */
export type ResolveUse = (from: SourceFile, path: string) => SchemaFile | undefined;

/** A protocol with what it inherits: its own items replace those of the same name. */
export interface OpenedProtocol {
  readonly scope: Scope;
  readonly items: readonly ProtocolItem[];
  /** Single limits, by name; the protocol's own win. */
  readonly limits: ReadonlyMap<string, Assignment>;
}

/** How many protocols can extend one another, and how many files use one another. */
const LONGEST_CHAIN = 64;

/** The scope of a file's top level: its declarations, and those of the files it uses. */
export function openFile(file: SchemaFile, resolve: ResolveUse, report: Report): Scope {
  return open(file, resolve, report).scope;
}

/** The scope of one protocol of a file. */
export function openProtocol(
  decl: ProtocolDecl,
  file: SchemaFile,
  resolve: ResolveUse,
  report: Report,
): OpenedProtocol {
  const { scope, protocols } = open(file, resolve, report);
  const items = inherit(decl, protocols, scope, report);
  const limits = new Map<string, Assignment>();
  for (const item of items) {
    if (item.kind === 'limits') for (const entry of item.entries) limits.set(entry.name.text, entry);
    if (isDeclaration(item)) scope.override(item);
  }
  return { scope, items: spreadStructs(items, scope), limits };
}

function open(
  file: SchemaFile,
  resolve: ResolveUse,
  report: Report,
): { scope: Scope; protocols: Map<string, ProtocolDecl> } {
  const shared: Scope['shared'] = {
    homes: new Map(),
    constants: new Map(),
    open: new Set(),
    sources: new Set(),
    incomplete: false,
  };
  const aliased = new Map<SourceFile, Scope>();
  const protocols = new Map<string, ProtocolDecl>();
  /** Files whose names are taken over without an alias share one scope; an aliased one has its own. */
  const fill = (from: SchemaFile, into: Scope, seen: Set<SourceFile>, own: boolean, depth: number): void => {
    if (seen.has(from.source)) return;
    seen.add(from.source);
    shared.sources.add(from.source);
    for (const item of from.items) {
      if (item.kind === 'protocol') {
        if (own && !protocols.has(item.name.text)) protocols.set(item.name.text, item);
      } else if (item.kind === 'use') {
        const used = resolve(from.source, item.path.value);
        if (used === undefined) shared.incomplete = true;
        else if (depth >= LONGEST_CHAIN) {
          report.error('PF003', item.span, `more than ${LONGEST_CHAIN} files use one another in a row`);
          shared.incomplete = true;
        } else if (item.alias === null) fill(used, into, seen, own, depth + 1);
        else {
          let scope = aliased.get(used.source);
          if (scope === undefined) {
            scope = new Scope(report, shared);
            aliased.set(used.source, scope);
            fill(used, scope, new Set(), false, depth + 1);
          }
          into.addAlias(item.alias, scope);
        }
      } else {
        into.declare(item);
        if (!own && !shared.homes.has(item)) shared.homes.set(item, into);
      }
    }
  };
  const scope = new Scope(report, shared);
  fill(file, scope, new Set(), true, 0);
  return { scope, protocols };
}

/** The items of a protocol and of those it extends, the base's first. */
function inherit(
  decl: ProtocolDecl,
  protocols: ReadonlyMap<string, ProtocolDecl>,
  scope: Scope,
  report: Report,
): ProtocolItem[] {
  const chain = [decl];
  for (let at = decl; at.base !== null;) {
    const name = at.base.text;
    const base = protocols.get(name);
    if (base === undefined) {
      if (!scope.shared.incomplete && !isProtocolLost(name, scope, report)) {
        report.error('PF100', at.base.span, `there is no protocol \`${name}\` to extend`, {
          hint: suggestHint(name, [...protocols.keys()]).hint ?? 'name its file: `use "./….proto-frame";`',
        });
      }
      scope.shared.incomplete = true;
      break;
    }
    if (chain.includes(base)) {
      const circle = chain.slice(chain.indexOf(base));
      // Every protocol of the circle finds it; they all report it at one place.
      const first = circle.reduce((a, b) => (a.span.start <= b.span.start ? a : b));
      report.error('PF114', first.base!.span, `\`${first.name.text}\` extends itself`, {
        labels: circle
          .filter((p) => p !== first)
          .map((p) => ({ span: p.base!.span, text: 'by way of this' })),
      });
      scope.shared.incomplete = true;
      break;
    }
    if (chain.length >= LONGEST_CHAIN) {
      report.error('PF003', at.base.span, `more than ${LONGEST_CHAIN} protocols extend one another`);
      scope.shared.incomplete = true;
      break;
    }
    chain.push(base);
    at = base;
  }
  const merged = new Map<string, ProtocolItem>();
  for (const one of chain.reverse()) {
    for (const [key, item] of ownItems(one, report)) {
      const inherited = merged.get(key);
      merged.set(
        key,
        item.kind === 'limits' && inherited?.kind === 'limits' ? joinLimits(inherited, item) : item,
      );
    }
  }
  return [...merged.values()];
}

function isProtocolLost(name: string, scope: Scope, report: Report): boolean {
  const declares = new RegExp(`\\bprotocol\\s+${name}\\b`);
  return [...scope.shared.sources].some((s) => report.isDamaged(s) && declares.test(s.text));
}

/** A protocol's own items by key; reports PF114 for two of one key. */
function ownItems(decl: ProtocolDecl, report: Report): Map<string, ProtocolItem> {
  const own = new Map<string, ProtocolItem>();
  for (const item of decl.items) {
    const key = keyOf(item);
    const before = own.get(key);
    if (before === undefined) {
      if (item.kind === 'limits') distinctEntries(item, report);
      own.set(key, item);
      continue;
    }
    const place = 'name' in item ? item.name.span : item.span;
    const name = 'name' in item ? item.name.text : item.kind;
    report.error('PF114', place, `\`${name}\` is declared twice in \`${decl.name.text}\``, {
      labels: [{ span: 'name' in before ? before.name.span : before.span, text: 'first here' }],
    });
  }
  return own;
}

function distinctEntries(limits: Limits, report: Report): void {
  const seen = new Map<string, Assignment>();
  for (const entry of limits.entries) {
    const before = seen.get(entry.name.text);
    if (before !== undefined) {
      report.error('PF114', entry.name.span, `the limit \`${entry.name.text}\` is given twice`, {
        labels: [{ span: before.name.span, text: 'first here' }],
      });
    }
    seen.set(entry.name.text, entry);
  }
}

function isDeclaration(item: ProtocolItem): item is Declaration {
  return item.kind === 'const' || item.kind === 'enum' || item.kind === 'struct' || item.kind === 'extern';
}

function joinLimits(base: Limits, own: Limits): Limits {
  return { ...own, entries: [...base.entries, ...own.entries] };
}

/** Items with the same key replace each other. Declarations share one name space. */
function keyOf(item: ProtocolItem): string {
  switch (item.kind) {
    case 'const':
    case 'enum':
    case 'struct':
    case 'extern':
      return `name:${item.name.text}`;
    case 'frame':
    case 'setting':
    case 'synth':
      return `${item.kind}:${item.name.text}`;
    case 'semantics':
      return `semantics:${item.frame?.text ?? ''}`;
    case 'match':
      return `match:${item.from?.text ?? ''}`;
    case 'limits':
    case 'status':
    case 'connection':
      return item.kind;
  }
}
