import { expect, test } from 'vitest';
import { generate } from '../../../compiler/codegen/generate.js';
import { compileSchema, runModule, typeErrorsOf } from './load-codec.js';
import { proveCodec } from './prove-codec.js';

/** What random schemas found the generator to do wrong, each as small as it gets: members of the frame, then roles, then structs. */
const CASES: Record<string, readonly [members: string, roles?: string, structs?: string]> = {
  'bytes in a branch are measured and written in different blocks': [
    'if (asks) { n : u16; data : bytes size n; } else { four : bytes size 4; }',
  ],
  'an arm that is not the last in its window does not end it': [
    'n : u16 in 2..100; within (n) { b : bool(u8); variant (b) { true => { t : text size 3 = "qwe"; } false => { } } c : u8; }',
  ],
  'a window of one size in a branch is measured': [
    'if (asks) { n : u16 in 3..100; within (5) { within (n) { x : u8; d : bytes rest; } } }',
  ],
  'limits.header_bytes holds for encoders': [
    'n : u16; within (n) { headers : map of Pair rest; }',
    'headers = headers;',
  ],
  'key and value have prefixes of different width': [
    'n : u16; headers : map of Wide size n;',
    'headers = headers;',
    'struct Wide { key : pstr(u8); value : pstr(u32) nullable; }',
  ],
  'a list of texts that can be null': ['n : u16; l : list of (pstr(u16) nullable) size n max 3;'],
  'reencode keeps a body to its bounds': ['body : bytes size 6;', 'body = body;'],
  'reencode keeps a body to its prefix': ['body : pbytes(u8) max 300;', 'body = body;'],
  'reencode keeps a body to a length that another field has too': [
    'n : u16 in 2..999; d : bytes size n - 2; body : bytes size n;',
    'body = body;',
  ],
  'lengths that change are written from front to back': [
    'm : u8; n : u8; s : text size m; body : bytes size n; k : u16; headers : map of Pair size k; t : pstr(u8);',
    'body = body; headers = headers;',
  ],
  'a struct declares the fields of branches in branches once': [
    'w : u16 in 3..99; within (w) { p : Part; }',
    '',
    'struct Part { a : bool(u8); b : bool(u8); if (a) { if (b) { n : u32; } l : u8; t : text size l; } z : u8; }',
  ],
  'a length of 64 bits in a struct is a number': [
    'w : u16 in 8..99; within (w) { p : Part; }',
    '',
    'struct Part { n : u64 in 0..50; l : list of pstr(u8) size n; }',
  ],
  'bits and constants of structs are checked and cast': [
    'w : u16 in 5..99; within (w) { l : list of Part rest; }',
    '',
    'enum Kind : u8 { a = 0, b = 1 } struct Part { bits u8 { k : 3 as Kind; c : 5 = 1; } magic : bytes size 2 = "\\xda\\xbb"; t : text size 2 = "é"; }',
  ],
  'a struct without fields, and one that nothing uses': [
    'if (asks) { e : Empty; }',
    '',
    'struct Empty { } struct Unused { b : bool(u8); n : u8; }',
  ],
  'null in a text with a max is not too long': ['s : pstr(u32) max 30 nullable default "zz"; t : u8;'],
  'a frame begins with an alignment': ['', '', ''],
  'a checksum covers the id in a window': [
    'w : u16 in 4..99; within (w) { key : u32; r : text rest; } c : u32 checksum crc32 over asks..w;',
    'id = key;',
  ],
  'bits in a branch have to be given': ['if (asks) { bits u8 { x : 7; y : 1; } }'],
  'a variant in an arm asks a field of the arm': [
    'if (asks) { n : i16; variant (n) { -3..4 => { a : u8; } _ => { b : pstr(u8); } } }',
  ],
  'a variant of one size stands behind something that varies': [
    'b : bool(u8); s : pstr(u8); variant (b) { true => { n : u8; d : bytes size n; } false => { } } x : u8; variant (x) { _ => { } } t : pstr(u8);',
  ],
  'roles that read nothing of the frame': ['s : pstr(u8);', 'service = "fixed"; method = s;'],
  'constants beyond ASCII': [
    'm : bytes size 2 = "\\xda\\xbb"; l : text latin1 size 1 = "é"; u : text size 2 = "é";',
  ],
  'max holds inside of windows': [
    'w : u16 in 2..99; within (w) { n : u8; d : bytes size n max 7; s : pstr(u8) max 5; }',
  ],
};

function schema(
  name: string,
  [members, roles = '', structs = '']: readonly [string, string?, string?],
): string {
  const first = name.includes('alignment') ? 'pad align 4;' : '';
  const id = roles.includes('id =') ? '' : 'id = id;';
  return `protocol once_wrong {
    limits { frame = 64KiB; headers = 8; header_bytes = 64; }
    struct Pair { key : pstr(u8); value : pstr(u8); }
    ${structs}
    frame Frame { ${first} ${roles.includes('id =') ? '' : 'id : u32;'} asks : bool(u8); ${members} }
    semantics { kind = match (asks) { true => request, false => response }; ${id} ${roles} }
    synth hijack none;
  }`;
}

const generated: string[] = [];

test.each(Object.entries(CASES))('%s', async (name, parts) => {
  const protocol = compileSchema('once-wrong.proto-frame', schema(name, parts));
  const source = await generate(protocol);
  generated.push(source);
  expect(proveCodec(protocol, runModule(source), { seed: 1, frames: 150 })).toBeGreaterThan(10);
});

test('none has type errors under the strictest options', () => {
  expect(generated.length).toBe(Object.keys(CASES).length);
  expect(typeErrorsOf(generated).flat()).toEqual([]);
});
