import { StructureKind, type FunctionDeclarationStructure } from 'ts-morph';
import { defaultLast } from '../model/default-last.js';
import { rangeOf, widthRange } from '../model/integers.js';
import type {
  Block,
  Enum,
  ExtentModel,
  Field,
  MemberModel,
  VariantModel,
  WindowModel,
} from '../model/model.js';
import type { Anchor } from '../model/layout.js';
import { blockSize, fixedSize, memberSize } from '../model/size.js';
import { hasGaps, isClosed, noMember, spanOf } from './closed-enum.js';
import { ConstantText } from './constant-text.js';
import { externHeaders } from './emit-extern-headers.js';
import { headerWindow } from './emit-headers.js';
import { emitCases, unnamedWord } from './emit-expression.js';
import { literal } from './literal.js';
import { isEntry, recordRange } from './emit-record.js';
import { idInHead } from './emit-roles.js';
import { quote, type Module } from './module.js';
import { isMarked, isOpenEnded, Reader, windowAround } from './reader.js';
import { windowEnd } from './emit-view.js';
import { countedBy, isSelfDelimited, mostEntries } from './self-delimiting.js';
import { walk } from '../model/walk.js';
import { tidy } from './tidy.js';

/** Emits `check`: whether a complete frame keeps to the schema, as far as that is not left to reading. */
export function emitCheck(module: Module): FunctionDeclarationStructure {
  const checker = new Checker(module);
  checker.run();
  return {
    kind: StructureKind.Function,
    name: 'check',
    docs: ['Whether b[at, end) is a frame as the schema has it. @throws DecodeError'],
    parameters: [
      { name: 'b', type: 'Uint8Array' },
      { name: 'at', type: 'number' },
      { name: 'end', type: 'number' },
    ],
    returnType: 'void',
    statements: tidy(checker.lines),
  };
}

class Checker extends Reader {
  run(): void {
    const { frame } = this.module.protocol;
    const { end } = this.module.layout;
    const { min } = blockSize(frame.body);
    this.fail(
      `end - at < ${min}`,
      'window',
      frame.name,
      '0',
      `\`has \${end - at} bytes, needs ${min}\``,
      frame,
    );
    this.block(frame.body, 'end');
    this.within = [];
    const total = this.place(end);
    this.fail(
      `end !== ${total}`,
      'window',
      frame.name,
      '0',
      `\`has \${end - at} bytes, its fields take \${${total} - at}\``,
      frame,
    );
    // The proxy asks every frame for its id.
    if (idInHead(this.module) !== null) this.lines.push('idPlace(b, at);');
    if (isEntry(this.module.protocol.roles.id)) this.lines.push('idOf(b, at);');
    if (externHeaders(this.module).some((head) => head.type.extern.isHead))
      this.lines.push('textsPlace(b, at);');
    const limited = headerWindow(this.module);
    if (limited !== null) {
      const { window, bytes } = limited;
      const size = this.emit(window.size);
      this.fail(
        `${size} > ${bytes}`,
        'limit',
        window.path,
        this.offset(window),
        `\`has \${${size}} bytes, the limit is ${bytes}\``,
        window,
      );
    }
  }

  /**
   * @param end the code of where the window around the block ends
   * @param reached whether what stands before the block is known to have ended by then
   * @param moved whether the window's range says nothing of the block: something of varying size stands before it, or
   * another arm is shorter
   */
  private block(block: Block, end: string, reached = true, moved = false): void {
    const inWindow = end !== 'end';
    let isReached = reached;
    let hasMoved = moved || !reached;
    let afterExtern = false;
    block.members.forEach((member, i) => {
      const behind = inWindow ? this.behind(member) : null;
      if (inWindow && (!isReached || behind !== null) && isOpenEnded(member)) {
        this.within = member.guards;
        this.ends(member, this.placeOf(member), behind === null ? end : `${end} - ${behind}`);
        isReached = true;
      }
      // From an extern on, a window's content is checked when it is read: most frames only pass.
      if (inWindow && afterExtern && !block.members.slice(i).some(isFixed)) return;
      this.within = member.guards;
      this.member(member, end, isReached, hasMoved);
      this.within = member.guards;
      if (!inWindow) return;
      afterExtern ||= hasExtern(member);
      hasMoved ||= !isFixed(member);
      if (isFixed(member)) {
        // What a window holds at least is in its range; behind what varies nobody has looked.
        if (hasMoved) isReached = false;
        if (afterExtern && !block.members.slice(i + 1, i + 2).some(isFixed)) {
          this.ends(member, this.endOf(member), end);
          isReached = true;
        }
      } else if (!afterExtern && !isOpenEnded(member)) {
        const to = this.endOf(member);
        // A value that is walked ends inside of its window, or is refused on the way.
        isReached = member.member !== 'field' || !isSelfDelimited(member.type);
        if (isReached) this.ends(member, to, end);
      }
    });
  }

