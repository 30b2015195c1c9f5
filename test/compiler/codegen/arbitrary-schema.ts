import fc from 'fast-check';
import { CHECKSUMS, type ChecksumName } from '../../../compiler/model/checksum-algorithms.js';
import { Random } from './random.js';

/** A random schema text, mostly valid; a schema is known by its seed. */
export const arbitrarySchema: fc.Arbitrary<string> = fc.nat().map(schemaText);

/** The schema text of a seed: always the same one. */
export function schemaText(seed: number): string {
  return new SchemaWriter(new Random(seed)).protocol();
}

const WIDTHS = [8, 8, 8, 16, 16, 24, 32, 32, 40, 48, 56, 64];
const TEXTS = ['text', 'text utf8', 'text ascii', 'text latin1'];
const VARINTS = ['leb128', 'zigzag', 'mqtt', 'vlq', 'quic', 'ber'];
/** As schema text, with their length; the last begin again within themselves. */
const DELIMITERS: readonly (readonly [string, number])[] = [
  ['\\r\\n', 2],
  ['\\n', 1],
  [',', 1],
  ['; ', 2],
  ['\\x00', 1],
  [';;,', 3],
  ['||', 2],
];
/** Lengths of varying width before texts and bytes, with the bytes that each takes at least; those with a sign have a null. */
const LENGTHS: readonly (readonly [string, number])[] = [
  ['varint(leb128)', 1],
  ['varint(quic)', 1],
  ['varint(mqtt)', 1],
  ['varint(vlq)', 1],
  ['varint(ber)', 1],
  ['dec(u16) until ":"', 2],
  ['hex(u16) until "\\r\\n"', 3],
  ['dec(u16) size 3', 3],
];
const SIGNED_LENGTHS: readonly (readonly [string, number])[] = [
  ['varint(zigzag)', 1],
  ['dec(i32) until ":"', 2],
];
const MOST = 2 ** 53 - 1;

/** A number or boolean that stands before the place where an expression is written. */
interface Seen {
  readonly name: string;
  readonly kind: 'int' | 'bool' | 'enum' | 'flags';
  readonly low: number;
  readonly high: number;
  readonly members: readonly string[];
  /** The block a length stands in, which an encoder computes last; null for other fields. */
  readonly arm: Open | null;
}

/** The code of a size or count, and the least it can be. */
interface Extent {
  readonly text: string;
  readonly min: number;
}

/** Members being written: lines and inner blocks, with what is known of their size. */
interface Open {
  readonly lines: (string | Open)[];
  readonly head: string;
  readonly tail: string;
  readonly parent: Open | null;
  /** Whether a length may stand in the parent instead: not across an arm. */
  readonly isArm: boolean;
  min: number;
  varies: boolean;
}

interface Place {
  readonly open: Open;
  readonly seen: Seen[];
  readonly depth: number;
  readonly inWindow: boolean;
  readonly inStruct: boolean;
}

/** A number that is no plain integer: its type, what follows the type, and its bounds. */
interface Formed {
  readonly type: string;
  readonly extent: string;
  readonly min: number;
  readonly varies: boolean;
  readonly low: number;
  readonly high: number;
}

interface StructType {
  readonly name: string;
  readonly params: readonly Param[];
  /** The least bytes that it takes with any arguments, and that it takes with those that make it larger. */
  readonly min: number;
  readonly most: number;
  readonly varies: boolean;
}

/** A parameter of a struct; a size may hang on it. */
interface Param {
  readonly kind: 'int' | 'bool';
  readonly isSize: boolean;
}

interface EnumType {
  readonly name: string;
  readonly bits: number;
  readonly open: boolean;
  readonly flags: boolean;
  readonly members: readonly { readonly name: string; readonly value: number }[];
}

/** A request's id. */
interface Id {
  readonly kind: 'int' | 'text' | 'composed';
  /** What the role says it is. */
  readonly role: string;
  /** The field's type, with its range or extent. */
  readonly text: string;
  /** The type of the field of the lower bits, of one that is composed. */
  readonly low?: string;
  readonly min: number;
  readonly varies: boolean;
}

/** What a frame shall have; `asked` are conditions over the request it answers. */
interface FramePlan {
  readonly name: string;
  readonly side: 'both' | 'client' | 'server';
  readonly id: Id | null;
  readonly record: RecordFormat | null;
  readonly asked: readonly string[];
}

/** A format of records in schemas/std, and its lowest tag. */
interface RecordFormat {
  readonly file: string;
  readonly name: string;
  readonly least: number;
}

const RECORDS: readonly RecordFormat[] = [
  { file: 'jce', name: 'struct', least: 0 },
  { file: 'protobuf', name: 'message', least: 1 },
];

/** Three kinds that frames of a side may have; the first is an answerable or answering one. */
const KINDS = {
  both: ['request', 'response', 'push'],
  client: ['request', 'oneway', 'control'],
  server: ['response', 'response', 'push'],
} as const;

/** Writes one schema with the constructs the compiler builds. Draws are biased to what is hard: lengths that depend on lengths. */
class SchemaWriter {
  private count = 0;
  private readonly enums: EnumType[] = [];
  private readonly structs: StructType[] = [];
  private readonly texts: string[] = [];
  private readonly optionalTexts: string[] = [];
  private readonly optionalInts: string[] = [];
  /** Conditions about what is found in lists. */
  private readonly asksFound: string[] = [];
  /** Numbers that stand in every arm of a variant. */
  private readonly everyArm: string[] = [];
  /** Members of the frame itself by name, for checksums. */
  private readonly topNames: string[] = [];
  /** The structs of the headers, if there are any. */
  private readonly pairs: string[] = [];
  /** Conditions over the request that the frame being written may ask. */
  private asked: readonly string[] = [];
  private hasStatus = false;
  private hasSums = false;
  /** Whether the headers of the frame end with a delimiter and may say a size. */
  private isSaying = false;
  /** Whether a length of varying width stands somewhere in the frame, and whether an alignment does. */
  private growing = false;
  private aligned = false;

  constructor(private readonly r: Random) {}

  protocol(): string {
    const { r } = this;
    const declarations: string[] = [];
    for (let n = r.below(4); n > 0; n--) declarations.push(this.enumeration());
    for (let n = r.below(4); n > 0; n--)
      declarations.push(r.chance(0.25) ? this.recursiveStruct() : this.struct());
    const id = r.chance(0.9) ? this.idType() : null;
    const record = r.chance(0.25) ? r.pick(RECORDS) : null;
    const frames: string[] = [];
    let remembered: string[] = [];
    if (r.chance(0.65))
      frames.push(...this.frame({ name: 'Frame', side: 'both', id, record, asked: [] }).lines);
    else {
      const call = this.frame({ name: 'Call', side: 'client', id, record, asked: [] });
      const known = r.chance(0.6) ? call.known.filter((s) => s.kind !== 'flags') : [];
      const facts = Array.from({ length: known.length === 0 ? 0 : 1 + r.below(3) }, () => r.pick(known));
      const text = known.length > 0 && this.texts.length > 0 && r.chance(0.3) ? r.pick(this.texts) : null;
      remembered = [...new Set([...facts.map((s) => s.name), ...(text === null ? [] : [text])])];
      const asked = [...new Set(facts.map((s) => this.comparison({ ...s, name: `req.${s.name}` })))];
      if (text !== null) asked.push(`req.${text} == "ab"`);
      const record2 = r.chance(0.5) ? record : null;
      const answer = this.frame({ name: 'Answer', side: 'server', id, record: record2, asked });
      frames.push(...call.lines, ...answer.lines);
    }
    const correlate = [
      id === null ? r.pick(['fifo', 'none']) : 'id',
      ...(id?.varies === true ? ['spliced'] : []),
      ...(remembered.length > 0 ? [`remember(${remembered.join(', ')})`] : []),
    ];
    const reserve = id !== null && r.chance(0.2) ? r.pick(['0', '0..3', '5, 90..120']) : null;
    return [
      ...(record === null ? [] : [`use "./std/${record.file}.proto-frame" as ${record.file};`]),
      'protocol random {',
      '  const CRLF = "\\r\\n";',
      `  endian ${r.pick(['big', 'little'])};`,
      ...(id === null ? ['  pool pingpong;'] : []),
      ...(correlate.join() === 'id' ? [] : [`  correlate ${correlate.join(', ')};`]),
      ...(reserve === null ? [] : [`  reserve ${reserve};`]),
      `  limits { frame = ${r.pick(['64KiB', '1MiB', '16MiB'])}; headers = ${r.pick([4, 100])};${r.chance(0.2) ? ' header_bytes = 64;' : ''} depth = ${r.pick([3, 4, 6])}; line = ${r.pick([30, 80, 4096])}; }`,
      ...declarations,
      ...this.pairs,
      ...(this.hasSums ? ['  extern fn fnv(bytes: bytes) => u32 from "./sums.ts";'] : []),
      ...frames,
      ...(this.hasStatus ? ['  status { 0 <=> OK; 2 <=> TIMEOUT; 3 <= _; }'] : []),
      '  synth hijack none;',
      '}',
      '',
    ].join('\n');
  }

  private idType(): Id {
    const { r } = this;
    const form = r.below(100);
    if (form < 12) return this.textId();
    if (form < 24) {
      const text = `varint(${r.pick(VARINTS)})`;
      return { kind: 'int', role: 'id', text, min: 1, varies: true };
    }
    const isComposed = form < 34;
    const type = isComposed || r.chance(0.8) ? `u${r.pick(WIDTHS)}` : `i${r.pick([16, 32, 64])}`;
    const bits = Number(type.slice(1));
    const text = `${type}${this.endian(bits)}`;
    const common = { min: bits / 8, varies: false } as const;
    if (isComposed) {
      const low = r.pick([8, 16, 24, 40, 64]);
      return {
        ...common,
        kind: 'composed',
        role: 'concat(idLow, id)',
        text,
        low: `u${low}${this.endian(low)}`,
      };
    }
    const range = r.chance(0.15) ? ` in ${r.below(3)}..${100 + r.below(27)}` : '';
    return { ...common, kind: 'int', role: 'id', text: `${text}${range}` };
  }

  private textId(): Id {
    const { r } = this;
    const [delimiter, size] = r.pick(DELIMITERS);
    const width = 1 + r.below(20);
    const role = r.pick(['id', 'hex(id)']);
    const [as, text, min, varies] = r.pick([
      ['uuid(id)', 'text ascii size 36', 36, false],
      [role, `text ${r.pick(['ascii', 'latin1'])} size ${width}`, width, false],
      [role, this.idLength(), 1, true],
      [role, `text latin1 until "${delimiter}" max ${17 + r.below(30)}`, size, true],
    ] as const);
    return { kind: 'text', role: as, text, min, varies };
  }

  /** A text with its length before it, which varies in width every other time. */
  private idLength(): string {
    return this.count % 2 === 0 ? 'pstr(u8)' : 'pstr(varint(leb128))';
  }

