import type { StatementStructures } from 'ts-morph';
import { camelCase, pascalCase } from '../model/camel-case.js';
import { CHECKSUMS } from '../model/checksum-algorithms.js';
import type { Expression } from '../model/expression.js';
import { layoutOf, type Anchor, type Layout } from '../model/layout.js';
import type { BitFieldModel, Enum, Extern, ExtentModel, Field, Protocol } from '../model/model.js';
import { readOutside } from '../model/read-outside.js';
import { ordersOf } from '../model/order-of.js';

/** Words that can't be the name of a variable in a module. */
const RESERVED = new Set(
  (
    'arguments await break case catch class const continue debugger default delete do else enum eval export extends false finally ' +
    'for function if implements import in instanceof interface let new null package private protected public return static super ' +
    'switch this throw true try typeof undefined var void while with yield'
  ).split(' '),
);
/** Names that the functions which read a frame use themselves. */
const READ_LOCALS = new Set(
  (
    'b at end from to p q o s size out state walks into headers body memo id v c key item next length window chosen req entries sum found known ' +
    'start depth change value status reason wire bodySize headersSize bodyFrom bodyTo headersFrom headersTo coded'
  ).split(' '),
);
/** Names that encoders use themselves. */
const WRITE_LOCALS = new Set('b at p size init v item depth'.split(' '));
/** Members a view has of its own. */
const VIEW_MEMBERS = ['bytes', 'start', 'end', 'constructor', 'prototype', 'length', 'toString', 'valueOf'];

/** Content whose length stands before it in a varying width. */
export interface Announced {
  /** What tells it from others. */
  readonly key: string;
  readonly extent: ExtentModel & { readonly kind: 'varying' };
  readonly nullable: boolean;
}

/** One generated file in the making: what it imports, declares, and what names mean in it. */
export class Module {
  readonly layout: Layout;
  /** What chooses the byte order of numbers of the frame, or of parts of it. */
  readonly orders: readonly Expression[];
  /** Those of them that are asked for: each has a function. */
  readonly usedOrders = new Set<Expression>();
  readonly statements: (StatementStructures | string)[] = [];
  /** Places that vary and are asked for: each has a function. */
  readonly usedAnchors = new Set<Anchor>();
  /** Places that are found by walking over values, by the number under which they are kept. */
  private readonly marks = new Map<Anchor, number>();
  /** Texts that several roles read, by the number under which they are kept. */
  private readonly textMarks = new Map<Field, number>();
  /** Whether a role reads a header whose values are few. */
  usesKnownHeader = false;
  /** Whether an encoder takes entries of a map. */
  usesHeaderEntries = false;
  /** Whether a role gives a text that has few values. */
  usesNames = false;
  /** The same, of a byte a character. */
  usesByteNames = false;
  private readonly values = new Set<string>();
  private readonly types = new Set<string>();
  private readonly declared: ReadonlySet<string>;
  /** Structs and coded windows whose fields are read by their names. */
  readonly held = new Set<Field>();
  /** Delimiters by the name of the constant that holds their bytes. */
  readonly delimiters = new Map<string, string>();
  /** Words that something is compared with, by the name of the constant that holds them. */
  private readonly wordLists = new Map<string, readonly string[]>();
  /** What lengths of varying width announce, by the name of the function that finds its end. */
  readonly announced = new Map<string, Announced>();
  /** Paths of entries by the name of the constant that holds them. */
  private readonly paths = new Map<string, readonly number[]>();
  /** Enums whose members a role gives by name. */
  private readonly named = new Set<Enum>();
  /** What is imported of extern modules, by the file. */
  private readonly imported = new Map<string, Set<string>>();
  /** Fields of structs that nobody gives, of which readers keep the values. */
  readonly readOutside: ReadonlySet<Field | BitFieldModel>;
  /** How schema places are shown in decode errors: `bolt.proto-frame`. */
  readonly schemaName: string;

  constructor(readonly protocol: Protocol) {
    this.layout = layoutOf(protocol.frame);
    this.readOutside = readOutside(protocol);
    this.orders = ordersOf(protocol.frame.body);
    this.declared = new Set([...protocol.enums, ...protocol.structs].map((d) => d.name));
    this.schemaName = protocol.schemaPath.slice(protocol.schemaPath.lastIndexOf('/') + 1);
  }

  add(...statements: (StatementStructures | string)[]): void {
    this.statements.push(...statements);
  }

  /** Adds a statement unless it is there. */
  addOnce(statement: string): void {
    if (!this.statements.includes(statement)) this.statements.push(statement);
  }

  /** The name by which something of @proto-frame/api is known here: another one if the schema has a type of that name. */
  use(name: string): string {
    this.values.add(name);
    return this.declared.has(name) ? `Api${name}` : name;
  }