  /** Refuses a member that ends at `to`, or starts there, behind the end of its window. */
  private ends(member: MemberModel, to: string, end: string): void {
    this.fail(
      `${to} > ${end}`,
      'window',
      pathOf(member, this.module),
      this.offset(member),
      `\`runs \${${to} - (${end})} bytes over the end of its window\``,
      member,
    );
  }

  /** A window ends where its last member does; one that takes the rest always does. */
  private closes(window: WindowModel, end: string): void {
    const last = window.body.members[window.body.members.length - 1];
    if (last === undefined || window.body.members.some((m) => isOpenEnded(m) || hasExtern(m))) return;
    const place = this.place(this.module.layout.ends.get(window.body)!);
    this.fail(
      `${place} !== ${end}`,
      'window',
      pathOf(last, this.module),
      this.offset(last),
      `\`\${${end} - (${place})} bytes of its window are left over\``,
      last,
    );
  }

  /** A place in a window is found here first, and kept for who asks after it; scan has kept those outside. */
  protected override anchor(anchor: Anchor): string {
    const { after } = anchor;
    const isFirst = !this.anchors.has(anchor) && windowAround(after, this.module) !== null;
    if (!isFirst || !isMarked(anchor, this.module) || !this.isWithin(after.guards))
      return super.anchor(anchor);
    const code = this.anchorCode(anchor);
    const name = this.free('p');
    this.lines.push(`const ${name} = marks.keep(${this.module.mark(anchor)}, ${code});`);
    this.anchors.set(anchor, name);
    return name;
  }

