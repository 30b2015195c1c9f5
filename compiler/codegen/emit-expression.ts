import { bigCompared } from '../model/big-compared.js';
import type { Expression } from '../model/expression.js';
import { namedBy } from '../model/named-by.js';
import type { ArmModel, ValueSet } from '../model/model.js';
import { wordName } from '../model/word-name.js';
import { whichCompared } from './bytes-compared.js';
import { quote, type Module } from './module.js';

/** What the runtime calls the functions that give a part of a text. */
const PARTS = {
  before: 'textBefore',
  after: 'textAfter',
  before_last: 'textBeforeLast',
  after_last: 'textAfterLast',
} as const;

type Of<Op extends Expression['op']> = Expression & { readonly op: Op };

/** How the names of an expression are read where it is emitted. */
export interface Environment {
  readonly module: Module;
  /** The value of a field; `undefined` in the frames that lack it. */
  field(e: Of<'field'>): string;
  /** The text of a header, undefined if there is none. */
  header?(e: Of<'header'>): string;
  /** `req.x` in a synth. */
  request?(e: Of<'request'>): string;
  param?(e: Of<'param'>): string;
  /** Whether a bytes field is what a text says, a character a byte. */
  bytesEqual?(e: Of<'field'>, text: string): string;
  /** What a nullable field is where it is null. Where left out it is null then, and undefined where it is not there. */
  nullValue?(e: Expression): string | null;
  /** The bytes of some members, or how many they are. */
  span?(e: Of<'span' | 'sizeOf'>): string;
  /** Whether the bytes of some members are what a text says. */
  spanEqual?(e: Of<'span'>, text: string): string;
  /** A byte of a bytes or text field, undefined where it is not there. */
  byte?(e: Of<'byte'>): string;
  /** The size that stands under a key of the headers; negative where it is missing or malformed. */
  digits?(e: Of<'digits'>): string;
  /** Whether the headers have a key. */
  hasHeader?(e: Of<'header'>): string | null;
  /** Which of some words the bytes of a field are, where they are looked at as they lie; null where they are not. */
  which?(e: Of<'oneOf'>): string | null;
  /** Whether the bytes of a field begin or end with a text; null where they are not looked at as they lie. */
  textTest?(e: Of<'textTest'>): string | null;
  /** Whether numbers have their low byte first, by what chooses that; left out where it is emitted as others are. */
  little?(order: Expression): string;
  /** A local variable for what is used more than once. */
  hold(e: Expression, code: string): string;
}

/** An expression as TypeScript. Operators are put in parentheses; the printer removes what is not needed. */
export function emitExpression(e: Expression, env: Environment): string {
  switch (e.op) {
    case 'int':
      return e.type.kind === 'int' && e.type.enum !== null
        ? env.module.enumValue(e.type.enum, e.value)
        : String(e.value);
    case 'text':
      return quote(e.value);
    case 'bool':
      return String(e.value);
    case 'null':
      return 'undefined';
    case 'frameKind':
      return `${env.module.use('FrameKind')}.${e.value}`;
    case 'field':
      return env.field(e);
    case 'flag':
      return `((${emitExpression(e.of, env)} & ${e.mask}) !== 0)`;
    case 'header':
      return env.header?.(e) ?? unreadable('a header');
    case 'request':
      return env.request?.(e) ?? unreadable('req.');
    case 'param':
      return env.param?.(e) ?? unreadable('a parameter');
    case 'wire':
      return `toWire(${emitExpression(e.of, env)})`;
    case 'unary':
      return e.operator === 'not'
        ? `!(${emitExpression(e.operand, env)})`
        : `(${e.operator}(${emitExpression(e.operand, env)}))`;
    case 'binary':
      return emitBinary(e, env);
    case 'match':
      return emitMatch(e, env);
    case 'call': {
      const name = env.module.extern(e.fn);
      const args = e.args.map((arg) => emitExpression(arg, env));
      // Without one of its values a call gives none.
      return e.args.reduceRight(
        (call, arg, i) => {
          if (!arg.optional) return call;
          const given = env.module.use('whenGiven');
          if (e.args.length === 1) return `${given}(${args[i]!}, ${name})`;
          return `${given}(${args[i]!}, (given${i}) => ${call})`;
        },
        `${name}(${args.map((arg, i) => (e.args[i]!.optional ? `given${i}` : arg)).join(', ')})`,
      );
    }
    case 'byte':
      return env.byte?.(e) ?? unreadable('a byte');
    case 'part': {
      const part = env.module.use(PARTS[e.part]);
      return `${part}(${env.hold(e.of, emitExpression(e.of, env))}, ${quote(e.separator)})`;
    }
    case 'textTest': {
      const lying = env.textTest?.(e) ?? null;
      if (lying !== null) return lying;
      const test = { starts_with: 'startsWith', ends_with: 'endsWith', contains: 'includes' }[e.test];
      if (e.of.type.kind === 'bytes') {
        const given = `${env.module.use('readLatin1')}(given, 0, given.length).${test}(${quote(e.text)})`;
        return `(${env.module.use('whenGiven')}(${emitExpression(e.of, env)}, (given) => ${given}) === true)`;
      }
      const code = `${emitExpression(e.of, env)}${e.of.optional ? '?' : ''}.${test}(${quote(e.text)})`;
      return e.of.optional ? `(${code} === true)` : code;
    }
    case 'word':
      return `${env.module.use('textWord')}(${emitExpression(e.of, env)}, ${e.index})`;
    case 'cased': {
      const [name, of] = [env.module.use(`${e.to}Case`), emitExpression(e.of, env)];
      return e.of.optional ? `${env.module.use('whenGiven')}(${of}, ${name})` : `${name}(${of})`;
    }
    case 'oneOf':
      return env.which?.(e) ?? whichCompared(e, emitExpression(e.of, env), env.module);
    case 'digits':
      return env.digits?.(e) ?? unreadable('a header');
    case 'named':
      return emitNamed(e.of, emitExpression(e.of, env), env.module);
    case 'span':
    case 'sizeOf':
      return env.span?.(e) ?? unreadable('bytes(…)');
    case 'access':
      throw new Error(`${e.op} is refused before code is generated`);
  }
}