  /** A frame and its semantics, and the fields that replies to it may know. */
  private frame({ name, side, id, record, asked }: FramePlan): {
    lines: string[];
    known: readonly Seen[];
  } {
    const { r } = this;
    this.growing = false;
    this.aligned = false;
    this.asked = asked;
    for (const list of [
      this.texts,
      this.optionalTexts,
      this.optionalInts,
      this.everyArm,
      this.topNames,
      this.asksFound,
    ])
      list.length = 0;
    const from = side === 'both' ? '' : ` from ${side}`;
    const open = newOpen(`  frame ${name}${from} {`, '  }', null, false);
    const place: Place = { open, seen: [], depth: 0, inWindow: false, inStruct: false };

    // What a proxy needs of a frame stands at random places between the other members.
    const special: (() => void)[] = [];
    const asks = (): void =>
      this.line(place, 'isAsk', `isAsk : bool(u8);`, 1, { kind: 'bool', low: 0, high: 1 });
    const putId = (p: Place): void => {
      p.open.varies ||= id!.varies;
      const seen = id!.kind === 'int' && r.chance(0.05) ? ({ kind: 'int', high: 100 } as const) : undefined;
      this.line(p, 'id', `id : ${id!.text};`, id!.min, seen);
    };
    let headers = r.chance(0.5);
    let body = r.chance(0.6);
    const idInWindow = r.chance(0.15);
    special.push(asks);
    const inRecord = { headers: false, body: false };
    if (record !== null) {
      inRecord.headers = headers && r.chance(0.4);
      inRecord.body = body && r.chance(0.4);
      special.push(() => this.window(place, null, (p) => this.record(p, record, inRecord)));
    }
    if (id?.low !== undefined) special.push(() => this.line(place, 'idLow', `idLow : ${id.low};`, 1));
    if (id !== null)
      special.push(idInWindow ? () => this.window(place, (p) => putId(p)) : () => putId(place));
    const hasHeaders = headers;
    const hasBody = body;
    headers &&= !inRecord.headers;
    body &&= !inRecord.body;
    if (headers && body && r.chance(0.2)) {
      special.push(() =>
        this.window(
          place,
          (p) => this.headers(p, r.pick(['size'])),
          (p) => this.body(p),
        ),
      );
      headers = body = false;
    }
    if (headers)
      special.push(() =>
        this.count % 4 === 1
          ? this.codedWindow(place, true)
          : r.chance(0.6)
            ? this.window(place, null, (p) => this.headers(p, 'rest'))
            : r.chance(0.04)
              ? this.arms(place, (p) => this.headers(p, 'size'))
              : this.headers(place, 'size'),
      );
    if (body)
      special.push(() => (r.chance(0.3) ? this.window(place, null, (p) => this.body(p)) : this.body(place)));
    r.shuffle(special);
    if (r.chance(0.5)) this.line(place, 'magic', `magic : u8 = ${r.below(256)};`, 1);
    while (special.length > 0) {
      for (let n = r.below(3); n > 0; n--) this.member(place);
      special.shift()!();
    }
    for (let n = r.below(3); n > 0; n--) this.member(place);
    for (let n = r.pick([0, 0, 0, 1, 2, 3]); n > 0; n--) {
      this.checksum(place);
      if (r.chance(0.3)) this.member(place);
    }
    // By what has been drawn already: schemas without it stay those of their seeds.
    if (this.count % 6 === 0 && asked.length === 0) this.inChosenOrder(place);
    else if (this.count % 6 === 1) this.peeked(place);
    else if (this.count % 6 === 2) this.decidingLength(place);
    else if (this.count % 6 === 3) this.lengthsOfArms(place);
    else if (this.count % 6 === 4) this.words(place);
    else if (this.count % 6 === 5) this.decidingWindow(place);
    if (this.isSaying) this.sizeInHeaders(place);
    if (this.count % 5 === 1) this.checksumsAhead(place);
    if (this.count % 7 === 2)
      if (r.chance(0.3)) this.arms(place, (p) => this.searched(p));
      else this.searched(place);
    const apart = !hasHeaders && !hasBody && this.count % 2 === 0 ? this.rolesApart(place) : [];

    const [asking, telling] =
      side === 'server' ? ['push', 'response'] : ['request', side === 'client' ? 'oneway' : 'response'];
    const kind = r.pick([
      `match (isAsk) { true => ${asking}, false => ${telling} }`,
      side === 'both'
        ? 'match (isAsk) { true => oneway, false => response }'
        : `match (isAsk) { true => control, false => ${side === 'client' ? 'request' : 'response'} }`,
      ...this.kinds(place, side),
    ]);
    // Only a response has a request that could be asked.
    const whole = asked.length > 0 && r.chance(0.9);
    const roles = [`kind = ${whole ? 'response' : kind};`, ...(id !== null ? [`id = ${id.role};`] : [])];
    if (hasHeaders) roles.push('headers = headers;');
    if (hasBody) roles.push('body = body;');
    roles.push(...apart);
    const holds = (): string =>
      this.asksFound.length > 0 && r.chance(0.8) ? r.pick(this.asksFound) : this.condition(place);
    if (r.chance(0.4)) roles.push(`heartbeat when ${holds()};`);
    if (r.chance(0.3)) roles.push(`goaway when ${holds()};`);
    if (r.chance(0.4)) {
      const fromArm = this.optionalInts.length > 0 && r.chance(0.5);
      const byte = hasBody && r.chance(0.2) ? `body[${r.below(4)}] ?? ` : '';
      const first = fromArm ? `${r.pick(this.optionalInts)} ?? ` : byte;
      const everywhere = this.everyArm.length > 0 && r.chance(0.6) ? r.pick(this.everyArm) : null;
      roles.push(`timeout = ${everywhere ?? `${first}${this.intExpression(place)}`};`);
    }
    const missing = [...this.optionalTexts, ...(hasHeaders ? ['headers["service"]', 'headers["m"]'] : [])];
    for (const role of ['service', 'method', 'group', 'version'])
      if (r.chance(0.6)) {
        const first = missing.length > 0 && r.chance(0.6) ? `${r.pick(missing)} ?? ` : '';
        const text = r.pick([...missing, ...this.texts, '"fixed"']);
        const part = r.chance(0.2)
          ? `${r.pick(['before', 'after'])}(${text}, ${r.pick(['":"', '"ab"'])}) ?? `
          : '';
        const number = r.chance(0.2) ? this.intExpression(place) : null;
        roles.push(`${role} = ${number ?? `${first}${part}${text}`};`);
      }
    if (side !== 'client' && r.chance(0.2)) {
      this.hasStatus = true;
      this.line(place, 'code', `code : u${r.pick([8, 16, 32])};`, 1);
      roles.push('status = code;');
    }
    const lines = [
      ...render(open, '  '),
      `  semantics${side === 'both' ? '' : ` ${name}`} {`,
      ...roles.map((role) => `    ${role}`),
      '  }',
    ];
    return { lines, known: place.seen.filter((s) => s.arm === null && s.name !== 'id') };
  }

  /** A record by tags, with headers and body in it if wanted. */
  private record(
    place: Place,
    { file, name, least }: RecordFormat,
    wants: { headers: boolean; body: boolean },
  ): void {
    const { r } = this;
    const wanted = [...(wants.headers ? ['headers : map'] : []), ...(wants.body ? ['body : bytes'] : [])];
    const entries = (depth: number, own: string[]): string[] => {
      let tag = least - 1;
      for (let n = 1 + r.below(4); n > 0; n--) own.push('');
      r.shuffle(own);
      return own.map((given) => {
        tag += 1 + r.pick([0, 0, 1, 14]);
        if (given !== '') return `${tag} ${given};`;
        if (depth < 3 && r.chance(0.15))
          return `${tag} ${this.fresh('rec')} { ${entries(depth + 1, []).join(' ')} }`;
        const entry = this.fresh('y');
        const open = this.enums.filter((e) => e.open).map((e) => e.name);
        const type = r.pick(['int', 'int', 'int64', 'text', 'text', 'bytes', 'map', ...open]);
        if (type === 'text') this.optionalTexts.push(entry);
        if (type === 'int') this.optionalInts.push(entry);
        return `${tag} ${entry} : ${type}${type === 'int' && r.chance(0.3) ? ` default ${r.below(99)}` : ''};`;
      });
    };
    place.open.varies = true;
    place.open.lines.push(`record ${file}.${name} { ${entries(0, wanted).join(' ')} }`);
  }

  /** A byte order for what follows in a block: of a frame, an arm, a window or a struct. */
  private chooseOrder(place: Place): void {
    if (hasOrder(place.open)) return;
    const known = place.seen.findLast((s) => s.kind === 'bool' && s.arm === null)?.name;
    const order = this.fresh('order');
    if (known === undefined) this.line(place, order, `${order} : u8;`, 1);
    const condition = known ?? `(${order} & 1) != 0`;
    place.open.lines.push(`endian ${this.count % 2 === 0 ? 'little' : 'big'} if ${condition};`);
  }

  /** Integers, and a window and arms with some, in a byte order that the frame says. */
  private inChosenOrder(place: Place): void {
    if (hasOrder(place.open)) return;
    const { r } = this;
    const order = this.fresh('order');
    const [size, tail, part] = [this.fresh('n'), this.fresh('w'), this.fresh('n')];
    const condition = r.pick([`${order} == 0x6c`, 'isAsk', `isAsk and (${order} & 1) != 0`, `not isAsk`]);
    const inner = `${part} : i32; if (isAsk) { ${part}b : u64; } else { ${part}c : u16 in 3..500; }`;
    for (const line of [
      `${order} : u8;`,
      `endian ${r.pick(['little', 'big'])} if ${condition};`,
      `${this.fresh('n')} : ${r.pick(['u16', 'i24', 'u32', 'i64', 'u48', 'u32le', 'bool(u16)'])};`,
      `${size} : ${r.pick(['u16', 'u24', 'u32', 'i64'])} in 12..40;`,
      `within (${size}) { ${inner} ${tail} : bytes rest; }`,
      `bits u16 { ${this.fresh('x')} : 5; ${this.fresh('x')} : 1; ${this.fresh('x')} : 10; }`,
      `${this.fresh('g')} : ${r.pick(['f32', 'f64', 'f32le'])};`,
      `if (isAsk) { ${this.fresh('g')} : f64; bits u32 { ${this.fresh('x')} : 31; ${this.fresh('x')} : 1; } }`,
      ...(r.chance(0.6)
        ? [
            `${this.fresh('sum')} : u${r.pick(['32 checksum crc32', '16 checksum internet'])} over ${order}..${size};`,
          ]
        : []),
    ])
      this.line(place, '', line, 1);
  }