  private member(member: MemberModel, end: string, reached: boolean, moved: boolean): void {
    switch (member.member) {
      case 'field':
        this.checkField(member);
        return;
      case 'bits':
        for (const bit of member.fields) {
          const value = this.value(bit);
          if (bit.constant?.kind === 'int') {
            const wanted =
              bit.enum === null && bit.width === 1
                ? String(bit.constant.value === 1n)
                : String(bit.constant.value);
            this.fail(
              `${value} !== ${wanted}`,
              'constant',
              bit.path,
              this.offset(member),
              `\`is \${${value}}, has to be ${wanted}\``,
              bit,
            );
          } else if (bit.range !== null) {
            const { low, high } = bit.range;
            const isAny = high === widthRange(bit).high;
            const detail = `\`is \${${value}}, has to be ${low} to ${high}\``;
            const test = [
              ...(low > 0n ? [`${value} < ${low}`] : []),
              ...(isAny ? [] : [`${value} > ${high}`]),
            ];
            if (test.length > 0)
              this.fail(test.join(' || '), 'range', bit.path, this.offset(member), detail, bit);
          } else if (isClosed(bit.enum)) {
            this.closed(bit.enum, value, bit.path, this.offset(member), bit);
          }
        }
        return;
      case 'assert': {
        const condition = this.emit(member.condition);
        this.fail(
          `!(${condition})`,
          'assert',
          member.path,
          this.offset(member),
          quote(member.message),
          member,
        );
        return;
      }
      case 'if': {
        const above = moved ? 0 : memberSize(member).min;
        if (
          ![member.then, member.otherwise].some((b) => b !== null && this.hasChecks(b, end, reached, above))
        )
          return;
        const test = this.branch(member.condition, 0);
        this.branches(
          [[test, member.then], ...(member.otherwise === null ? [] : [[null, member.otherwise] as const])],
          end,
          reached,
          above,
        );
        return;
      }
      case 'variant': {
        const above = moved ? 0 : memberSize(member).min;
        const wildcard = member.arms.findIndex((a) => a.patterns === null);
        const checked = member.arms.some((arm) => this.hasChecks(arm.body, end, reached, above));
        const covered = wildcard >= 0 || this.provedByEnums(member);
        if (covered && !checked) return;
        const cases = member.arms.map((arm, i) => [this.arm(member, i), arm.body] as const);
        if (wildcard >= 0) cases.push([null as never, cases.splice(wildcard, 1)[0]![1]]);
        if (!covered) {
          const on = member.on.map((e) => this.hold(e, this.emit(e)));
          const all = cases.map(([test]) => test).join(' || ');
          this.fail(
            unnamedWord(member.on, on) ?? `!(${all})`,
            'variant',
            member.path,
            this.offset(member),
            quote('no arm takes this'),
            member,
          );
        }
        if (checked && !this.cases(member, end, reached, above)) this.branches(cases, end, reached, above);
        return;
      }
      case 'within': {
        if (member.max !== null) {
          const size = this.emit(member.size);
          this.fail(
            `${size} > ${member.max}`,
            'limit',
            member.path,
            this.offset(member),
            `\`has \${${size}} bytes, the limit is ${member.max}\``,
            member,
          );
        }
        if (end !== 'end') {
          const to = this.endOf(member);
          this.fail(
            `${to} > ${end}`,
            'window',
            member.path,
            this.offset(member),
            quote('runs over the end of the window around it'),
            member,
          );
        }
        const last = member.body.members[member.body.members.length - 1];
        const isClosed =
          last !== undefined && !member.body.members.some((m) => isOpenEnded(m) || hasExtern(m));
        if (this.hasChecks(member.body, 'window') || isClosed) {
          const to = this.free(`${member.name === null ? 'window' : this.module.local(member.name)}End`);
          const place = this.endOf(member);
          this.lines.push(`const ${to} = ${place};`);
          this.block(member.body, to);
          this.closes(member, to);
        }
        return;
      }
      case 'pad':
        return;
    }
  }

  /**
   * The arms of a variant as a switch, where that is worth it: true if it was.
   *
   * @param above how many bytes the window's range has room for in any case
   */
  private cases(variant: VariantModel, end: string, reached: boolean, above: number): boolean {
    const arms = defaultLast(variant.arms);
    const labels = emitCases(arms, variant.on, this.module);
    if (labels === null) return false;
    const checked = arms.map((arm) => this.hasChecks(arm.body, end, reached, above));
    const isDefaultChecked = arms.some((arm, i) => arm.patterns === null && checked[i]!);
    if (checked.filter(Boolean).length < 2 && !isDefaultChecked) return false;
    const [on] = variant.on;
    const value = this.hold(on!, this.emit(on!));
    this.lines.push(`switch (${value}) {`);
    arms.forEach((arm, i) => {
      // What no arm here takes has nothing to be checked, but for where the default has.
      if (!checked[i]! && !isDefaultChecked) return;
      this.lines.push(`${labels[i]!} {`);
      if (checked[i]!) this.nested(() => this.block(arm.body, end, reached, isLonger(arm.body, above)));
      this.lines.push('break;', '}');
    });
    this.lines.push('}');
    return true;
  }

  private branches(
    all: readonly (readonly [string | null, Block])[],
    end: string,
    reached: boolean,
    above: number,
  ): void {
    const last = all.findLastIndex(([, body]) => this.hasChecks(body, end, reached, above));
    const cases = all.slice(0, last + 1);
    cases.forEach(([test, body], i) => {
      this.lines.push(
        test === null ? (i === 0 ? '{' : '} else {') : i === 0 ? `if (${test}) {` : `} else if (${test}) {`,
      );
      this.nested(() => this.block(body, end, reached, isLonger(body, above)));
    });
    this.lines.push('}');
  }