  /** As {@link use}, for what is only a type. */
  useType(name: string): string {
    this.types.add(name);
    return this.declared.has(name) ? `Api${name}` : name;
  }

  /** The function that says a byte order of the frame: `isLittle`. */
  orderName(order: Expression): string {
    const i = this.orders.indexOf(order);
    return `isLittle${i === 0 ? '' : i + 1}`;
  }

  /** The number under which a place is kept once it is found. */
  mark(anchor: Anchor): number {
    const known = this.marks.get(anchor) ?? this.marks.size;
    this.marks.set(anchor, known);
    return known;
  }

  /** How many places are kept. */
  get markCount(): number {
    return this.marks.size;
  }

  /** The number under which a text is kept once it is read. */
  textMark(field: Field): number {
    const known = this.textMarks.get(field) ?? this.textMarks.size;
    this.textMarks.set(field, known);
    return known;
  }

  /** The texts that are kept. */
  get markedTexts(): readonly Field[] {
    return [...this.textMarks.keys()];
  }

  /** The constant that holds a delimiter's bytes: `CRLF`, `DELIMITER_3B`. */
  delimiter(text: string): string {
    const hex = [...text].map((c) => c.charCodeAt(0).toString(16).padStart(2, '0').toUpperCase()).join('');
    const name = KNOWN_DELIMITERS.get(text) ?? `DELIMITER_${hex}`;
    const own = this.declared.has(name) ? `${name}_` : name;
    this.delimiters.set(own, text);
    return own;
  }

  /** The function that finds where content ends whose length has a varying width: `endOfLeb128`. */
  announcedEnd(extent: Announced['extent'], nullable: boolean): string {
    const { form } = extent.length;
    const of =
      form.kind === 'varint' ? form.encoding : form.kind === 'digits' && form.base === 16 ? 'hex' : 'decimal';
    const key = JSON.stringify([form, extent.length.int, extent.max, nullable]);
    const most = extent.max === null ? '' : `Max${extent.max}`;
    const base = `endOf${pascalCase(of)}${nullable ? 'OrNull' : ''}${most}`;
    for (let i = 1; ; i++) {
      const name = `${base}${i === 1 ? '' : `Form${i}`}`;
      const known = this.announced.get(name);
      if (known !== undefined && known.key !== key) continue;
      this.announced.set(name, { key, extent, nullable });
      return name;
    }
  }

  /** The function that says how many bytes content takes with its length: `sizeWithLeb128`. */
  announcedSize(extent: Announced['extent'], nullable: boolean): string {
    return this.announcedEnd(extent, nullable).replace(/^endOf/, 'sizeWith');
  }

  /** The name by which an extern module's export is known here. */
  extern(of: Extern): string {
    const names = this.imported.get(of.fileName) ?? new Set<string>();
    names.add(of.exportName);
    this.imported.set(of.fileName, names);
    return externAlias(of);
  }

  /** The constant that holds an entry's path: `REQUEST_ID_TAG`. */
  entryPath(entry: Field): string {
    if (entry.type.kind !== 'entry') throw new Error(`${entry.path} is no entry`);
    const { path } = entry.type;
    const base = `${upperCase(entry.name)}_TAG`;
    for (let i = 1; ; i++) {
      const name = i === 1 ? base : `${base}_${i}`;
      const known = this.paths.get(name);
      if (known !== undefined && known.join() !== path.join()) continue;
      this.paths.set(name, path);
      return name;
    }
  }

  /** The constant that holds the words which something is compared with: `COMMAND_WORDS`. */
  words(of: Expression, texts: readonly string[]): string {
    const base = `${upperCase(this.subject(of))}_WORDS`;
    for (let i = 1; ; i++) {
      const name = i === 1 && !this.declared.has(base) ? base : `${base}_${i}`;
      const known = this.wordLists.get(name);
      if (known !== undefined && JSON.stringify(known) !== JSON.stringify(texts)) continue;
      this.wordLists.set(name, texts);
      return name;
    }
  }

  /** What an expression is about, in a name: a key of headers as one that may be a number, `n35`. */
  subject(of: Expression): string {
    if ('of' in of) return this.subject(of.of);
    return of.op === 'field' || of.op === 'request'
      ? of.name
      : of.op === 'header'
        ? of.key.replace(/\W+/g, '_').replace(/^(?=\d|_|$)/, 'n')
        : 'text';
  }

  /** The constants of words. */
  wordsText(): string[] {
    return [...this.wordLists].map(
      ([name, texts]) => `const ${name} = [${texts.map(quote).join(', ')}] as const;`,
    );
  }

  /** The constants of paths, as one statement. */
  pathText(): string[] {
    const text = [...this.paths].map(([name, path]) => `const ${name} = [${path.join(', ')}];`);
    return text.length === 0 ? [] : [`/** Entries by their tags. */\n${text.join('\n')}`];
  }