  /** Headers and bodies that are other fields in other arms, and the roles that name them. */
  private rolesApart(place: Place): string[] {
    const { r } = this;
    const pair = `Pair${++this.count}`;
    const names = { headers: new Set<string>(), body: new Set<string>() };
    const put = (p: Place, name: string, role: 'headers' | 'body'): void => {
      names[role].add(name);
      const size = `${p.depth > 0 ? '' : 'outer'}${this.fresh('len')}`;
      p.open.varies = true;
      if (role === 'headers')
        p.open.lines.push(`${size} : u${r.pick([16, 32])};`, `${name} : map of ${pair} size ${size};`);
      else if (r.chance(0.3)) p.open.lines.push(`${name} : pbytes(u16);`);
      else if (r.chance(0.4))
        p.open.lines.push(
          `${size} : u16 in 4..9000;`,
          `within (${size}) { ${this.fresh('n')} : u32; ${name} : bytes rest; }`,
        );
      else p.open.lines.push(`${size} : varint(leb128) in 0..3000;`, `${name} : bytes size ${size};`);
    };
    const [sameHeaders, sameBody] = [r.chance(0.3), r.chance(0.3)];
    const inArm = (p: Place, k: number): void => {
      if (r.chance(0.7)) put(p, sameHeaders ? 'heads' : `heads${k}`, 'headers');
      for (let n = r.below(2); n > 0; n--) this.member(p);
      if (r.chance(0.7)) put(p, sameBody ? 'content' : `content${k}`, 'body');
    };
    const form = r.below(3);
    if (form === 1) put(place, 'heads', 'headers');
    const isApart = form === 2;
    const arms = (each: (p: Place, k: number) => void): void => {
      const on = this.fresh('on');
      this.line(place, on, `${on} : u8 in 0..3;`, 1);
      const outer = newOpen(`variant (${on}) {`, '}', place.open, true);
      for (const k of [0, 1, 2]) {
        const arm = newOpen(`${k === 2 ? '_' : k} => {`, '}', place.open, true);
        each({ ...place, open: arm, seen: [...place.seen], depth: place.depth + 1 }, k);
        outer.lines.push(arm);
      }
      this.join(place, outer, outer.lines as Open[]);
    };
    if (isApart) {
      arms((p, k) => (k < 2 ? put(p, `heads${k}`, 'headers') : this.bool(p)));
      this.member(place);
      arms((p, k) => (k > 0 ? put(p, `content${k}`, 'body') : this.bool(p)));
    } else if (form === 1) arms((p, k) => put(p, sameBody ? 'content' : `content${k}`, 'body'));
    else arms(inArm);
    for (let n = r.below(3); n > 0; n--) this.member(place);
    if (names.headers.size > 0) {
      const prefix = r.pick(['u8', 'u16', 'i32']);
      this.pairs.push(`  struct ${pair} { key : pstr(${prefix}); value : pstr(${prefix}); }`);
    }
    const own = [...names.headers][0];
    if (own !== undefined && r.chance(0.5)) this.optionalTexts.push(`${own}["service"]`);
    return (['headers', 'body'] as const).flatMap((role) =>
      names[role].size === 0 ? [] : [`${role} = ${[...names[role]].join(' ?? ')};`],
    );
  }

  /** What is chosen by what stands next, and is that itself. */
  private peeked(place: Place): void {
    const { r } = this;
    const bits = r.pick([8, 8, 16, 24, 32]);
    const type = `u${bits}${this.endian(bits)}`;
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((stem) => this.fresh(stem)) as [
      string,
      string,
      string,
      string,
    ];
    const low = 1 + r.below(50);
    const arms = [
      `${low} => { ${a} : ${type} = ${low}; ${a}x : pstr(u8); }`,
      `${low + 1}..${low + 9} => { ${b} : ${type} in ${low + 1}..${low + 9}; }`,
      `100..140 => { ${c} : ${type} in 100..140; ${c}x : bytes size ${c} - 100; }`,
    ].filter(() => r.chance(0.8));
    const rest = r.pick([
      `${d} : ${type};`,
      `${d} : text latin1 size ${bits / 8};`,
      `${d} : u${bits + 8}; ${d}x : varint(leb128);`,
    ]);
    const mark = 1 + r.below(200);
    const lines = [
      `variant (peek(${type})) { ${arms.join(' ')} _ => { ${rest} } }`,
      `if (peek(u8) == ${mark}) { ${a}m : u8 = ${mark}; ${a}n : u16; }${r.chance(0.5) ? ` else { ${a}o : bytes size 2; }` : ''}`,
      `if (peek(u16) < 300) { ${b}m : u16 in 0..299; }`,
      `let ${c}first = peek(u8); assert ${c}first != ${mark}; if (${c}first > 77) { ${c}m : u8; ${c}n : pstr(u8); }`,
    ].filter(() => r.chance(0.6));
    place.open.varies = true;
    for (const line of lines) this.line(place, '', line, leastOf(line));
    if (lines.length > 0) this.line(place, '', `${d}end : u16;`, 2);
  }

  /** Bytes or a text of the size that the headers say. */
  private sizeInHeaders(place: Place): void {
    const { r } = this;
    this.isSaying = false;
    const h = this.fresh('h');
    const size = `size headers["${h}"]`;
    const max = r.chance(0.5) ? ' max 2KiB' : '';
    place.open.varies = true;
    const line = r.pick([
      `${h}d : bytes ${size} ?? ${r.below(4)}${max};`,
      `${h}t : text ${size}${max};`,
      `if (has(headers["${h}"])) { ${h}d : bytes ${size}${max}; } else { ${h}e : pstr(u8); }`,
      `if (headers["${h}"] == null) { ${h}n : u16; } else { ${h}d : text latin1 ${size}${max}; ${h}m : u8; }`,
    ]);
    this.line(place, '', line, 0);
  }

  /** A list of structs in which roles look for one by its first field. */
  private searched(place: Place): void {
    const { r } = this;
    const [list, struct] = [this.fresh('f'), `Found${++this.count}`];
    const [key, wanted] = r.pick([
      ['key : u8 in 0..3;', '1'],
      ['key : varint(leb128) in 0..2;', '2'],
      ['key : u64;', '0'],
      ['key : bool(u8);', 'true'],
      ['key : pstr(u8);', '""'],
      ['bits u8 { key : 1; others : 7; }', 'true'],
      ['bits u16le { key : 2; others : 14; }', '3'],
    ]);
    const more = r.pick(['', 'if (number > 99) { more : u16; name : pstr(u8); } else { name : pstr(u16); }']);
    const name = more === '' ? r.pick(['name : pstr(u8);', 'name : pstr(i16) nullable;']) : '';
    this.pairs.push(`  struct ${struct} { ${key} number : u8; ${name} ${more} data : pbytes(u8); }`);
    this.line(place, `${list}_n`, `${list}_n : u8 in 0..9;`, 1);
    this.line(place, list, `${list} : list of ${struct} count ${list}_n max 9;`, 0);
    place.open.varies = true;
    const found = `${list}.find(${wanted})`;
    const number = `${found}.${more === '' ? 'number' : r.pick(['number', 'more'])}`;
    for (let n = 3; n > 0; n--) this.optionalTexts.push(`${found}.name`);
    this.optionalInts.push(number, number);
    this.asksFound.push(`has(${found})`, `starts_with(${found}.data, "\\x00")`, `${found}.data == ""`);
  }

  /** Texts and bytes that choose by the words they are, or by parts of them. */
  private words(place: Place): void {
    const { r } = this;
    const w = this.fresh('w');
    const type = r.pick([
      'text ascii until " " max 12',
      'text latin1 until CRLF max 20',
      'pstr(u8)',
      'cstr max 16',
      'text size 3',
      'bytes size 3',
      'bytes until "\\0" max 9',
      'pbytes(u16)',
    ]);
    const isText = !/bytes/.test(type);
    const isHigh = !/ascii|cstr/.test(type) && r.chance(0.3);
    const asked = !isText
      ? w
      : r.pick([
          w,
          w,
          `lower(${w})`,
          ...(/until " "|size 3/.test(type) ? [] : [`word(${w}, ${r.below(2)})`]),
        ]);
    const named = ['"put"', '"get" | "ask"', isHigh ? '"t\\xe9e"' : '"the"', '"xyz"'].slice(
      0,
      1 + r.below(4),
    );
    const both = r.chance(0.2) ? `${w}t` : null;
    const bodies = [`${w}a : u8;`, `${w}b : pstr(u8);`, `${w}c : varint(leb128);`, `${w}d : bytes size 2;`];
    const arms = named.map(
      (words, i) => `${both === null ? words : `(${words}, ${i})`} => { ${bodies[i]!} }`,
    );
    if (both !== null || r.chance(0.6)) arms.push(`_ => { ${r.pick(['', `${w}e : u16;`])} }`);
    const tests = [`${asked} == "put"`, `${asked} != "get"`];
    if (isText) tests.push(`starts_with(${w}, "t") and not ends_with(${w}, "e")`, `upper(${w}) == "GET"`);
    const lines = [
      `${w} : ${type};`,
      ...(both === null ? [] : [`${both} : u8 in 0..4;`]),
      `variant (${both === null ? asked : `${asked}, ${both}`}) { ${arms.join(' ')} }`,
      ...(r.chance(0.6) ? [`if (${r.pick(tests)}) { ${w}f : u8; } else { ${w}g : pstr(u8); }`] : []),
    ];
    place.open.varies = true;
    for (const line of lines) this.line(place, '', line, leastOf(line));
  }

  /** Lengths that decide what there is besides what they measure, before it and behind. */
  private decidingLength(place: Place): void {
    const { r } = this;
    const n = this.fresh('n');
    const [type, unit] = r.pick([
      ['u8', 1],
      ['u16', 1],
      ['i16', 1],
      ['u32', 2],
      ['varint(leb128)', 1],
      ['varint(quic)', 2],
      ['dec(u16) size 3', 1],
      ['dec(u32) until CRLF', 1],
    ] as const);
    const data = r.pick([
      `bytes size ${n} * ${unit}`,
      `text latin1 size ${n}`,
      `text size ${n}`,
      `list of u16 count ${n}`,
      `bytes size ${n}${type === 'i16' ? ' nullable' : ` - 1`}`,
    ]);
    const least = data.endsWith('- 1') ? 1 : data.endsWith('nullable') ? -1 : 0;
    const lines = [
      `${n} : ${type} in ${least}..200;`,
      ...(r.chance(0.5) ? [`if (${n} > ${1 + r.below(6)}) { ${n}a : u16; }`] : []),
      `${n}d : ${data};`,
      r.pick([
        `if (${n} > ${1 + r.below(4)}) { ${n}b : u8; } else { ${n}c : pstr(u8); }`,
        `variant (${n}) { 2..4 => { ${n}b : u32; } 6 | 8 => { ${n}c : pstr(u8); } _ => { } }`,
        `assert ${n} != 4; if (${n} == 2) { ${n}b : u24; }`,
      ]),
    ];
    place.open.varies = true;
    for (const line of lines) this.line(place, '', line, leastOf(line));
  }

  /** A length of a window that decides what there is before and behind it. */
  private decidingWindow(place: Place): void {
    const { r } = this;
    const [n, w] = [this.fresh('n'), this.fresh('w')];
    const type = r.pick(['u8', 'u16', 'i24', 'varint(leb128)', 'dec(u16) size 3', 'dec(u16) until CRLF']);
    const inside = [
      `${w}a : pstr(u8);`,
      `${w}b : u8; if (${w}b > 100) { ${w}c : u16; } else { ${w}d : cstr max 9; }`,
      `${w}e : u8; ${w}f : bytes size ${w}e;`,
      `${w}g : varint(leb128);`,
    ].filter(() => r.chance(0.5));
    const lines = [
      `${n} : ${type} in 4..120;`,
      ...(r.chance(0.5) ? [`if (${n} > ${5 + r.below(20)}) { ${n}a : u16; }`] : []),
      `within (${n}${r.pick(['', ' - 1', ' * 2'])}) { ${inside.join(' ')} ${w} : bytes rest; }`,
      r.pick([
        `if (${n} > ${5 + r.below(20)}) { ${n}b : u8; } else { ${n}c : pstr(u8); }`,
        `variant (${n}) { 4..9 => { ${n}b : u32; } 20 | 21 => { ${n}c : pstr(u8); } _ => { } }`,
        `assert ${n} != 9; ${n}d : u16 = ${n} + 3;`,
      ]),
    ];
    place.open.varies = true;
    for (const line of lines) this.line(place, '', line, 0);
  }

