import { describe, expect, test } from 'vitest';
import { checkTexts } from './check-texts.js';

const lines = (count: number, line: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => line(i)).join('\n');

const frame = (members: string): string => `protocol p {
  frame F { id : u32; type : bool(u8); ${members} }
  semantics { kind = match (type) { true => request, false => response }; id = id; }
  synth hijack none;
}`;

/** Texts that are meant to exhaust something, with the codes they are answered with. */
const hostile: Record<string, { texts: Record<string, string>; codes: readonly string[] }> = {
  'constants in a row': {
    texts: { a: `${lines(5000, (i) => `const C${i} = C${i + 1};`)} const C5000 = 1;` },
    codes: ['PF003'],
  },
  'constants that double': {
    texts: { a: `const C0 = 2; ${lines(60, (i) => `const C${i + 1} = C${i} * C${i};`)}` },
    codes: ['PF113'],
  },
  'constants that are used twice each': {
    texts: { a: `const C0 = 0; ${lines(60, (i) => `const C${i + 1} = C${i} + C${i};`)}` },
    codes: [],
  },
  'protocols that extend one another': {
    texts: {
      a: `${lines(2000, (i) => `protocol p${i} extends p${i + 1} { }`)} ${frame('').replace('p {', 'p2000 {')}`,
    },
    codes: ['PF003', 'PF130'],
  },
  'structs in structs': {
    texts: { a: `${lines(3000, (i) => `struct S${i} { a : S${i + 1}; }`)} struct S3000 { a : u8; }` },
    codes: ['PF003'],
  },
  'structs that double': {
    texts: {
      a: `${lines(60, (i) => `struct S${i} { a : S${i + 1}; b : S${i + 1}; }`)} struct S60 { a : u8; }
        ${frame('size : u32; within (size) { s : S0; rest_of_it : bytes rest; }')}`,
    },
    codes: ['PF106'],
  },
  'lets that double': {
    texts: {
      a: frame(`n : u8; let l0 = n; ${lines(60, (i) => `let l${i + 1} = l${i} + l${i};`)} assert l60 > 3;`),
    },
    codes: ['PF003'],
  },
  'an enum of many members': {
    texts: { a: `enum E : u32 { ${lines(20000, (i) => `m${i} = ${i},`)} }` },
    codes: [],
  },
  'an enum of many equal members': {
    texts: { a: `enum E : u32 { ${lines(5000, (i) => `m${i} = 1,`)} }` },
    codes: ['PF113'],
  },
  'many fields': { texts: { a: frame(lines(5000, (i) => `f${i} : u8 = 0;`)) }, codes: [] },
  'many arms': {
    texts: {
      a: frame(`n : u16; variant (n) { ${lines(1500, (i) => `${i * 2} => { f${i} : u8 = 0; }`)} _ => { } }`),
    },
    codes: [],
  },
  'arms over many values at once': {
    texts: {
      a: frame(
        `a : u8; b : u8; c : u8; d : u8; variant (a, b, c, d) { ${lines(40, (i) => `(${i}, ${i}, ${i}, ${i}) => { }`)} }`,
      ),
    },
    codes: ['PF110'],
  },
  'branches in branches': {
    texts: { a: frame(`n : u16; ${'if (n > 1) { '.repeat(60)} f : u8; ${'}'.repeat(60)}`) },
    codes: ['PF111'],
  },
  'lists in lists': { texts: { a: frame(`f : ${'list of '.repeat(60)} u8 count 2;`) }, codes: ['PF103'] },
  'files that use one another': {
    texts: {
      a: `use "./b" as b; use "./b"; struct A { x : b.B; y : B; }`,
      b: `use "./a" as a; use "./a"; struct B { x : u8; } struct C { x : a.A; y : A; }`,
    },
    codes: [],
  },
  'a circle through three protocols and two files': {
    texts: {
      a: `use "./b"; protocol x extends y { } protocol z extends x { }`,
      b: `use "./a"; protocol y extends z { }`,
    },
    codes: ['PF114'],
  },
  'names of the language and of objects': {
    texts: {
      a: frame(
        '__proto__ : u8 default 0; constructor : u8 default 0; hasOwnProperty : u8 default 0; frame : u8 default 0; if (__proto__ == 1) { prototype : u8; }',
      ),
    },
    codes: ['PF170'],
  },
};

describe('texts that are meant to exhaust the compiler are answered soon', () => {
  test.each(Object.keys(hostile))('%s', (name) => {
    const { texts, codes } = hostile[name]!;
    const began = process.cpuUsage();
    const { report } = checkTexts(texts);
    expect([...new Set(report.diagnostics.map((one) => one.code))]).toEqual(codes);
    // What grows with the square of such a text takes minutes; processor time, since other tests run beside.
    const { user } = process.cpuUsage(began);
    expect(user / 1000).toBeLessThan(6000);
  });
});
