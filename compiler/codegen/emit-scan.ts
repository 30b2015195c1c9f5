import { StructureKind, type FunctionDeclarationStructure } from 'ts-morph';
import { defaultLast } from '../model/default-last.js';
import { boundsOf, rangeOf, widthRange } from '../model/integers.js';
import type { Anchor, Place } from '../model/layout.js';
import type { BitFieldModel, Block, Field, FieldType, MemberModel } from '../model/model.js';
import { blockSize, fixedSize, memberSize } from '../model/size.js';
import type { Expression } from '../model/expression.js';
import { argsIn, parts } from '../model/expressions-of.js';
import { walk } from '../model/walk.js';
import { emitCases, emitExpression } from './emit-expression.js';
import { literal } from './literal.js';
import type { Module } from './module.js';
import { endPlace, isMarked, Reader, windowAround } from './reader.js';
import { countedBy, endCode, isLong, isSelfDelimited, mostEntries } from './self-delimiting.js';
import { argumentsOf } from './struct-arguments.js';
import { tidy } from './tidy.js';

/** Emits `scan`: the length of a frame from as few of its first bytes as tell it. */
export function emitScan(module: Module): FunctionDeclarationStructure {
  const scanner = new Scanner(module);
  scanner.run();
  return {
    kind: StructureKind.Function,
    name: 'scan',
    docs: ['The length of the frame that starts at `from`, 0 if that takes more bytes than have come.'],
    parameters: [
      { name: 'b', type: 'Uint8Array' },
      { name: 'from', type: 'number' },
      { name: 'to', type: 'number' },
      { name: 'state', type: module.useType('ScanState') },
    ],
    returnType: 'number',
    statements: tidy(scanner.lines),
  };
}

/** Reads with a look at how many bytes have come; values that the length hangs on are checked on the way. */
class Scanner extends Reader {
  /** Bytes after each anchor that are known to be here. */
  private here = new Map<Anchor | null, number>();
  /** Whether what is found is kept for who asks after the scan. */
  private marks = false;

  constructor(module: Module) {
    super(module, 'b', 'from');
  }

  run(): void {
    const { frame } = this.module.protocol;
    const { end } = this.module.layout;
    this.need({ anchor: null, offset: blockSize(frame.body).min });
    this.constants(frame.body);
    const remembers = (m: MemberModel): boolean =>
      m.member === 'field' && isLong(m.type, this.module) && windowAround(m, this.module) === null;
    if ([...walk(frame.body)].some(remembers)) this.lines.push('const walks = state.begin(from);');
    this.marks = end.anchor !== null && isMarked(end.anchor, this.module);
    if (this.marks) this.lines.push('marks.start(b, from);');
    this.block(frame.body);
    const total = this.place(end);
    if (this.marks) {
      const found = this.anchors.get(end.anchor!)!;
      this.lines.push(`marks.end(${this.module.mark(end.anchor!)}, ${found});`);
    }
    this.lines.push(end.anchor === null ? `return ${end.offset};` : `return ${total} - from;`);
  }

  protected override reading(place: Place, size: number): void {
    // What stands after a value that was walked, or in one, has come.
    if (size > 0) this.need({ anchor: place.anchor, offset: place.offset + size });
  }

  /** What is walked has come; of others no more is known than where they end. */
  protected override readingAll(field: Field): void {
    if (!isSelfDelimited(field.type)) this.need(endPlace(field, this.module));
  }

  override nested(emit: () => void): void {
    const { here } = this;
    this.here = new Map(here);
    super.nested(emit);
    this.here = here;
  }

  /** Emits the end of a member that varies, as a local. */
  protected override anchor(anchor: Anchor): string {
    const known = this.anchors.get(anchor);
    if (known === undefined) throw new Error(`${anchor.name} is scanned out of order`);
    return known;
  }

  private need(wanted: Place): void {
    const before = this.here.get(wanted.anchor) ?? (wanted.anchor === null ? 0 : -1);
    if (wanted.offset <= before) return;
    // All that every frame has after this place is asked for at once.
    const until = { anchor: wanted.anchor, offset: Math.max(wanted.offset, this.certain(wanted.anchor)) };
    this.here.set(until.anchor, until.offset);
    if (until.anchor === null) {
      this.lines.push(
        `if (to - from < ${until.offset}) {`,
        `state.need = ${until.offset};`,
        'return 0;',
        '}',
      );
    } else {
      const end = this.place(until);
      this.lines.push(`if (to < ${end}) {`, `state.need = ${end} - from;`, 'return 0;', '}');
    }
  }

  /** Bytes that every frame has after an anchor of the frame itself. */
  private certain(anchor: Anchor | null): number {
    const { members } = this.module.protocol.frame.body;
    const rest = members.filter((m) => anchor === null || members.indexOf(m) > members.indexOf(anchor.after));
    return anchor !== null && !members.includes(anchor.after)
      ? 0
      : rest.reduce((sum, m) => sum + memberSize(m).min, 0);
  }