  /** Lengths that stand before the arms that use them, and lengths in groups of bits. */
  private lengthsOfArms(place: Place): void {
    const { r } = this;
    const [n, w, x] = [this.fresh('n'), this.fresh('w'), this.fresh('x')];
    const type = r.pick(['u8', 'u16', 'i24', 'varint(leb128)', 'dec(u16) size 3', 'dec(u16) until CRLF']);
    const isWhole = r.chance(0.3);
    const fallback = isWhole ? '' : r.pick([' default 0', ' default 77', '']);
    const [wide, high] = r.pick([
      [8, 200],
      [11, 1500],
      [27, 5000],
    ] as const);
    const total = wide === 8 ? 16 : wide === 11 ? 24 : 32;
    const [low, on] = [r.below(3), this.fresh('on')];
    const measured = (name: string): string =>
      r.pick([
        `${name} : bytes size ${n};`,
        `${name} : text latin1 size ${n};`,
        `${name} : list of u16 count ${n};`,
        `${name} : bytes size ${n} * 2;`,
        `within (${n} + 3) { ${name}n : u24; ${name} : bytes rest; }`,
      ]);
    const lines = [
      `${n} : ${type} in 0..200${fallback};`,
      `bits u${total}${this.endian(total)} { ${x}a : ${total - wide - 1}; ${x} : ${wide} in ${low}..${high}; ${x}b : 1; }`,
      ...(r.chance(0.4)
        ? [`${w} : i16 in -1..300 default -1; if (${w} >= 0) { ${w}d : bytes size ${w}; }`]
        : []),
      `${on} : u8 in 0..3;`,
      r.pick([
        `within (${x}) { ${x}d : bytes size ${low}; ${x}e : bytes rest; }`,
        `${x}d : bytes size ${x} - ${low};`,
        `if (${on} == 1) { ${x}d : bytes size ${x}; }`,
      ]),
      isWhole
        ? `if (${on} > 1) { ${measured(`${n}a`)} } else { ${measured(`${n}b`)} }`
        : r.pick([
            `if (${on} > 1) { ${measured(`${n}a`)} }`,
            `variant (${on}) { 0 => { ${measured(`${n}a`)} } 1 => { ${measured(`${n}b`)} } _ => { ${n}c : u16; } }`,
          ]),
    ];
    place.open.varies = true;
    for (const line of lines) this.line(place, '', line, leastOf(line));
  }

  private kinds(place: Place, side: FramePlan['side']): string[] {
    const closed = this.enums.filter((e) => !e.open).map((e) => e.members[0]!.name);
    const of = place.seen.find(
      (s) => s.kind === 'enum' && s.members.length > 1 && closed.includes(s.members[0]!),
    );
    const [a, b, c] = KINDS[side];
    return of === undefined
      ? []
      : [
          `match (${of.name}, isAsk) { (${of.members[0]!}, true) => ${a}, (_, false) => ${b}, (${of.members.slice(1).join(' | ')}, true) => ${c} }`,
        ];
  }

  // Declarations

  private enumeration(): string {
    const { r } = this;
    const name = `Kind${++this.count}`;
    const flags = r.chance(0.25);
    const open = !flags && r.chance(0.4);
    const bits = r.pick([8, 8, 16, 32]);
    const values = flags ? [1, 2, 4, 128] : r.chance(0.5) ? [0, 1, 2, 3] : [0, 1, 5, r.pick([40, 100, 255])];
    const members = values
      .slice(0, 2 + r.below(3))
      .map((value, i) => ({ name: `m${this.count}${'abcd'[i]!}`, value }));
    this.enums.push({ name, bits, open, flags, members });
    const list = members.map((m) => `${m.name} = ${m.value}`).join(', ');
    return `  ${open ? 'open ' : ''}${flags ? 'flags' : 'enum'} ${name} : u${bits}${this.endian(bits)} { ${list} }`;
  }

  private struct(): string {
    const name = `Part${++this.count}`;
    const { r } = this;
    const params: Param[] = [];
    const declared: string[] = [];
    const seen: Seen[] = [];
    const sizes: string[] = [];
    for (let n = r.chance(0.4) ? 1 + r.below(2) : 0; n > 0; n--) {
      const param = this.fresh('k');
      const kind = r.pick(['int', 'int', 'bool'] as const);
      const isSize = kind === 'int' && r.chance(0.5);
      params.push({ kind, isSize });
      declared.push(`${param}: ${kind === 'int' ? 'u8' : 'bool'}`);
      seen.push({ name: param, kind, low: 0, high: kind === 'int' ? 255 : 1, members: [], arm: null });
      if (isSize) sizes.push(param);
    }
    const head = `  struct ${name}${params.length === 0 ? '' : `(${declared.join(', ')})`} {`;
    const open = newOpen(head, '  }', null, false);
    const place: Place = { open, seen, depth: 1, inWindow: false, inStruct: true };
    for (let n = 1 + r.below(4); n > 0; n--) this.member(place);
    for (const size of sizes) {
      const field = this.fresh('d');
      const type = r.pick(['bytes size', 'text ascii size', 'list of u16 count']);
      this.line(place, field, `${field} : ${type} ${size}${r.chance(0.3) ? ' + 1' : ''};`, 0);
    }
    if (this.count % 5 === 1) this.peeked(place);
    else if (this.count % 5 === 2) this.decidingLength(place);
    else if (this.count % 5 === 3) this.lengthsOfArms(place);
    else if (this.count % 10 === 9) this.decidingWindow(place);
    else if (this.count % 5 === 4) this.words(place);
    // What constants decide may take fewer bytes than every other.
    const min = params.length === 0 ? open.min : 0;
    const most = open.min + 9 * sizes.length;
    this.structs.push({ name, params, min, most, varies: open.varies || params.length > 0 });
    return render(open, '  ').join('\n');
  }

  /** A struct that holds itself, in one of the ways there are; each consumes a byte first. */
  private recursiveStruct(): string {
    const { r } = this;
    const name = `Tree${++this.count}`;
    const [leaf, list, one] = [this.fresh('leaf'), this.fresh('kids'), this.fresh('next')];
    const count = r.chance(0.5) ? 'k : u8 in 0..3;' : 'k : dec(u8) until CRLF in 0..3;';
    const leaves = [
      `${leaf} : pstr(u8);`,
      `${leaf} : varint(${r.pick(VARINTS)});`,
      `${leaf} : text until CRLF max 9;`,
      `${leaf} : f64;`,
    ];
    const body = r.pick([
      `${count} ${list} : list of ${name} count k;`,
      `${r.pick(leaves)} ${count} ${list} : list of ${name} count k max 2;`,
      `tag : u8; variant (tag) { 0..90 => { ${count} ${list} : list of ${name} count k; } 91 => { ${one} : ${name}; } _ => { ${r.pick(leaves)} } }`,
      `more : bool(u8); ${r.pick(leaves)} if (more) { ${one} : ${name}; }`,
      `tag : u8; if (tag == 1) { k : dec(i16) until CRLF in -1..3; ${list} : list of ${name} count k nullable; } else { ${leaf} : cstr max 6; }`,
    ]);
    const min = leastOf(body);
    this.structs.push({ name, params: [], min, most: min, varies: true });
    return `  recursive struct ${name} { ${body} }`;
  }

  private endian(bits: number): string {
    return bits > 8 ? this.r.pick(['', '', '', 'le', 'be']) : '';
  }

  /** `Part3(4, n7)`: a struct with its arguments at a place. */
  private use(of: StructType, place: Place): string {
    const { r } = this;
    if (of.params.length === 0) return of.name;
    const args = of.params.map(({ kind, isSize }) => {
      const known = place.seen.filter(
        (s) => s.kind === kind && s.arm === null && s.low >= 0 && s.high <= 255,
      );
      if (known.length > 0 && r.chance(isSize ? 0.3 : 0.7)) return r.pick(known).name;
      return kind === 'bool' ? r.pick(['true', 'false']) : String(r.below(9));
    });
    return `${of.name}(${args.join(', ')})`;
  }

  // Members

  private member(place: Place): void {
    const { r } = this;
    // By what has been drawn already, as in frames.
    if (this.count % 13 === 4) this.chooseOrder(place);
    const deep = place.depth > 2;
    const kinds: (() => void)[] = [
      () => this.integer(place),
      () => this.formedField(place),
      () => this.formedField(place),
      () => this.delimited(place),
      () => this.delimited(place),
      () => this.float(place),
      () => this.nullable(place),
      () => this.enumField(place),
      () => this.bool(place),
      () => this.bits(place),
      () => this.sized(place),
      () => this.sized(place),
      () => this.sized(place),
      () => this.prefixed(place),
      () => this.fixedText(place),
      () => this.list(place),
      () => this.structField(place),
      () => this.assertion(place),
      ...(place.inStruct && r.chance(0.8) ? [] : [() => this.pad(place)]),
      ...(place.inStruct && r.chance(0.5) ? [() => this.computed(place)] : []),
      ...(deep ? [] : [() => this.window(place)]),
      ...(deep || place.inStruct
        ? []
        : [
            () => this.window(place),
            ...(r.chance(0.3) ? [() => this.codedWindow(place), () => this.computed(place)] : []),
          ]),
      ...(deep
        ? []
        : [
            () => this.arms(place),
            () => this.arms(place),
            () => this.condition_(place),
            () => this.condition_(place),
          ]),
    ];
    r.pick(kinds)();
  }

  private fresh(stem: string): string {
    return `${stem}${++this.count}`;
  }

  private line(
    place: Place,
    name: string,
    text: string,
    min: number,
    seen?: Partial<Seen> & { kind: Seen['kind'] },
  ): void {
    place.open.lines.push(text);
    place.open.min += min;
    if (place.depth === 0 && place.open.parent === null) this.topNames.push(name);
    if (seen !== undefined) place.seen.push({ name, low: 0, high: 0, members: [], arm: null, ...seen });
  }

  private integer(place: Place, fixedName?: string): void {
    const { r } = this;
    const bits = r.pick(WIDTHS);
    const signed = r.chance(0.25);
    const name = fixedName ?? this.fresh('n');
    const low = signed ? -(2 ** (bits - 1)) : 0;
    const high = signed ? 2 ** (bits - 1) - 1 : 2 ** bits - 1;
    const small = r.below(100);
    const [range, least, most] = r.chance(0.3)
      ? [
          ` in ${signed ? -small : small}..${100 + (bits === 8 ? r.below(27) : r.below(100))}`,
          signed ? -small : small,
          127,
        ]
      : ['', low, high];
    const fallback = r.chance(0.2) ? ` default 100` : '';
    const constant = range === '' && fallback === '' && r.chance(0.1) ? ` = ${r.below(128)}` : '';
    const seen = bits <= 48 || range !== '' ? { kind: 'int' as const, low: least, high: most } : undefined;
    const isSkipped = fixedName === undefined && range === '' && constant === '' && this.count % 7 === 0;
    this.line(
      place,
      name,
      `${isSkipped ? '@skip ' : ''}${name} : ${signed ? 'i' : 'u'}${bits}${this.endian(bits)}${range}${fallback}${constant};`,
      bits / 8,
      // Nothing depends on what nobody gives.
      (constant === '' || r.chance(0.2)) && !isSkipped ? seen : undefined,
    );
    if (this.inArm(place) && !place.inStruct && seen !== undefined && constant === '' && !isSkipped)
      this.optionalInts.push(name);
  }