/** The name of a number whose code is `code`. */
function emitNamed(of: Expression, code: string, module: Module): string {
  const { type } = of;
  const names = namedBy(of) === null || type.kind !== 'int' ? null : module.memberNames(type.enum!);
  if (names === null) return of.optional ? `${module.use('whenGiven')}(${code}, String)` : `String(${code})`;
  const name = module.use('memberName');
  return of.optional
    ? `${module.use('whenGiven')}(${code}, (given) => ${name}(${names}, given))`
    : `${name}(${names}, ${code})`;
}

function unreadable(what: string): never {
  throw new Error(`${what} can't be read here, which the checker should have refused`);
}

function emitBinary(e: Of<'binary'>, env: Environment): string {
  const bytes = e.left.op === 'field' || e.left.op === 'span' ? e.left : e.right;
  const text = bytes === e.left ? e.right : e.left;
  if (bytes.op === 'span' && text.op === 'text') {
    const same = env.spanEqual?.(bytes, text.value) ?? unreadable('bytes(…)');
    return e.operator === '==' ? same : `!(${same})`;
  }
  if (bytes.op === 'field' && text.op === 'text') {
    if (bytes.type.kind === 'bytes') {
      const same = env.bytesEqual?.(bytes, text.value) ?? unreadable('bytes');
      return e.operator === '==' ? same : `!(${same})`;
    }
    // No string is made of a text that lies there as the constant does.
    const isEquality = e.operator === '==' || e.operator === '!=';
    if (env.bytesEqual !== undefined && isEquality && isPlain(bytes, text.value)) {
      const same = env.bytesEqual(bytes, text.value);
      return e.operator === '==' ? same : `!(${same})`;
    }
  }
  const [cased, word] = e.left.op === 'cased' ? [e.left, e.right] : [e.right, e.left];
  if (cased.op === 'cased' && word.op === 'text') {
    const type = { kind: 'int', low: -1n, high: 0n, enum: null } as const;
    const asked = {
      op: 'oneOf',
      of: cased,
      texts: [word.value],
      span: e.span,
      optional: false,
      type,
    } as const;
    const which = env.which?.(asked) ?? null;
    if (which !== null) return `(${which} ${e.operator}= 0)`;
  }
  const [asked, none_] = e.left.op === 'null' ? [e.right, e.left] : [e.left, e.right];
  if (asked.op === 'header' && none_.op === 'null') {
    const has = env.hasHeader?.(asked) ?? null;
    if (has !== null) return e.operator === '!=' ? has : `!(${has})`;
  }
  const isBig = bigCompared(e) !== null;
  const side = (of: Expression): string =>
    isBig && of.op === 'int' ? `${of.value}n` : emitExpression(of, env);
  const left = side(e.left);
  const right = side(e.right);
  const nulls = e.left.op === 'null' || e.right.op === 'null';
  const none = nulls ? (env.nullValue?.(e.left.op === 'null' ? e.right : e.left) ?? null) : null;
  if (none !== null) return `(${e.left.op === 'null' ? right : left} ${e.operator}= ${none})`;
  switch (e.operator) {
    case 'and':
      return `(${left} && ${right})`;
    case 'or':
      return `(${left} || ${right})`;
    case '==':
      // == null holds for null on the wire and for a field that is not there.
      return nulls ? `((${e.left.op === 'null' ? right : left}) == null)` : `(${left} === ${right})`;
    case '!=':
      return nulls ? `((${e.left.op === 'null' ? right : left}) != null)` : `(${left} !== ${right})`;
    case '/':
      return `Math.trunc(${left} / ${right})`;
    case '<<':
      return `(${left} * 2 ** ${right})`;
    case '>>':
      return `Math.floor(${left} / 2 ** ${right})`;
    case '&':
    case '^':
      // JavaScript's bit operators give signed numbers.
      return e.type.kind === 'int' && e.type.high > 0x7fffffffn
        ? `((${left} ${e.operator} ${right}) >>> 0)`
        : `(${left} ${e.operator} ${right})`;
    case '??':
      // What follows takes the place of null as well.
      return `(${left.replace(/^\((.*) \?\? undefined\)$/, '$1')} ?? ${right})`;
    default:
      return `(${left} ${e.operator} ${right})`;
  }
}