  /** Whether a block has anything to check, so that no empty branch is emitted. */
  private hasChecks(block: Block, end: string, reached = true, above = Infinity): boolean {
    const trial = new Checker(this.module);
    trial.block(block, end, reached, isLonger(block, above));
    return trial.lines.some((line) => line.includes('throw'));
  }

  /** A variant over closed enums needs no test of its own: other values were refused where the field stands. */
  private provedByEnums(variant: MemberModel & { member: 'variant' }): boolean {
    return variant.on.every(
      (e) =>
        e.type.kind === 'bool' ||
        (e.type.kind === 'int' && e.type.enum !== null && !e.type.enum.open && !e.type.enum.flags),
    );
  }

  private checkField(field: Field): void {
    const { type } = field;
    if ('extent' in type && 'value' in type.extent && type.extent.value.op === 'digits') {
      const { key } = type.extent.value.of;
      const detail = quote(
        `the header ${JSON.stringify(key)} has to say its size, in up to 15 digits, and once`,
      );
      this.fail(
        `${this.emit(type.extent.value)} < 0`,
        'range',
        field.path,
        this.offset(field),
        detail,
        field,
      );
    }
    if (type.kind === 'int') {
      const members = isClosed(type.enum) ? type.enum : null;
      // A number in digits or groups of bits is read once for its tests and their errors.
      const isOnce = type.form.kind !== 'fixed' || (members !== null && hasGaps(members));
      const value = isOnce ? this.once(field) : this.value(field);
      const offset = this.offset(field);
      if (field.constant !== null) {
        const wanted = literal(field, field.constant);
        this.fail(
          `${value} !== ${wanted}`,
          'constant',
          field.path,
          offset,
          `\`is \${${value}}, has to be ${wanted}\``,
          field,
        );
        return;
      }
      if (field.computed !== undefined) {
        const wanted = this.emit(field.computed);
        const detail = `\`is \${${value}}, has to be \${${wanted}}\``;
        this.fail(`${value} !== ${wanted}`, 'constant', field.path, offset, detail, field);
      }
      if (type.bool) return;
      if (type.form.kind === 'digits' && type.form.extent.kind === 'size') {
        const end = this.module.use(type.form.base === 10 ? 'digitsEnd' : 'hexDigitsEnd');
        const { digits } = type.form.extent;
        const place = this.placeOf(field);
        this.fail(
          `${end}(b, ${place}, ${place} + ${digits}, ${digits}) <= 0`,
          'range',
          field.path,
          offset,
          quote(`has to be ${digits} digits`),
          field,
        );
      }
      if (field.range === null && type.form.kind !== 'fixed' && type.int.bits < 53) {
        const { low, high } = rangeOf(type.int);
        this.fail(
          `${value} < ${low} || ${value} > ${high}`,
          'range',
          field.path,
          offset,
          `\`is \${${value}}, has to be ${low} to ${high}\``,
          field,
        );
      }
      if (field.range !== null) {
        const { low, high } = field.range;
        const big = literal(field, { kind: 'int', value: 0n }).endsWith('n') ? 'n' : '';
        const full = rangeOf(type.int);
        const tests = [
          ...(low > full.low || type.form.kind !== 'fixed' ? [`${value} < ${low}${big}`] : []),
          ...(high < full.high || type.form.kind !== 'fixed' ? [`${value} > ${high}${big}`] : []),
        ];
        if (tests.length > 0)
          this.fail(
            tests.join(' || '),
            'range',
            field.path,
            offset,
            `\`is \${${value}}, has to be ${low} to ${high}\``,
            field,
          );
      }
      if (members !== null) this.closed(members, value, field.path, offset, field);
      return;
    }
    const counted = type.kind === 'map' ? countedBy(type) : null;
    if (counted !== null && windowAround(field, this.module) !== null) {
      const most = mostEntries(type, this.module);
      const count = this.emit(counted);
      if (most !== null && counted.type.kind === 'int' && counted.type.high > BigInt(most))
        this.fail(
          `${count} > ${most}`,
          'limit',
          field.path,
          this.offset(field),
          `\`has \${${count}} entries, the limit is ${most}\``,
          field,
        );
      return;
    }
    if (type.kind === 'record') {
      const { from, to } = recordRange(field, this);
      const format = this.module.extern(type.extern);
      this.fail(
        `!${format}.isRecord(b, ${from}, ${to})`,
        'window',
        field.path,
        this.offset(field),
        quote(`is no ${type.extern.name}`),
        field,
      );
      return;
    }
    if (field.constant?.kind === 'text' && (type.kind === 'bytes' || type.kind === 'text')) {
      const constant = new ConstantText(field, field.constant.value, this.module);
      const missing = constant.missing('b', this.placeOf(field), this.endOf(field));
      this.fail(
        missing,
        'constant',
        field.path,
        this.offset(field),
        quote(`has to be ${constant.shown}`),
        field,
      );
    }
    if (type.kind === 'bytes' || type.kind === 'text') this.checkMax(field, type.extent);
    if ('extent' in type && type.extent.kind === 'prefix' && type.extent.int.signed) {
      // The scan refuses these outside of windows; inside, nobody has looked yet.
      const least = 'nullable' in type && type.nullable ? -1 : 0;
      const start = this.placeOf(field);
      const length = this.lengthAt(type.extent, start);
      this.fail(
        `${length} < ${least}`,
        'range',
        field.path,
        this.offset(field),
        `\`has the length \${${length}}\``,
        field,
      );
    }
  }