  /** A number whose bytes say themselves where they end, or digits of a fixed number. */
  private formed(): Formed {
    const { r } = this;
    const kind = r.below(4);
    if (kind < 2) {
      const encoding = r.pick(VARINTS);
      const [low, high] =
        encoding === 'mqtt'
          ? [0, 2 ** 28 - 1]
          : encoding === 'zigzag'
            ? [-(2 ** 52), 2 ** 52 - 1]
            : [0, MOST];
      return { type: `varint(${encoding})`, extent: '', min: 1, varies: true, low, high };
    }
    const base = r.pick([10, 10, 16]);
    const bits = r.pick([8, 16, 32, 48, 64]);
    const signed = base === 10 && r.chance(0.4);
    const full = Math.min(MOST, signed ? 2 ** (bits - 1) - 1 : 2 ** bits - 1);
    const type = `${base === 10 ? 'dec' : 'hex'}(${signed ? 'i' : 'u'}${bits})`;
    if (kind === 2 && !signed) {
      const digits = 2 + r.below(bits === 8 ? 2 : 5);
      const high = Math.min(full, base ** digits - 1);
      return { type, extent: ` size ${digits}`, min: digits, varies: false, low: 0, high };
    }
    const [delimiter, size] = r.pick(DELIMITERS);
    const low = signed ? -(bits === 64 ? MOST : 2 ** (bits - 1)) : 0;
    return { type, extent: ` until "${delimiter}"`, min: 1 + size, varies: true, low, high: full };
  }

  /** The widest that a number of varying width is written in, for some. */
  private wide({ type }: Formed): string {
    if (!type.startsWith('varint') || this.count % 3 !== 0) return '';
    return type === 'varint(mqtt)' ? '@width(4) ' : '@width(8) ';
  }

  private formedField(place: Place): void {
    const { r } = this;
    const name = this.fresh('n');
    const form = this.formed();
    const top = Math.min(form.high, 127);
    const small = r.below(Math.min(100, top));
    const least = form.low < 0 ? -small : small;
    const [range, low, high] = r.chance(0.35)
      ? [` in ${least}..${top}`, least, top]
      : ['', form.low, form.high];
    const fallback = r.chance(0.2) ? ` default ${top}` : '';
    const constant = range === '' && fallback === '' && r.chance(0.15) ? ` = ${r.below(top)}` : '';
    place.open.varies ||= form.varies;
    this.line(
      place,
      name,
      `${this.wide(form)}${name} : ${form.type}${form.extent}${range}${fallback}${constant};`,
      form.min,
      constant === '' || r.chance(0.2) ? { kind: 'int', low, high } : undefined,
    );
    if (this.inArm(place) && !place.inStruct && constant === '') this.optionalInts.push(name);
  }

  private delimited(place: Place): void {
    const { r } = this;
    const name = this.fresh('q');
    const max = r.chance(0.5) ? ` max ${r.pick([0, 4, 25])}` : '';
    const type = r.pick(['bytes', ...TEXTS, 'cstr']);
    const [delimiter, size] = r.pick(DELIMITERS);
    const fallback =
      type !== 'bytes' && type !== 'cstr' && max === '' && r.chance(0.1) ? ' default "ab"' : '';
    if (max === '' && fallback === '' && r.chance(0.1)) {
      const end = type === 'cstr' ? 'cstr' : `${type} until "${delimiter}"`;
      this.line(place, name, `${name} : ${end} = "qw";`, 2 + (type === 'cstr' ? 1 : size));
      return;
    }
    place.open.varies = true;
    if (type !== 'bytes' && !place.inStruct) (this.inArm(place) ? this.optionalTexts : this.texts).push(name);
    if (type === 'cstr') this.line(place, name, `${name} : cstr${max};`, 1);
    else this.line(place, name, `${name} : ${type} until "${delimiter}"${max}${fallback};`, size);
    this.whenSaid(place, name);
  }

  private float(place: Place): void {
    const bits = this.r.pick([32, 64]);
    const name = this.fresh('g');
    // By what has been drawn already, as below.
    const value = ['', '', '', '', ' = 1.5', ' = -0.0', ' default 0.1', ' = 1.0e-3'][this.count % 8]!;
    this.line(place, name, `${name} : f${bits}${this.endian(bits)}${value};`, bits / 8);
    if (this.count % 8 === 2) this.constantWithLength(place);
  }

  /** A constant whose length a field before it says. */
  private constantWithLength(place: Place): void {
    const { count } = this;
    const [length, name] = [this.fresh('m'), this.fresh('w')];
    const [type, min] = [
      ['u16', 2],
      ['dec(u8) until " "', 2],
      ['varint(leb128)', 1],
      ['u8 in 1..200', 1],
    ][(count >> 3) % 4] as [string, number];
    const [text, size, bytes] = [
      ['text size', `${length} = "abcd"`, 4],
      ['bytes size', `${length} * 2 = "\\xff\\x00\\x01ok!"`, 6],
      ['text latin1 size', `${length} - 1 = "\\xe9"`, 1],
    ][(count >> 5) % 3] as [string, string, number];
    place.open.varies ||= min === 2 && type !== 'u16';
    this.line(place, length, `${length} : ${type};`, min);
    this.line(place, name, `${name} : ${text} ${size};`, bytes);
  }

  /** What is null where its length is -1. */
  private nullable(place: Place): void {
    const { r } = this;
    const name = this.fresh('o');
    const type = r.pick(['bytes', ...TEXTS, 'list']);
    const length = this.length(place, -1, 100);
    place.open.varies = true;
    const max = r.chance(0.2) ? ` max ${r.pick([9, 60])}` : '';
    if (type === 'list')
      this.line(
        place,
        name,
        `${name} : list of ${this.element(true, place).text} count ${length}${max} nullable;`,
        0,
      );
    else {
      if (type !== 'bytes' && !place.inStruct) this.optionalTexts.push(name);
      this.line(place, name, `${name} : ${type} size ${length}${max} nullable;`, 0);
    }
    this.whenGiven(place, name);
  }

  private enumField(place: Place): void {
    const { r } = this;
    if (this.enums.length === 0) return this.integer(place);
    const of = r.pick(this.enums);
    const name = this.fresh('e');
    const fallback = r.chance(0.15) ? ` default ${of.members[0]!.name}` : '';
    this.line(place, name, `${name} : ${of.name}${fallback};`, of.bits / 8, {
      kind: of.flags ? 'flags' : 'enum',
      high: of.members[of.members.length - 1]!.value,
      members: of.members.map((m) => m.name),
    });
  }

  private inArm(place: Place): boolean {
    return armOf(place.open).parent !== null;
  }

  private bool(place: Place): void {
    const name = this.fresh('b');
    const bits = this.r.pick([8, 8, 16, 32]);
    const fallback = this.r.chance(0.2) ? ' default true' : '';
    this.line(place, name, `${name} : bool(u${bits})${fallback};`, bits / 8, { kind: 'bool', high: 1 });
  }

  private bits(place: Place): void {
    const { r } = this;
    const total = r.pick([8, 8, 16, 24, 32]);
    const fields: string[] = [];
    for (let left = total; left > 0;) {
      const enums = this.enums.filter((e) => e.members.every((m) => m.value < 2 ** Math.min(left, 8)));
      const width = Math.min(left, r.pick([1, 1, 2, 3, 5, 8, 31, 32]));
      const name = this.fresh('x');
      const asEnum = enums.filter((e) => e.members.every((m) => m.value < 2 ** width));
      if (asEnum.length > 0 && r.chance(0.4)) {
        const of = r.pick(asEnum);
        fields.push(`${name} : ${width} as ${of.name};`);
        place.seen.push({
          name,
          kind: of.flags ? 'flags' : 'enum',
          low: 0,
          high: 2 ** width - 1,
          members: of.members.map((m) => m.name),
          arm: null,
        });
      } else {
        const constant = r.chance(0.15) ? ` = ${width === 1 ? r.below(2) : 1}` : '';
        fields.push(`${name} : ${width}${constant};`);
        if (constant === '')
          place.seen.push({
            name,
            kind: width === 1 ? 'bool' : 'int',
            low: 0,
            high: 2 ** width - 1,
            members: [],
            arm: null,
          });
      }
      left -= width;
    }
    const name = r.chance(0.3) ? ` ${this.fresh('group')}` : '';
    this.line(place, '', `bits u${total}${this.endian(total)}${name} { ${fields.join(' ')} }`, total / 8);
    if (place.depth === 0) this.topNames.pop();
  }

  /** An expression for a size, and the declaration of the lengths it needs at a place before. */
  private extent(place: Place, least = 0, most = 200): Extent {
    const { r } = this;
    if (r.chance(0.06)) {
      const min = Math.max(least, r.below(9));
      return { text: String(min), min };
    }
    const arm = armOf(place.open);
    const lengths = place.seen.filter((s) => s.arm === arm && s.low >= least);
    const shared = lengths.length > 0 ? r.pick(lengths) : null;
    const form = r.below(12);
    if (form === 0 && shared !== null) return { text: shared.name, min: shared.low };
    if (form === 1 && shared !== null)
      return { text: `${this.length(place, least, most)} + ${shared.name}`, min: least + shared.low };
    if (form === 2 && shared !== null && shared.high <= 250)
      return { text: `${this.length(place, 250 + least, 4000)} - ${shared.name}`, min: least };
    if (form === 3) {
      const by = 1 + r.below(9);
      return { text: `${this.length(place, by + least, most + by)} - ${by}`, min: least };
    }
    if (form === 4) {
      const by = r.pick([2, 3, 4]);
      return { text: `${this.length(place, least, most)} * ${by}`, min: least * by };
    }
    if (form === 5) {
      const more = r.below(4);
      return { text: `${this.length(place, least, most)} + ${more}`, min: least + more };
    }
    if (form === 6) {
      const half = this.fresh('half');
      const length = this.length(place, least, most);
      place.open.lines.push(`let ${half} = ${length} * 2;`);
      return { text: half, min: least * 2 };
    }
    if (form === 7) return { text: `(${this.length(place, least + 2, most)} - 1) * 2 - 2`, min: least * 2 };
    return { text: this.length(place, least, most), min: least };
  }