/** Whether a text is compared byte by byte: ASCII, which all encodings have alike, in a field that is not null. */
function isPlain(e: Of<'field'>, text: string): boolean {
  const alone = (f: Of<'field'>['fields'][number]): boolean =>
    f.member === 'field' && f.type.kind === 'text' && !f.type.nullable;
  return [...text].every((c) => c.charCodeAt(0) < 0x80) && e.fields.every(alone);
}

function emitMatch(e: Of<'match'>, env: Environment): string {
  const on = e.on.map((subject) => env.hold(subject, emitExpression(subject, env)));
  const last = e.arms.length - 1;
  let code = '';
  e.arms.forEach((arm, i) => {
    const value = emitExpression(arm.value, env);
    // The arms cover every value that check lets through, so the last one needs no test.
    if (i === last || arm.patterns === null) code += value;
    else code += `${emitPatterns(arm.patterns, e.on, on, env.module)} ? ${value} : `;
  });
  return `(${code})`;
}

/** Whether one of the alternatives takes the values, whose code is `on`. */
export function emitPatterns(
  patterns: readonly (readonly ValueSet[])[],
  subjects: readonly Expression[],
  on: readonly string[],
  module: Module,
): string {
  const rows = patterns.map((row) => {
    const parts = row.flatMap((set, i) => (set === null ? [] : [emitSet(set, subjects[i]!, on[i]!, module)]));
    return parts.length === 0 ? 'true' : `(${parts.join(' && ')})`;
  });
  return `(${rows.join(' || ')})`;
}

/** From so many values on, a switch reads better and is quicker than a chain of tests. */
const WORTH_SWITCHING = 4;

/**
 * The labels of a switch over a number that does what the tests of {@link emitPatterns} for each arm in turn do; null
 * where that can't be, or is not worth it. An arm without patterns is the default.
 */
export function emitCases(
  arms: readonly ArmModel[],
  subjects: readonly Expression[],
  module: Module,
): string[] | null {
  const [subject] = subjects;
  if (subjects.length !== 1 || subject!.optional || subject!.type.kind !== 'int') return null;
  const of = subject!.type.enum;
  const seen = new Set<bigint>();
  const labels: string[] = [];
  for (const { patterns } of arms) {
    const sets = patterns === null ? [] : patterns.map((row) => row[0] ?? null);
    if (sets.some((set) => set === null || set.some((r) => r.low !== r.high))) return null;
    // A value that an arm before takes never comes here.
    const values = sets.flatMap((set) => set!.map((r) => r.low)).filter((value) => !seen.has(value));
    if (patterns !== null && values.length === 0) return null;
    for (const value of values) seen.add(value);
    const names = values.map(
      (v) => `case ${of === null ? `${v}${wordComment(subject!, v)}` : module.enumValue(of, v)}:`,
    );
    labels.push(patterns === null ? 'default:' : names.join('\n'));
  }
  return seen.size < WORTH_SWITCHING || [...seen].some(isUnsafe) ? null : labels;
}

/** The code of whether no arm names what one word chooses by; null where that is no word alone. */
export function unnamedWord(subjects: readonly Expression[], on: readonly string[]): string | null {
  return subjects.length === 1 && subjects[0]!.op === 'oneOf' ? `(${on[0]!} < 0)` : null;
}

/** The word that a number stands for, to be read beside it. */
function wordComment(subject: Expression, value: bigint): string {
  return subject.op === 'oneOf' ? ` /* ${wordName(subject, value).replaceAll('*/', '* /')} */` : '';
}

function isUnsafe(value: bigint): boolean {
  return value < BigInt(Number.MIN_SAFE_INTEGER) || value > BigInt(Number.MAX_SAFE_INTEGER);
}

function emitSet(set: NonNullable<ValueSet>, subject: Expression, code: string, module: Module): string {
  const value = (n: bigint): string =>
    subject.type.kind === 'int' && subject.type.enum !== null
      ? module.enumValue(subject.type.enum, n)
      : `${n}${wordComment(subject, n)}`;
  const tests = set.map((r) => {
    if (subject.type.kind === 'bool') return r.low === r.high ? (r.low === 1n ? code : `!${code}`) : 'true';
    return r.low === r.high
      ? `${code} === ${value(r.low)}`
      : `(${code} >= ${value(r.low)} && ${code} <= ${value(r.high)})`;
  });
  return `(${tests.join(' || ')})`;
}
