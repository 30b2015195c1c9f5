import type { Report } from '../diagnostics/diagnostic.js';
import type { SourceFile } from '../source/source-file.js';
import type { ConstDecl, EnumDecl, EnumMember, ExternDecl, Name, StructDecl } from '../syntax/ast.js';
import type { ConstantValue } from './model.js';
import { suggestHint } from './suggest-hint.js';

/** A declaration that other parts of a schema can name. */
export type Declaration = ConstDecl | EnumDecl | StructDecl | ExternDecl;

/** What has one value that is known when the schema is compiled. */
export type Constant = ConstDecl | EnumMember;

/** What the scopes of one protocol share. */
export interface Shared {
  /** The scope in which the text of a declaration is read, where it is not that of the protocol. */
  readonly homes: Map<Declaration, Scope>;
  /** The values found so far; null after a report. */
  readonly constants: Map<Constant, ConstantValue | null>;
  /** Constants being evaluated, outermost first, to find one that names itself. */
  readonly open: Set<Constant>;
  /** The texts, the protocol's own first. */
  readonly sources: Set<SourceFile>;
  /** Whether a `use` could not be loaded. */
  incomplete: boolean;
}

/** What a text means by a name: its own declarations, and those of the texts it uses. See open-scope.ts. */
export class Scope {
  private readonly declarations = new Map<string, Declaration>();
  private readonly aliases = new Map<string, { readonly scope: Scope; readonly name: Name }>();

  constructor(
    private readonly report: Report,
    readonly shared: Shared,
  ) {}

  find(name: string): Declaration | undefined {
    return this.declarations.get(name);
  }

  /** The same names, and constants that hide those of their names. */
  with(constants: readonly ConstDecl[]): Scope {
    const inner = new Scope(this.report, this.shared);
    for (const [name, declaration] of this.declarations) inner.declarations.set(name, declaration);
    for (const [name, alias] of this.aliases) inner.aliases.set(name, alias);
    for (const constant of constants) inner.override(constant);
    return inner;
  }

  /** Finds `a.b` where `a` is an alias. */
  findIn(alias: string, name: string): Declaration | undefined {
    return this.aliases.get(alias)?.scope.find(name);
  }

  /** The scope in which the names inside a declaration are looked up. */
  home(declaration: Declaration): Scope {
    return this.shared.homes.get(declaration) ?? this;
  }

  /** A path of one or two names as a declaration; reports PF100 if there is none. */
  resolve(path: readonly Name[]): Declaration | undefined {
    const [first, second] = path;
    if (first === undefined) return undefined;
    const found =
      second === undefined
        ? this.find(first.text)
        : path.length === 2
          ? this.findIn(first.text, second.text)
          : undefined;
    if (found !== undefined) return found;
    const alias = second === undefined ? undefined : this.aliases.get(first.text);
    if (second !== undefined && alias === undefined) {
      if (!this.isLost(first.text))
        this.report.error(
          'PF100',
          first.span,
          `\`${first.text}\` is no alias of a used file`,
          suggestHint(first.text, [...this.aliases.keys()]),
        );
      return undefined;
    }
    const last = path[path.length - 1]!;
    if (!this.isLost(last.text)) {
      const known = (alias?.scope ?? this).names();
      const text = path.map((n) => n.text).join('.');
      this.report.error('PF100', last.span, `there is no type \`${text}\``, suggestHint(last.text, known));
    }
    return undefined;
  }

  /** All names that can be used without an alias. */
  names(): string[] {
    return [...this.declarations.keys()];
  }

  /** Adds a declaration of the top level of a file; reports PF114 if the name is taken. */
  declare(item: Declaration): void {
    const before = this.declarations.get(item.name.text);
    if (before !== undefined && before !== item) {
      this.report.error('PF114', item.name.span, `\`${item.name.text}\` is declared twice`, {
        labels: [{ span: before.name.span, text: 'first here' }],
      });
      return;
    }
    this.declarations.set(item.name.text, item);
  }

  /** Adds a declaration of the protocol; it hides one of the same name at the top level. */
  override(item: Declaration): void {
    this.declarations.set(item.name.text, item);
  }

  addAlias(name: Name, scope: Scope): void {
    const before = this.aliases.get(name.text);
    if (before !== undefined && before.scope !== scope) {
      this.report.error('PF114', name.span, `\`${name.text}\` is the alias of another file already`, {
        labels: [{ span: before.name.span, text: 'first here' }],
      });
      return;
    }
    this.aliases.set(name.text, { scope, name });
  }

  /**
   * Whether a name that nothing declares may have been declared in what could not be read: a file that is
   * missing, or a statement with a syntax error. That has been reported; the name then is no second mistake.
   */
  isLost(name: string): boolean {
    if (this.shared.incomplete) return true;
    const declares = new RegExp(
      `\\b(?:const|enum|flags|struct|let|within\\s*\\([^;{]*\\)\\s*as|extern\\s+\\w+)\\s+${name}\\b|\\b${name}\\s*[:=]`,
    );
    for (const source of this.shared.sources)
      if (this.report.isDamaged(source) && declares.test(source.text)) return true;
    return false;
  }
}