  /** Declares a length at some place before this one, in this block or around it, and gives its name. */
  private length(place: Place, least: number, most: number): string {
    const { r } = this;
    const name = this.fresh('len');
    let at = place.open;
    // Not past an arm: a length outside of it would have no value in the other arms.
    while (at.parent !== null && !at.isArm && r.chance(0.4)) at = at.parent;
    if (r.chance(0.35) && (place.inStruct || !this.aligned || r.chance(0.03)))
      return this.formedLength(place, at, name, least, most);
    const bits = r.pick(most > 250 || least > 120 ? [16, 24, 32, 64] : [8, 8, 16, 16, 24, 32, 64]);
    const signed = least < 0 || r.chance(0.15);
    const bounded = least > 0 || least < 0 || signed || bits > 48 || r.chance(0.15);
    const top = bits === 8 ? (signed ? 127 : 255) : Math.max(most, 1000);
    const range = bounded ? ` in ${least}..${top}` : '';
    const line = `${name} : ${signed ? 'i' : 'u'}${bits}${this.endian(bits)}${range};`;
    // What is known at a place is not moved: a length may stand anywhere before it.
    at.lines.splice(r.below(at.lines.length + 1), 0, line);
    at.min += bits / 8;
    const high = bounded ? top : Math.min(2 ** bits - 1, 2 ** 53);
    const low = bounded ? least : 0;
    place.seen.push({ name, kind: 'int', low, high, members: [], arm: armOf(place.open) });
    return name;
  }

  /** A length whose own width varies with its value. */
  private formedLength(place: Place, at: Open, name: string, least: number, most: number): string {
    const { r } = this;
    let form = this.formed();
    while (form.low > least || form.high < Math.max(most, 1000)) form = this.formed();
    const top = Math.max(most, 1000);
    // What is as large as a number can be is computed with nowhere.
    const bounded = least !== form.low || r.chance(form.high > 2 ** 40 ? 0.9 : 0.5);
    const line = `${name} : ${form.type}${form.extent}${bounded ? ` in ${least}..${top}` : ''};`;
    at.lines.splice(r.below(at.lines.length + 1), 0, line);
    at.min += form.min;
    at.varies ||= form.varies;
    this.growing ||= form.varies;
    const [low, high] = bounded ? [least, top] : [form.low, form.high];
    place.seen.push({ name, kind: 'int', low, high, members: [], arm: armOf(place.open) });
    return name;
  }

  private sized(place: Place): void {
    const { r } = this;
    const name = this.fresh('d');
    const type = r.chance(0.5) ? 'bytes' : r.pick(TEXTS);
    if (type !== 'bytes' && !place.inStruct) (this.inArm(place) ? this.optionalTexts : this.texts).push(name);
    const size = this.extent(place);
    const max = r.chance(0.15) ? ` max ${r.pick([20, 60, 500])}` : '';
    const fallback = type !== 'bytes' && r.chance(0.05) ? ' default "ab"' : '';
    place.open.varies = true;
    this.line(place, name, `${name} : ${type} size ${size.text}${max}${fallback};`, size.min);
    this.whenSaid(place, name);
  }

  private prefixed(place: Place): void {
    const { r } = this;
    const name = this.fresh('s');
    const type = r.pick(['pstr', 'pstr', 'pbytes']);
    const bits = r.pick([8, 8, 16, 24, 32]);
    const fixed = `${r.chance(0.25) ? 'i' : 'u'}${bits}${this.endian(bits)}`;
    const max = r.chance(0.2) ? ` max ${r.pick([5, 30])}` : '';
    const nullable = r.chance(0.3) ? ' nullable' : '';
    const [prefix, width] = this.announcing(nullable !== '') ?? [fixed, bits / 8];
    const fallback = type === 'pstr' && r.chance(0.1) ? ' default "zz"' : '';
    if (nullable === '' && fallback === '' && r.chance(0.1)) {
      this.line(place, name, `${name} : ${type}(${prefix}) = "MQTT";`, width + 4);
      return;
    }
    place.open.varies = true;
    if (type === 'pstr' && !place.inStruct)
      (nullable === '' && !this.inArm(place) ? this.texts : this.optionalTexts).push(name);
    this.line(place, name, `${name} : ${type}(${prefix})${max}${nullable}${fallback};`, width);
    if (nullable !== '') this.whenGiven(place, name);
    this.whenSaid(place, name);
  }

  /** A length of varying width every third time, by what has been drawn already; null for others. */
  private announcing(nullable: boolean): readonly [string, number] | null {
    if (this.count % 3 !== 0) return null;
    const lengths = nullable ? SIGNED_LENGTHS : LENGTHS;
    return lengths[Math.floor(this.count / 3) % lengths.length]!;
  }

  /** What stands in a frame or struct only where something else is not null. */
  private whenGiven(place: Place, name: string): void {
    if (!this.r.chance(0.3)) return;
    const test = this.r.pick([`${name} != null`, `${name} == null`, `has(${name})`]);
    place.open.lines.push(`if (${test}) { ${this.fresh('n')} : u16; }`);
  }

  /** What stands only where a text or bytes before it say something. */
  private whenSaid(place: Place, name: string): void {
    if (!this.r.chance(0.12)) return;
    const test = this.r.pick(['!= ""', '== "ab"', '!= "ab"']);
    place.open.lines.push(`if (${name} ${test}) { ${this.fresh('n')} : u16; }`);
  }

  private fixedText(place: Place): void {
    const { r } = this;
    const name = this.fresh('f');
    const type = r.pick(['bytes', ...TEXTS]);
    const isWide = type !== 'text ascii' && r.chance(0.2);
    const size = isWide ? 3 : 1 + r.below(5);
    const value = !isWide
      ? 'qwert'.slice(0, size)
      : type === 'text' || type === 'text utf8'
        ? 'é!'
        : '\\xda\\xbb!';
    const constant = r.chance(0.5) ? ` = "${value}"` : '';
    this.line(place, name, `${name} : ${type} size ${size}${constant};`, size);
    if (constant === '') this.whenSaid(place, name);
  }

  private element(mayVary: boolean, place: Place): { text: string; min: number; varies: boolean } {
    const { r } = this;
    const sizes = place.seen.filter((s) => s.kind === 'int' && s.arm === null && s.low > 0 && s.high < 128);
    const structs = this.structs.filter((s) => (mayVary || !s.varies) && (s.min > 0 || s.params.length > 0));
    const bits = r.pick(WIDTHS);
    const choices = [
      { text: `${r.pick(['u', 'i'])}${bits}${this.endian(bits)}`, min: bits / 8, varies: false },
      { text: 'bool(u8)', min: 1, varies: false },
      { text: `(${r.pick(['u8', 'i16', 'u32le'])} in 1..${r.pick([5, 120])})`, min: 1, varies: false },
      { text: `(${r.pick(['bytes', ...TEXTS])} size 3)`, min: 3, varies: false },
      ...this.enums.map((e) => ({ text: e.name, min: e.bits / 8, varies: false })),
      ...structs.map((s) => ({ text: this.use(s, place), min: s.min, varies: s.varies })),
      ...structs.map((s) => ({ text: this.use(s, place), min: s.min, varies: s.varies })),
      ...(mayVary
        ? [
            { text: 'pstr(u8)', min: 1, varies: true },
            ...sizes.map((s) => ({
              text: `(${r.pick(['bytes', ...TEXTS])} size ${s.name})`,
              min: s.low,
              varies: true,
            })),
            { text: 'pbytes(u16)', min: 2, varies: true },
            { text: '(pstr(u16) nullable)', min: 2, varies: true },
            ...[LENGTHS[this.count % LENGTHS.length]!].map(([length, min]) => ({
              text: `pstr(${length})`,
              min,
              varies: true,
            })),
            { text: '(pbytes(varint(zigzag)) nullable)', min: 1, varies: true },
            { text: `varint(${r.pick(VARINTS)})`, min: 1, varies: true },
            { text: '(dec(i32) until CRLF)', min: 3, varies: true },
            { text: '(hex(u16) size 4)', min: 4, varies: false },
            { text: '(text until "," max 9)', min: 1, varies: true },
            { text: 'cstr', min: 1, varies: true },
            { text: r.pick(['f32', 'f64le']), min: 4, varies: false },
          ]
        : []),
    ];
    return r.pick(choices);
  }