  /** The constant that holds the names of an enum's members as the schema spells them: `OPCODE_NAMES`. */
  memberNames(of: Enum): string {
    this.named.add(of);
    return `${upperCase(of.name)}_NAMES`;
  }

  /** The constants of names. */
  namesText(): string[] {
    return [...this.named].map((of) => {
      const entries = of.members.map((m) => `[${m.value}, ${quote(m.name)}]`);
      return `const ${this.memberNames(of)}: ReadonlyMap<number, string> = new Map([${entries.join(', ')}]);`;
    });
  }

  /** The constants of delimiters. */
  delimiterText(): string[] {
    return [...this.delimiters].map(
      ([name, text]) =>
        `const ${name} = new Uint8Array([${[...text].map((c) => c.charCodeAt(0)).join(', ')}]);`,
    );
  }

  /**
   * The import declarations, names in order.
   * @param code what comes after them: a line that was left out again may have asked for a name
   */
  importText(code: string): string {
    const externs = [...this.imported]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([file, names]) => {
        const list = [...names]
          .sort()
          .map((name) => `${name} as ${externAlias({ fileName: file, exportName: name })}`);
        return `import { ${list.join(', ')} } from '${this.protocol.side === 'server' ? '..' : '.'}/${file.replace(/\.ts$/, '.js')}';`;
      });
    return [this.apiImport(code), ...externs, ...this.repliesImport()].join('\n');
  }

  /** What the client's side takes of the server's: how replies are read, and those that the proxy makes. */
  private repliesImport(): string[] {
    const { reply } = this.protocol;
    if (reply === null) return [];
    const made = reply.synths.map((synth) => camelCase(synth.name));
    const memo = made.includes('hijack') ? [this.memoName] : [];
    const facts = reply.facts.length > 0 ? [this.factsName] : [];
    const types = [...memo, ...facts].map((name) => `type ${name}`);
    const names = [...made, ...types, repliesName(reply)].sort();
    return [`import { ${names.join(', ')} } from './${reply.fileName.replace(/\.ts$/, '.js')}';`];
  }

  private apiImport(code: string): string {
    const alias = (name: string): string => (this.declared.has(name) ? `${name} as Api${name}` : name);
    const isUsed = (name: string): boolean =>
      new RegExp(`\\b${this.declared.has(name) ? 'Api' : ''}${name}\\b`).test(code);
    const names = [...new Set([...this.values, ...this.types])]
      .filter(isUsed)
      .sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1));
    const list = names.map((name) => (this.values.has(name) ? alias(name) : `type ${alias(name)}`));
    return `import { ${list.join(', ')} } from '@proto-frame/api';`;
  }

  /** `Bolt` */
  get frameName(): string {
    return pascalCase(this.protocol.frame.name);
  }

  /** The class, the constructor's argument, the request memo and the exported protocol. */
  get viewName(): string {
    return `${this.frameName}Frame`;
  }
  get initName(): string {
    return `${this.frameName}Init`;
  }
  get memoName(): string {
    // The server's side makes the error reply, and says what it needs.
    const { reply } = this.protocol;
    return `${reply === null ? this.frameName : pascalCase(reply.frame.name)}Memo`;
  }
  /** What the replies are read by of their requests; of either side. */
  get factsName(): string {
    const { reply } = this.protocol;
    return `${pascalCase((reply ?? this.protocol).frame.name)}Facts`;
  }
  /** Whether what the frames are read by is handed in beside their bytes. */
  get asks(): boolean {
    return this.protocol.side === 'server' && this.protocol.facts.length > 0;
  }
  get encodeName(): string {
    return `encode${this.frameName}`;
  }
  get exportName(): string {
    const name = camelCase(this.protocol.name);
    if (this.protocol.side === 'server') return repliesName(this.protocol);
    const clash =
      RESERVED.has(name) ||
      FUNCTIONS.has(name) ||
      API_FUNCTIONS.test(name) ||
      /(At|Text\d*)$|^(endOf|sizeOf|sizeWith|write|read|encode|splice)[A-Z]/.test(name);
    return clash ? `${name}Protocol` : name;
  }

  /** A field as a property of view and init. */
  property(field: Field | BitFieldModel | string): string {
    const name = camelCase(typeof field === 'string' ? field : field.name);
    return VIEW_MEMBERS.includes(name) || this.isFacts(name) ? `${name}_` : name;
  }

  /** A field as a local variable: never a keyword, and never the name of something else in scope. */
  local(field: Field | BitFieldModel | string, where: 'read' | 'write' = 'read'): string {
    const name = camelCase(typeof field === 'string' ? field : field.name);
    const own = where === 'read' ? READ_LOCALS : WRITE_LOCALS;
    const clash =
      RESERVED.has(name) ||
      own.has(name) ||
      this.isFacts(name) ||
      API_FUNCTIONS.test(name) ||
      FUNCTIONS.has(name) ||
      /(At|Text\d*|InHeaders\d*)$|^isLittle\d*$|^(endOf|sizeWith)[A-Z]|^p\d+$|^outer\d+$|^new(Id\d*(Part\d+)?|Timeout\d*)$/.test(
        name,
      );
    return clash ? `${name}_` : name;
  }

  /** Whether a name means here what is known of a request. */
  private isFacts(name: string): boolean {
    return name === 'facts' && this.protocol.facts.length > 0;
  }

  /** An enum's member: `CmdType.request`, or the number where it has no member. */
  enumValue(of: Enum, value: bigint): string {
    const member = of.members.find((m) => m.value === value);
    return member === undefined ? String(value) : `${pascalCase(of.name)}.${camelCase(member.name)}`;
  }

  /** Where the schema says so: `bolt.proto-frame:51:5`. */
  schemaAt(node: { readonly span: Field['span'] }): string {
    const { line, column } = node.span.file.position(node.span.start);
    const { path } = node.span.file;
    return `${path.slice(path.lastIndexOf('/') + 1)}:${line}:${column}`;
  }
}