  /** Constants in the part that every frame has: a stream out of step is found before its lengths are believed. */
  private constants(block: Block): void {
    for (const member of block.members) {
      const place = this.module.layout.places.get(member)!;
      if (place.anchor !== null) return;
      if (
        member.member === 'field' &&
        member.constant?.kind === 'int' &&
        place.offset + memberSize(member).min <= (this.here.get(null) ?? 0)
      ) {
        const malformed = `${this.module.use('ScanFault')}.malformed`;
        const wanted = literal(member, member.constant);
        this.lines.push(`if (${this.value(member)} !== ${wanted}) return ${malformed};`);
      }
    }
  }

  private block(block: Block): void {
    for (const member of block.members) this.member(member);
  }

  private member(member: MemberModel): void {
    if (fixedSize(memberSize(member)) !== null && member.member !== 'variant') return;
    const end = endPlace(member, this.module);
    const { anchor } = end;
    switch (member.member) {
      case 'variant': {
        const closed = member.arms.every((a) => a.patterns !== null);
        const arms = defaultLast(member.arms);
        const labels = emitCases(arms, member.on, this.module);
        const isSwitch =
          labels !== null &&
          anchor?.after === member &&
          member.arms.some((a) => fixedSize(blockSize(a.body)) === null);
        // What a switch without a default lets through is what the arms take.
        if (!isSwitch || !closed) this.discriminants(member.on);
        if (anchor?.after !== member) return;
        if (member.arms.every((a) => fixedSize(blockSize(a.body)) !== null)) {
          this.set(anchor, this.anchorCode(anchor));
          return;
        }
        const name = this.free('p');
        const refused = (): string => `return ${this.module.use('ScanFault')}.malformed;`;
        if (isSwitch) {
          const [on] = member.on;
          const value = this.hold(on!, emitExpression(on!, this));
          this.lines.push(`let ${name}: number;`, `switch (${value}) {`);
          arms.forEach((arm, i) => {
            this.lines.push(`${labels[i]!} {`);
            this.inside(arm.body, name);
            this.lines.push('break;', '}');
          });
          this.lines.push(...(closed ? ['default:', refused()] : []), '}');
          this.anchors.set(anchor, name);
          return;
        }
        this.lines.push(`let ${name}: number;`);
        member.arms.forEach((arm, i) => {
          const test = this.arm(member, i);
          this.lines.push(
            i === 0
              ? `if (${test}) {`
              : i === member.arms.length - 1 && !closed
                ? '} else {'
                : `} else if (${test}) {`,
          );
          this.inside(arm.body, name);
        });
        if (closed) this.lines.push('} else {', refused());
        this.lines.push('}');
        this.anchors.set(anchor, name);
        return;
      }
      case 'if': {
        if (anchor === null) return;
        this.discriminants([member.condition]);
        const branches = [member.then, member.otherwise].every(
          (b) => b === null || fixedSize(blockSize(b)) !== null,
        );
        if (branches) {
          this.set(anchor, this.anchorCode(anchor));
          return;
        }
        const name = this.free('p');
        const test = this.branch(member.condition, 0);
        this.lines.push(`let ${name}: number;`, `if (${test}) {`);
        this.inside(member.then, name);
        this.lines.push('} else {');
        if (member.otherwise === null)
          this.lines.push(`${name} = ${this.place(this.module.layout.places.get(member)!)};`);
        else this.inside(member.otherwise, name);
        this.lines.push('}');
        this.anchors.set(anchor, name);
        return;
      }
      case 'within':
        this.discriminants([member.size]);
        this.extent(this.emit(member.size), member.size, member.max);
        this.set(anchor!, this.anchorCode(anchor!));
        return;
      case 'field':
        this.field_(member, anchor!);
        return;
      case 'pad':
        this.set(anchor!, this.anchorCode(anchor!));
        return;
      default:
        return;
    }
  }

  private inside(block: Block, name: string): void {
    this.nested(() => {
      this.block(block);
      this.lines.push(`${name} = ${this.place(this.module.layout.ends.get(block)!)};`);
    });
  }

  private field_(field: Field, anchor: Anchor): void {
    if (isSelfDelimited(field.type)) {
      this.walkOn(field, anchor);
      return;
    }
    if (!('extent' in field.type)) {
      // A struct of varying size: its parts are not laid out in the frame.
      throw new Error(`${field.path} has no size a scan can tell; the checker refuses it`);
    }
    const { extent } = field.type;
    if (extent.kind === 'size' || extent.kind === 'count') {
      this.discriminants([extent.value]);
      const code = this.emit(extent.value);
      if (extent.value.op === 'digits')
        this.lines.push(`if (${code} < 0) return ${this.module.use('ScanFault')}.malformed;`);
      this.extent(code, extent.value, extent.max);
    } else if (extent.kind === 'prefix') {
      const start = this.module.layout.places.get(field)!;
      this.reading(start, extent.int.bits / 8);
      const least = 'nullable' in field.type && field.type.nullable && extent.int.signed ? -1 : 0;
      if (extent.int.signed || extent.max !== null) {
        const length = this.free('length');
        this.lines.push(`const ${length} = ${this.lengthAt(extent, this.place(start))};`);
        const fault = this.module.use('ScanFault');
        if (extent.int.signed) this.lines.push(`if (${length} < ${least}) return ${fault}.malformed;`);
        const none =
          'nullable' in field.type && field.type.nullable && !extent.int.signed
            ? ` && ${length} !== ${2 ** extent.int.bits - 1}`
            : '';
        if (extent.max !== null)
          this.lines.push(`if (${length} > ${extent.max}${none}) return ${fault}.tooLarge;`);
      }
    }
    this.set(anchor, this.anchorCode(anchor));
    this.keep(anchor);
  }