  private list(place: Place): void {
    const { r } = this;
    const name = this.fresh('l');
    const max = r.chance(0.2) ? ` max ${r.pick([3, 50])}` : '';
    place.open.varies = true;
    if (r.chance(0.1)) {
      const entry = `Entry${++this.count}`;
      const isDelimited = this.count % 3 === 0;
      const texts = isDelimited
        ? `key : ${this.delimitedText(1)} until "="; value : ${this.count % 2 === 0 ? 'cstr' : `${this.delimitedText(1)} until ","`};`
        : 'key : pstr(u8); value : pstr(u16) nullable;';
      this.pairs.push(`  struct ${entry} { ${texts} }`);
      if (isDelimited) this.line(place, name, `${name} : map of ${entry} until "; "${max};`, 2);
      else this.line(place, name, `${name} : map of ${entry} size ${this.length(place, 0, 400)}${max};`, 0);
      if (r.chance(0.5)) place.open.lines.push(`assert ${name}["zz"] != "zz" or not has(${name}["a"]);`);
      if (!place.inStruct) this.optionalTexts.push(`${name}["m"]`);
      return;
    }
    if (r.chance(0.2)) {
      const element = this.element(true, place);
      // Numbers often begin with a NUL, and would be taken for the end.
      const isText = /^\(?(text|cstr)/.test(element.text);
      if (element.min > 0) {
        const delimiter = r.pick(
          DELIMITERS.filter(([text, size]) => size <= element.min && (isText || text !== '\\x00')),
        );
        this.line(
          place,
          name,
          `${name} : list of ${element.text} until "${delimiter[0]}"${max};`,
          delimiter[1],
        );
        return;
      }
    }
    if (r.chance(0.4)) {
      const element = this.element(true, place);
      const length = this.length(place, 0, 400);
      this.line(place, name, `${name} : list of ${element.text} size ${length}${max};`, 0);
      return;
    }
    const element = this.element(true, place);
    const count = this.extent(place, 0, 20);
    this.line(
      place,
      name,
      `${name} : list of ${element.text} count ${count.text}${max};`,
      element.min * count.min,
    );
  }

  private structField(place: Place): void {
    const structs = this.structs;
    if (structs.length === 0) return this.integer(place);
    const of = this.r.pick(structs);
    const name = this.fresh('t');
    place.open.varies ||= of.varies;
    this.line(place, name, `${name} : ${this.use(of, place)};`, of.most);
  }

  private pad(place: Place): void {
    // Not after a length whose width varies.
    const isFree = place.inStruct || !this.growing;
    const align = this.r.chance(isFree ? 0.7 : 0.03);
    place.open.varies ||= align;
    this.aligned ||= align && !place.inStruct;
    const size = 1 + this.r.below(4);
    const of = place.seen.find((s) => s.kind === 'int' && s.arm === null && s.low >= 0 && s.high < 2 ** 32);
    if (!align && of !== undefined && of.name !== 'id' && this.count % 2 === 0) {
      place.open.varies = true;
      this.line(place, '', `pad size (${size} - ${of.name} % ${size}) % ${size};`, 0);
      return;
    }
    this.line(
      place,
      '',
      align ? `pad align ${this.r.pick([2, 4, 8])};` : `pad size ${size};`,
      align ? 0 : size,
    );
    if (place.depth === 0) this.topNames.pop();
  }

  private assertion(place: Place): void {
    const usable = place.seen.filter((s) => s.kind === 'int' && (s.arm === null || this.r.chance(0.02)));
    if (usable.length === 0) return this.integer(place);
    const s = this.r.pick(usable);
    // Mostly true, so that frames can be made.
    const other = Math.min(s.low + 1, s.high);
    const others = { ...place, seen: place.seen.filter((one) => one.name !== s.name) };
    const text = this.r.pick([
      `${s.name} % 7 != 3`,
      `${s.name} != ${other}`,
      `${s.name} != ${other} or ${this.condition(others)}`,
    ]);
    place.open.lines.push(`assert ${text};`);
  }

  /** @param first what stands in it at first, @param last what ends it: something that takes the rest if not given */
  private window(
    place: Place,
    first: ((p: Place) => void) | null = null,
    last: ((p: Place) => void) | null = null,
  ): void {
    const { r } = this;
    const open = newOpen('', '}', place.open, false);
    const inner: Place = {
      open,
      seen: [...place.seen],
      depth: place.depth + 1,
      inWindow: true,
      inStruct: place.inStruct,
    };
    for (let n = r.below(3); n > 0; n--) this.member(inner);
    first?.(inner);
    for (let n = r.below(2); n > 0; n--) this.member(inner);
    if (this.count % 7 === 3) this.checksumInside(place, inner);
    if (last !== null) last(inner);
    else if (!open.varies || r.chance(0.7)) this.tail(inner);
    if (open.varies && this.count % 3 === 0) this.trailers(inner);
    const least = open.min;
    const size = this.extent({ ...place, seen: place.seen }, least, Math.max(400, least + 100));
    const name = r.chance(0.5) ? ` as ${this.fresh('w')}` : '';
    const max = r.chance(0.15) ? ' max 500' : '';
    place.open.lines.push({ ...open, head: `within (${size.text})${max}${name} {` });
    place.open.min += size.min;
    place.open.varies = true;
  }

  /** What stands behind what takes the rest of a window: as many bytes as is known before. */
  private trailers(place: Place): void {
    const { r } = this;
    const [n, names] = [this.fresh('n'), this.topNames.filter((name) => name !== '')];
    const lines: (readonly [line: string, min: number])[] = [
      [`${n} : u16;`, 2],
      [`${n}d : bytes size 3;`, 3],
      ['pad size 2;', 2],
      [`if (${this.condition(place)}) { ${n}a : u32; }`, 0],
      [`if (${this.condition(place)}) { ${n}b : u8; } else { ${n}c : text ascii size 2; }`, 1],
    ];
    if (!place.inStruct && names.length > 0)
      lines.push([`${n}f : u32 checksum crc32 over ${names[0]!}..${r.pick(names.slice(-2))};`, 4]);
    for (const [line, min] of lines) if (r.chance(0.4)) this.line(place, '', line, min);
  }

  /** A window that stands for other bytes, whose members are a struct's; the headers are one of them if wanted. */
  private codedWindow(place: Place, wantsHeaders = false): void {
    const { r } = this;
    // What stands for other bytes has lengths of its own, as an arm does.
    const open = newOpen('', '}', place.open, true);
    const inner: Place = { open, seen: [], depth: 9, inWindow: true, inStruct: true };
    for (let n = 1 + r.below(3); n > 0; n--) this.member(inner);
    if (wantsHeaders) this.headers(inner, r.pick(['size', 'rest']));
    else if (!open.varies || r.chance(0.5)) this.tail(inner);
    const size = this.extent(place, 0, 400);
    const name = this.fresh('z');
    place.open.lines.push({
      ...open,
      head: `within (${size.text}) max 64KiB as ${name} codec ${r.pick(['zlib', 'gzip'])} {`,
    });
    place.open.min += size.min;
    place.open.varies = true;
  }

  /** An integer that follows from one that stands before it. */
  private computed(place: Place): void {
    const { r } = this;
    const of = place.seen.filter((s) => s.kind === 'int' && s.arm === null && s.high < 2 ** 32);
    if (of.length === 0) {
      this.integer(place);
      return;
    }
    const { name } = r.pick(of);
    const bits = r.pick([8, 16, 40]);
    const text = r.pick([`${name} * 3 + 1`, `255 - ${name}`, name]);
    const own = this.fresh('n');
    this.line(place, own, `${own} : u${bits}${this.endian(bits)} = ${text};`, bits / 8);
  }

  private tail(place: Place): void {
    const { r } = this;
    const name = this.fresh('r');
    place.open.varies = true;
    const form = r.below(6);
    if (form === 0) this.line(place, name, `${name} : list of ${this.element(true, place).text} rest;`, 0);
    else if (form === 1) {
      const element = this.element(true, place);
      const count = this.extent(place, 0, 10);
      this.line(
        place,
        name,
        `${name} : list of ${element.text} count ${count.text};`,
        element.min * count.min,
      );
    } else if (form === 2 && this.structs.length > 0) {
      const of = r.pick(this.structs);
      this.line(place, name, `${name} : ${this.use(of, place)};`, of.most);
    } else if (form === 3) {
      this.arms(place, null, true);
    } else this.line(place, name, `${name} : ${r.pick(['bytes', ...TEXTS])} rest;`, 0);
  }

  private arms(place: Place, first: ((p: Place) => void) | null = null, toEnd = false): void {
    const { r } = this;
    const choices = place.seen.filter((s) => s.kind !== 'flags' && (s.arm === null || r.chance(0.01)));
    if (choices.length === 0) {
      this.bool(place);
      return this.arms(place, first, toEnd);
    }
    const on = [...new Set(r.chance(0.25) ? [r.pick(choices), r.pick(choices)] : [r.pick(choices)])];
    const shared = r.chance(0.4)
      ? { name: this.fresh('z'), type: r.pick(['u8', 'u16', 'i32', 'pstr(u8)', 'u64']) }
      : null;
    const subjects = on.map((s) =>
      s.kind === 'int' && s.low >= 0 && s.high < 2 ** 31 && r.chance(0.1) ? `${s.name} & 3` : s.name,
    );
    const isMasked = (i: number): boolean => subjects[i] !== on[i]!.name;
    const value = (s: Seen, i: number, k: number): string => {
      if (isMasked(i)) return String(k % 3);
      if (s.kind === 'bool') return k % 2 === 0 ? 'true' : 'false';
      if (s.kind === 'enum') return s.members[k % s.members.length]!;
      const low = Math.min(s.low + k * 3, s.high - 1);
      return k % 2 === 0 ? String(low) : `${low}..${low + 1}`;
    };
    const first_ = on[0]!;
    const arms =
      first_.kind === 'bool' && !isMasked(0) && on.length === 1
        ? ['true', 'false']
        : [0, 1, 2]
            .slice(0, 1 + r.below(armsOf(first_)))
            .map((k) =>
              on.length === 1
                ? value(first_, 0, k)
                : `(${value(first_, 0, k)}, ${r.chance(0.5) ? '_' : value(on[1]!, 1, r.below(3))})`,
            );
    if (arms[1] !== 'false' || r.chance(0.02)) arms.push('_');
    const outer = newOpen(
      `variant${r.chance(0.2) ? ` ${this.fresh('v')}` : ''} (${subjects.join(', ')}) {`,
      '}',
      place.open,
      true,
    );
    const sizes: Open[] = [];
    const inEach = r.chance(0.3);
    let having = 0;
    arms.forEach((pattern, k) => {
      const name = r.chance(0.5) ? `Arm${++this.count} ` : '';
      const arm = newOpen(`${pattern} => ${name}{`, '}', place.open, true);
      // What was asked is mostly not asked again.
      const inner: Place = {
        ...place,
        open: arm,
        seen: this.unasked(place, outer.head),
        depth: place.depth + 1,
      };
      for (let n = r.below(3); n > 0; n--) this.member(inner);
      if (shared !== null && (inEach || r.chance(0.8))) {
        const prefixed = shared.type === 'pstr(u8)';
        arm.lines.push(`${shared.name} : ${shared.type};`);
        having++;
        arm.min += prefixed ? 1 : Number(shared.type.slice(1)) / 8;
        arm.varies ||= prefixed;
      }
      if (k === 0) first?.(inner);
      if (toEnd && place.inWindow && r.chance(0.6)) this.tail({ ...inner, depth: 9 });
      outer.lines.push(arm);
      sizes.push(arm);
    });
    const everywhere = having === arms.length && !place.inStruct && !this.inArm(place);
    if (shared?.type === 'pstr(u8)' && everywhere) this.texts.push(shared.name);
    if (shared !== null && shared.type !== 'u64' && shared.type !== 'pstr(u8)' && !place.inStruct)
      (everywhere ? this.everyArm : this.optionalInts).push(shared.name);
    this.join(place, outer, sizes);
  }

  private unasked(place: Place, head: string): Seen[] {
    return this.r.chance(0.03)
      ? [...place.seen]
      : place.seen.filter((s) => !new RegExp(`\\b${s.name}\\b`).test(head));
  }

  private condition_(place: Place): void {
    const { r } = this;
    if (place.seen.length === 0) this.bool(place);
    const outer = newOpen('', '', place.open, true);
    const inner = (head: string, from: Place = place): Open => {
      const open = newOpen(head, '}', place.open, true);
      const p: Place = { ...place, open, seen: this.unasked(from, head), depth: place.depth + 1 };
      for (let n = 1 + r.below(2); n > 0; n--) this.member(p);
      return open;
    };
    const branches = [inner(`if (${this.condition(place)}) {`)];
    const others = { ...place, seen: this.unasked(place, branches[0]!.head) };
    if (r.chance(0.2) && others.seen.length > 0)
      branches.push(inner(`else if (${this.condition(others)}) {`, others));
    if (r.chance(0.5))
      branches.push(inner('else {', { ...others, seen: this.unasked(others, branches.at(-1)!.head) }));
    else if (branches.length === 1) branches.push(newOpen('', '', null, true));
    outer.lines.push(...branches.filter((b) => b.head !== ''));
    this.join(
      place,
      outer,
      branches.length === 3 || branches[1]!.head.startsWith('else {') || branches[1]!.head === ''
        ? branches
        : [...branches, newOpen('', '', null, true)],
    );
  }

  private join(place: Place, outer: Open, branches: readonly Open[]): void {
    place.open.lines.push(outer);
    place.open.min += Math.min(...branches.map((b) => b.min));
    if (branches.some((b) => b.varies || b.min !== branches[0]!.min)) place.open.varies = true;
  }

  /** A text with an encoding, by what has been drawn already: other schemas stay those of their seeds. */
  private delimitedText(turn: number): string {
    return TEXTS[(this.count >> turn) % TEXTS.length]!;
  }

  private headers(place: Place, extent: string): void {
    const { r } = this;
    const prefix = `${r.pick(['u', 'u', 'i'])}${r.pick([8, 16, 32])}`;
    const valuePrefix = r.chance(0.8) ? prefix : 'u16';
    const nullable = r.chance(0.3) ? ' nullable' : '';
    const struct = `Header${++this.count}`;
    const max = r.chance(0.2) ? ' max 6' : '';
    place.open.varies = true;
    // By what has been drawn already: schemas without it stay those of their seeds.
    const form = this.count % 5;
    const isDelimited = form === 2 || form === 4;
    const [between] = DELIMITERS[this.count % DELIMITERS.length]!;
    const [after] = DELIMITERS[(this.count >> 1) % DELIMITERS.length]!;
    const [keyLength] = (form === 3 ? this.announcing(false) : null) ?? [prefix];
    const [valueLength] = (form > 1 ? this.announcing(nullable !== '') : null) ?? [valuePrefix];
    const key = isDelimited ? `${this.delimitedText(1)} until "${between}"` : `pstr(${keyLength})`;
    const value =
      form === 4 ? `${this.delimitedText(2)} until "${after}"` : `pstr(${valueLength})${nullable}`;
    this.pairs.push(`  struct ${struct} { key : ${key}; value : ${value}; }`);
    if (isDelimited && this.count % 2 === 0) {
      const [end, least] = DELIMITERS[(this.count >> 2) % 5]!;
      this.line(place, 'headers', `headers : map of ${struct} until "${end}"${max};`, least);
      this.isSaying = place.open.parent === null;
      return;
    }
    // Counted ones end their window where the last entry does.
    const isCounted = form !== 0 && extent !== 'rest';
    const size =
      extent === 'rest'
        ? 'rest'
        : isCounted
          ? `count ${this.length(place, 0, 100)}`
          : `size ${this.length(place, 0, 500)}`;
    this.line(place, 'headers', `headers : map of ${struct} ${size}${max};`, 0);
  }

  private body(place: Place): void {
    const { r } = this;
    place.open.varies = true;
    const max = r.chance(0.2) ? ' max 300' : '';
    if (place.inWindow && r.chance(0.6)) this.line(place, 'body', `body : bytes rest;`, 0);
    else if (r.chance(0.2)) {
      const prefix = r.pick(['u8', 'u16', 'i32', 'u24le']);
      const [length, width] = this.announcing(false) ?? [prefix, Number(/\d+/.exec(prefix)![0]) / 8];
      this.line(place, 'body', `body : pbytes(${length})${max};`, width);
    } else {
      const size = this.extent(place, 0, 500);
      this.line(place, 'body', `body : bytes size ${size.text}${max};`, size.min);
    }
  }

  private checksum(place: Place): void {
    const { r } = this;
    const names = this.topNames.filter((n) => n !== '');
    if (names.length === 0) return;
    const from = r.below(names.length);
    const to = from + r.below(names.length - from);
    const name = this.fresh('sum');
    const algorithm = r.pick(Object.keys(CHECKSUMS) as ChecksumName[]);
    const { bits } = CHECKSUMS[algorithm];
    const isSometimes = r.chance(0.3);
    const range = `${names[from]!}..${this.count % 4 === 0 && !isSometimes ? name : names[to]!}`;
    const isCalled = this.count % 5 === 2;
    this.hasSums ||= isCalled;
    const type = isCalled ? 'u32' : `u${bits}`;
    const of = isCalled ? `= fnv(bytes(${range}))` : `checksum ${algorithm} over ${range}`;
    const field = `${name} : ${type}${this.endian(bits)} ${of};`;
    place.open.varies = true;
    if (this.count % 3 === 1) {
      const size = this.fresh('whole');
      place.open.lines.splice(place.open.lines.length >> 1, 0, `${size} : u32 = bytes(${range}) + 1;`);
    }
    place.open.lines.push(isSometimes ? `if (${this.condition(place)}) { ${field} }` : field);
    // A later one may be over it.
    if (!isSometimes && (isCalled || algorithm !== 'internet')) this.topNames.push(name);
  }

  /** A checksum in a window, over what stands before it there, or from further out. */
  private checksumInside(place: Place, { open }: Place): void {
    const { r } = this;
    const inner = open.lines.flatMap((line) =>
      typeof line === 'string' ? (/^(?:let )?(\w+) : /.exec(line)?.slice(1) ?? []) : [],
    );
    const outer =
      place.depth === 0 && place.open.parent === null ? this.topNames.filter((n) => n !== '') : [];
    const names = [...outer, ...inner];
    if (inner.length === 0) return;
    const to = r.below(inner.length) + outer.length;
    const algorithm = r.pick(Object.keys(CHECKSUMS).filter((a) => a !== 'internet') as ChecksumName[]);
    const { bits } = CHECKSUMS[algorithm];
    open.lines.push(
      `${this.fresh('sum')} : u${bits}${this.endian(bits)} checksum ${algorithm} over ${names[r.below(to + 1)]!}..${names[to]!};`,
    );
    open.min += bits / 8;
  }

  // Expressions

  /** Checksums at the start of the frame, of what follows them; the second is over the first where it is ahead too. */
  private checksumsAhead(place: Place): void {
    const { r } = this;
    const names = this.topNames.filter((n) => n !== '');
    if (names.length === 0) return;
    const known = this.fresh('flag');
    const lines = [`${known} : bool(u8);`];
    for (let n = 1 + r.below(2); n > 0; n--) {
      const algorithm = r.pick(Object.keys(CHECKSUMS).filter((a) => a !== 'internet') as ChecksumName[]);
      const { bits } = CHECKSUMS[algorithm];
      const from = r.below(names.length);
      const to = from + r.below(names.length - from);
      const name = this.fresh('sum');
      const field = `${name} : u${bits}${this.endian(bits)} checksum ${algorithm} over ${names[from]!}..${names[to]!};`;
      const isSometimes = r.chance(0.3);
      lines.splice(1, 0, isSometimes ? `if (${known}) { ${field} }` : field);
      // One before it may be over it.
      if (!isSometimes && r.chance(0.5)) names.unshift(name);
    }
    place.open.varies = true;
    place.open.lines.splice(0, 0, ...lines);
  }

  private condition(place: Place): string {
    const { r } = this;
    const usable = place.seen.filter((s) => s.arm === null || r.chance(0.01));
    if (usable.length === 0) {
      this.bool(place);
      return place.seen[place.seen.length - 1]!.name;
    }
    const one = (left: readonly Seen[]): string => this.comparison(r.pick(left));
    // Where a reply ends does not depend on its request.
    const facts = place.inStruct || (!place.inWindow && !r.chance(0.03)) ? [] : this.asked;
    const first = facts.length > 0 && r.chance(0.35) ? r.pick(facts) : one(usable);
    const left = usable.filter((s) => !new RegExp(`\\b${s.name}\\b`).test(first));
    return r.chance(0.25) && left.length > 0 ? `${first} ${r.pick(['and', 'or'])} ${one(left)}` : first;
  }

  private comparison(s: Seen): string {
    const { r } = this;
    switch (s.kind) {
      case 'bool':
        return r.chance(0.3) ? `not ${s.name}` : s.name;
      case 'enum':
        return `${s.name} ${r.pick(['==', '!='])} ${r.pick(s.members)}`;
      case 'flags':
        return `${s.name}.${r.pick(s.members)}`;
      case 'int': {
        const value = s.low + Math.min(1 + r.below(50), Math.max(1, s.high - s.low - 1));
        return `${s.name} ${r.pick(['==', '!=', '<', '>', '<=', '>='])} ${value}`;
      }
    }
  }

  private intExpression(place: Place): string {
    const { r } = this;
    const ints = place.seen.filter((s) => s.kind === 'int' && s.high < 2 ** 40 && s.low >= -(2 ** 40));
    if (ints.length === 0) return '0';
    const s = r.pick(ints);
    return r.pick([
      s.name,
      `${s.name} * 3`,
      `${s.name} / 2`,
      `${s.name} + ${r.pick(ints).name}`,
      `match (isAsk) { true => ${s.name}, false => 7 }`,
    ]);
  }
}

/** How many arms something can have beside the one for all other values. */
function armsOf({ kind, low, high, members }: Seen): number {
  if (kind === 'bool') return 1;
  const most = kind === 'enum' ? members.length - 1 : Math.floor((high - low) / 4);
  return Math.min(3, Math.max(1, most));
}

/** The least bytes that members take which are written in a line; lengths are at least as large as they say. */
function leastOf(text: string): number {
  const line = text.trim();
  if (line === '') return 0;
  const open = line.indexOf('{');
  const semicolon = line.indexOf(';');
  if (open < 0 || (semicolon >= 0 && semicolon < open)) {
    const end = semicolon < 0 ? line.length : semicolon;
    return leastOfField(line.slice(0, end)) + leastOf(line.slice(end + 1));
  }
  const close = closing(line, open);
  const inner = line.slice(open + 1, close);
  const rest = line.slice(close + 1).trim();
  if (line.startsWith('if')) {
    const otherwise = rest.startsWith('else') ? rest.indexOf('{') : -1;
    if (otherwise < 0) return leastOf(rest);
    const end = closing(rest, otherwise);
    return Math.min(leastOf(inner), leastOf(rest.slice(otherwise + 1, end))) + leastOf(rest.slice(end + 1));
  }
  if (line.startsWith('variant')) return leastOfArms(inner) + leastOf(rest);
  if (line.startsWith('bits')) return Number(/^bits u(\d+)/.exec(line)![1]) / 8 + leastOf(rest);
  // A window: of that which measures it nothing is known here.
  return leastOf(rest);
}

function leastOfArms(arms: string): number {
  let least = Infinity;
  for (let at = arms.indexOf('{'); at >= 0; at = arms.indexOf('{', closing(arms, at)))
    least = Math.min(least, leastOf(arms.slice(at + 1, closing(arms, at))));
  return least;
}

/** Where the bracket that opens at a place closes. */
function closing(text: string, open: number): number {
  for (let at = open, depth = 0; ; at++) {
    if (text[at] === '{') depth++;
    else if (text[at] === '}' && --depth === 0) return at;
  }
}

function leastOfField(field: string): number {
  const type = /^\w+ : (.*)$/.exec(field)?.[1];
  if (type === undefined || type.startsWith('list')) return 0;
  const whole = /^[ui](\d+)/.exec(type) ?? /^p(?:str|bytes)\([ui](\d+)/.exec(type);
  if (whole !== null) return Number(whole[1]) / 8;
  const digits = type.startsWith('dec') || type.startsWith('varint') ? 1 : 0;
  const delimiter = /until (?:"((?:\\.|[^"\\])*)"|CRLF)/.exec(type);
  if (delimiter !== null)
    return digits + (delimiter[1] === undefined ? 2 : delimiter[1].replace(/\\./g, '_').length);
  const size = / size (\d+)$/.exec(type);
  if (size !== null) return Number(size[1]);
  return type.startsWith('cstr') ? 1 : digits;
}

/** The innermost arm, branch, frame or struct around a place. */
function armOf(open: Open): Open {
  return open.parent === null || open.isArm ? open : armOf(open.parent);
}

/** Whether a block has chosen a byte order. */
function hasOrder({ lines }: Open): boolean {
  return lines.some((line) => typeof line === 'string' && line.startsWith('endian '));
}

function newOpen(head: string, tail: string, parent: Open | null, isArm: boolean): Open {
  return { lines: [], head, tail, parent, isArm, min: 0, varies: false };
}

function render(open: Open, indent: string): string[] {
  const inner = open.lines.flatMap((line) =>
    typeof line === 'string' ? [`${indent}  ${line}`] : render(line, `${indent}  `),
  );
  return open.head === '' ? inner : [`${indent}${open.head.trim()}`, ...inner, `${indent}${open.tail}`];
}