/** `redisReplies` */
export function repliesName({ fileName }: Protocol): string {
  const file = fileName.slice(fileName.lastIndexOf('/') + 1).replace(/\.ts$/, '');
  return `${camelCase(file.replaceAll('-', '_'))}Replies`;
}

/** `hessian2Str`: an export with its module's name before it, so that it is nothing else here. */
function externAlias(of: Pick<Extern, 'fileName' | 'exportName'>): string {
  const module = camelCase(
    of.fileName
      .slice(of.fileName.lastIndexOf('/') + 1)
      .replace(/\.ts$/, '')
      .replaceAll('-', '_'),
  );
  return module === of.exportName ? `${module}Format` : `${module}${pascalCase(of.exportName)}`;
}

const KNOWN_DELIMITERS = new Map([
  ['\r\n', 'CRLF'],
  ['\n', 'LF'],
  ['\0', 'NUL'],
]);

const API_FUNCTIONS = /^(put)?[ui]?\d+(le)?$|^[ui]\d+(le)?$|^(put)?[fF](32|64)(le)?$/;
const FUNCTIONS = new Set(
  (
    'ended unended untilEnd delimiterPast prefixedEnd digitsEnd hexDigitsEnd decimal hex decimalSize hexSize putDecimal putHex putDigits putHexDigits ' +
    'decimalUntilEnd decimalLineEnd decimalPassed hexUntilEnd leb128 zigzag mqtt vlq quic ber ' +
    'match scan check kindOf expects isExclusive isHeartbeat isGoaway idOf setId timeoutOf setTimeout wireStatusOf toCanonical toWire serviceOf methodOf groupOf versionOf headerOf ' +
    'readHeaders bodyStart bodyEnd reencode encode remember heartbeat heartbeatAck goaway hijack keys marks names byteNames values readUtf8 readLatin1 ' +
    'utf8Length writeUtf8 writeLatin1 equalsText equalsKey nonAscii fitsBelow adler32Plus internetPlus internetZero requireInteger ' +
    'requireBigInteger requirePresent verify findHeader knownHeader frameBytes copyBytes requestId64 requestId64le putRequestId64 putRequestId64le exactId joinId idPart textId uuidId textIdSize putTextId putUuidId identified entriesWithSize hasEntry headersWithSize headersWithout wholeNumber rewritten lengthened beginsWith endsWith lowerCase upperCase whichInAnyCase whichOf whichText wordStart wordEnd utf8Bytes defineProtocol Match FrameKind DecodeError EncodeError'
  )
    .split(' ')
    .concat(Object.keys(CHECKSUMS).flatMap((name) => [camelCase(name), `${camelCase(name)}Delta`])),
);

/** `REQUEST_ID`: a name as those of constants are. */
function upperCase(name: string): string {
  return camelCase(name)
    .replace(/[A-Z]/g, (c) => `_${c}`)
    .toUpperCase();
}

/** A doc comment of schema text and more, safe to print; '' if there is nothing to say. */
export function docOf(...paragraphs: string[]): string {
  return paragraphs
    .filter((p) => p !== '')
    .join('\n\n')
    .replaceAll('*/', '* /');
}

/** The doc comments of a field: what the schema says of it, and why it is no longer to be used. */
export function fieldDocs(field: Field | BitFieldModel): string[] {
  const why = field.member === 'field' ? field.deprecated : undefined;
  const text = docOf(field.doc, why === undefined ? '' : `@deprecated ${why}`);
  return text === '' ? [] : [text];
}

/** A JavaScript string literal. */
export function quote(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
