import { suggestHint } from './suggest-hint.js';
import type { Report } from '../diagnostics/diagnostic.js';
import type { SourceFile } from '../source/source-file.js';
import type {
  Assignment,
  ConstDecl,
  EnumDecl,
  ExternDecl,
  Limits,
  Name,
  ProtocolDecl,
  ProtocolItem,
  SchemaFile,
  StructDecl,
  TopItem,
} from '../syntax/ast.js';

/** A declaration that other parts of a schema can name. */
export type Declaration = ConstDecl | EnumDecl | StructDecl | ExternDecl;

/** Finds the file that `use "path"` in `from` names; undefined if it could not be loaded (and was reported). */
export type ResolveUse = (from: SourceFile, path: string) => SchemaFile | undefined;

/**
 * What one protocol's text means by a name: its own declarations, those of the protocol it extends, the top
 * level of its file, and of the files it uses, under their alias where there is one.
 */
export class Scope {
  /** The protocol's items with its base's; its own replace those of the same name. */
  readonly items: readonly ProtocolItem[];
  /** Single limits, by name; later ones win. */
  readonly limits = new Map<string, Assignment>();
  private readonly declarations = new Map<string, Declaration>();
  private readonly aliases = new Map<string, Map<string, Declaration>>();
  /** The texts the protocol is made of, its own first. */
  readonly sources: readonly SourceFile[];

  constructor(
    readonly protocol: ProtocolDecl,
    file: SchemaFile,
    resolve: ResolveUse,
    private readonly report: Report,
  ) {
    const sources = new Set<SourceFile>();
    const protocols = new Map<string, { decl: ProtocolDecl; file: SchemaFile }>();
    this.collect(file, resolve, sources, protocols, this.declarations);
    this.sources = [...sources];
    this.items = this.flatten(protocol, protocols, new Set([protocol]));
    for (const item of this.items) {
      if (item.kind === 'limits') for (const entry of item.entries) this.limits.set(entry.name.text, entry);
      if (isDeclaration(item)) this.declarations.set(item.name.text, item);
    }
  }

  find(name: string): Declaration | undefined {
    return this.declarations.get(name);
  }

  /** Finds `a.b` where `a` is an alias. */
  findIn(alias: string, name: string): Declaration | undefined {
    return this.aliases.get(alias)?.get(name);
  }

  /** A path of one or two names as a declaration; reports PF100 if there is none. */
  resolve(path: readonly Name[]): Declaration | undefined {
    const [first, second] = path;
    const found =
      second === undefined
        ? this.find(first!.text)
        : path.length === 2
          ? this.findIn(first!.text, second.text)
          : undefined;
    if (found === undefined) {
      const last = path[path.length - 1]!;
      const text = path.map((n) => n.text).join('.');
      const known = second === undefined ? this.names() : [...(this.aliases.get(first!.text)?.keys() ?? [])];
      this.report.error('PF100', last.span, `there is no type \`${text}\``, suggestHint(last.text, known));
    }
    return found;
  }

  /** All names that can be used without an alias. */
  names(): string[] {
    return [...this.declarations.keys()];
  }

  private collect(
    file: SchemaFile,
    resolve: ResolveUse,
    sources: Set<SourceFile>,
    protocols: Map<string, { decl: ProtocolDecl; file: SchemaFile }>,
    into: Map<string, Declaration>,
  ): void {
    if (sources.has(file.source)) return;
    sources.add(file.source);
    for (const item of file.items) {
      if (item.kind === 'protocol') {
        if (!protocols.has(item.name.text)) protocols.set(item.name.text, { decl: item, file });
      } else if (item.kind === 'use') {
        const used = resolve(file.source, item.path.value);
        if (used === undefined) continue;
        if (item.alias === null) {
          this.collect(used, resolve, sources, protocols, into);
        } else {
          const names = new Map<string, Declaration>();
          this.collect(used, resolve, sources, new Map(), names);
          this.aliases.set(item.alias.text, names);
        }
      } else {
        this.declare(item, into);
      }
    }
  }

  private declare(
    item: Exclude<TopItem, ProtocolDecl | { kind: 'use' }>,
    into: Map<string, Declaration>,
  ): void {
    const before = into.get(item.name.text);
    if (before !== undefined && before !== item) {
      this.report.error('PF114', item.name.span, `\`${item.name.text}\` is declared twice`, {
        labels: [{ span: before.name.span, text: 'first here' }],
      });
      return;
    }
    into.set(item.name.text, item);
  }

  private flatten(
    decl: ProtocolDecl,
    protocols: Map<string, { decl: ProtocolDecl; file: SchemaFile }>,
    seen: Set<ProtocolDecl>,
  ): ProtocolItem[] {
    const merged = new Map<string, ProtocolItem>();
    if (decl.base !== null) {
      const base = protocols.get(decl.base.text)?.decl;
      if (base === undefined) {
        this.report.error(
          'PF100',
          decl.base.span,
          `there is no protocol \`${decl.base.text}\` to extend; its file has to be named by \`use\``,
          suggestHint(decl.base.text, [...protocols.keys()]),
        );
      } else if (seen.has(base)) {
        this.report.error('PF114', decl.base.span, `\`${decl.name.text}\` extends itself`);
      } else {
        for (const item of this.flatten(base, protocols, new Set([...seen, base])))
          merged.set(keyOf(item), item);
      }
    }
    const own = new Map<string, ProtocolItem>();
    for (const item of decl.items) {
      const key = keyOf(item);
      const before = own.get(key);
      if (before !== undefined) {
        const place = 'name' in item && 'name' in before ? item.name.span : item.span;
        this.report.error(
          'PF114',
          place,
          `\`${key.replace(':', ' ')}\` is declared twice in \`${decl.name.text}\``,
          {
            labels: [{ span: before.span, text: 'first here' }],
          },
        );
        continue;
      }
      own.set(key, item);
      const inherited = merged.get(key);
      merged.set(
        key,
        item.kind === 'limits' && inherited?.kind === 'limits' ? joinLimits(inherited, item) : item,
      );
    }
    return [...merged.values()];
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