  /** The scan has held what stands outside of windows to its `max`. */
  private checkMax(field: Field, extent: ExtentModel): void {
    // Where these end is found with a look at it.
    if (extent.kind === 'until' || extent.kind === 'varying') return;
    if (extent.max === null || windowAround(field, this.module) === null) return;
    if ((extent.kind === 'size' || extent.kind === 'count') && extent.value.op === 'int') return;
    const prefix = extent.kind === 'prefix' ? extent.int.bits / 8 : 0;
    const to = extent.kind === 'rest' ? windowEnd(field, this) : this.endOf(field);
    const size = `${to} - (${this.placeOf(field)})${prefix === 0 ? '' : ` - ${prefix}`}`;
    this.fail(
      `${size} > ${extent.max}`,
      'limit',
      field.path,
      this.offset(field),
      `\`has \${${size}} bytes, the limit is ${extent.max}\``,
      field,
    );
  }

  private closed(of: Enum, value: string, path: string, offset: string, node: { span: Field['span'] }): void {
    const { low, high } = spanOf(of);
    const test = hasGaps(of)
      ? noMember(of, value, this.module)
      : low === 0n && !of.int.signed
        ? `${value} > ${high}`
        : `${value} < ${low} || ${value} > ${high}`;
    this.fail(test, 'enum', path, offset, `\`\${${value}} is no ${of.name}\``, node);
  }

  /** A member's distance from the start of the frame. */
  private offset(member: MemberModel): string {
    const place = this.module.layout.places.get(member);
    if (place === undefined) return '0';
    return place.anchor === null ? String(place.offset) : `${this.place(place)} - at`;
  }

  private fail(
    test: string,
    code: string,
    path: string,
    offset: string,
    detail: string,
    node: { span: Field['span'] },
  ): void {
    const error = `new ${this.module.use('DecodeError')}('${code}', ${quote(path)}, ${offset}, ${detail}, ${quote(this.module.schemaAt(node))})`;
    this.lines.push(`if (${test}) {`, `throw ${error};`, '}');
  }
}

/** Whether a member takes the same bytes in every frame, at least one. */
function isFixed(member: MemberModel): boolean {
  return (fixedSize(memberSize(member)) ?? 0) > 0;
}

/** Whether a block takes more than so many bytes in every frame that has it. */
function isLonger(block: Block, bytes: number): boolean {
  return blockSize(block).min > bytes;
}

/** Whether an extern's value stands in a member. */
function hasExtern(member: MemberModel): boolean {
  return [...walk({ members: [member] })].some((m) => m.member === 'field' && m.type.kind === 'extern');
}

function pathOf(member: MemberModel, module: Module): string {
  return member.path || module.protocol.frame.name;
}