  /** Keeps a place for who asks after the scan. */
  private keep(anchor: Anchor): void {
    if (!this.marks || !isMarked(anchor, this.module)) return;
    this.lines.push(`marks.keep(${this.module.mark(anchor)}, ${this.anchors.get(anchor)!});`);
  }

  /** A self-delimited field outside of windows: its end, once the bytes that tell it have come. */
  private walkOn(field: Field, anchor: Anchor): void {
    const { type } = field;
    const counted = countedBy(type);
    if (counted !== null) {
      this.discriminants([counted]);
      this.extent(this.emit(counted), counted, mostEntries(type, this.module));
    }
    this.discriminants(argsIn(type));
    this.reading(this.module.layout.places.get(field)!, memberSize(field).min);
    const start = this.place(this.module.layout.places.get(field)!);
    this.set(anchor, this.walk(field, type, start));
    const end = this.anchors.get(anchor)!;
    this.lines.push(`if (${end} <= 0) return ${this.module.use('unended')}(${end}, from, to, state);`);
    this.keep(anchor);
    if (type.kind === 'int' && field.constant?.kind === 'int')
      this.lines.push(
        `if (${this.value(field)} !== ${literal(field, field.constant)}) return ${this.module.use('ScanFault')}.malformed;`,
      );
  }

  protected override walk(field: Field, type: FieldType, start: string): string {
    if (windowAround(field, this.module) !== null) return super.walk(field, type, start);
    const counted = countedBy(type);
    const count = counted === null ? '0' : this.units(field, counted);
    const depth = String(this.module.protocol.limits.depth);
    return endCode(
      type,
      field.path,
      'b',
      start,
      'to',
      count,
      depth,
      this.module,
      'walks',
      argumentsOf(type, this),
    );
  }

  private extent(code: string, value: Expression, max: number | null): void {
    if (max === null || value.type.kind !== 'int' || value.type.high <= BigInt(max)) return;
    this.lines.push(`if (${code} > ${max}) return ${this.module.use('ScanFault')}.tooLarge;`);
  }

  /** Values that decide about sizes have to be ones the schema allows: what was proved of sizes holds for those only. */
  private discriminants(expressions: readonly Expression[]): void {
    for (const e of expressions) {
      for (const part of parts(e)) {
        if (part.op !== 'field' || part.fields.length !== 1) continue;
        const field = part.fields[0]!;
        if (this.checked.has(field)) continue;
        this.checked.add(field);
        if (field.member === 'bitField') {
          this.bitRange(field, part);
          continue;
        }
        if (field.type.kind !== 'int') continue;
        const { low, high } = boundsOf(field);
        const full = rangeOf(field.type.int);
        const isFull = field.type.form.kind === 'fixed' || field.type.int.bits >= 53;
        if ((low === full.low && high === full.high && isFull) || field.constant !== null) continue;
        const value = this.hold(part, this.value(field));
        const tests = [
          ...(low > full.low || !isFull ? [`${value} < ${low}`] : []),
          ...(high < full.high || !isFull ? [`${value} > ${high}`] : []),
        ];
        const members = field.type.enum;
        const gaps =
          members !== null &&
          !members.open &&
          !members.flags &&
          field.range === null &&
          high - low + 1n !== BigInt(members.members.length);
        const test = gaps
          ? members.members.map((m) => `${value} !== ${this.module.enumValue(members, m.value)}`).join(' && ')
          : tests.join(' || ');
        this.lines.push(`if (${test}) return ${this.module.use('ScanFault')}.malformed;`);
      }
    }
  }

  private bitRange(bit: BitFieldModel, e: Expression & { op: 'field' }): void {
    if (bit.range === null) return;
    const { low, high } = bit.range;
    const value = this.hold(e, this.value(bit));
    const tests = [
      ...(low > 0n ? [`${value} < ${low}`] : []),
      ...(high < widthRange(bit).high ? [`${value} > ${high}`] : []),
    ];
    if (tests.length > 0)
      this.lines.push(`if (${tests.join(' || ')}) return ${this.module.use('ScanFault')}.malformed;`);
  }

  private readonly checked = new Set<Field | BitFieldModel>();

  private set(anchor: Anchor, code: string): void {
    const name = this.free('p');
    this.lines.push(`const ${name} = ${code};`);
    this.anchors.set(anchor, name);
  }
}
