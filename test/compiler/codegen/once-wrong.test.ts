import { expect, test } from 'vitest';
import { generate } from '../../../compiler/codegen/generate.js';
import { compileSchema, externCodeOf, runModule, typeErrorsOf } from './load-codec.js';
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
  'reencode keeps a body to its delimiter': ['body : bytes until "\\0" max 300;', 'body = body;'],
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
  'an alignment after a length in digits': ['w : dec(u16) size 3; d : bytes size w; pad align 8; z : u8;'],
  'a coded window of structs in each other': [
    'w : u16; within (w) max 1KiB as packed codec zlib { t : Tree; }',
    '',
    'recursive struct Tree { k : u8 in 0..2; kids : list of Tree count k; }',
  ],
  'a struct of varying size that holds a list with an end': [
    'w : u16; within (w) { l : list of Part rest; }',
    '',
    'struct Part { texts : list of cstr until "\\n" max 9; }',
  ],
  'an id of another width at the end of the frame': [
    'w : u8 in 1..12; within (w) { own : varint(zigzag); }',
    'id = own;',
  ],
  'a map in a record that is no role': [
    'w : u16; within (w) { record jce.struct { 0 a : int; 3 m : map; } }',
  ],
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
  'what is walked stands in an arm that most frames have not': [
    'if (asks) { n : dec(i48) until "||" in 0..99; w : hex(u16) size 4 in 2..99; within (w) { b : bool(u8); r : bytes rest; } l : list of cstr count n; } e : u8; s : pstr(u8);',
    'service = s;',
  ],
  'a list of numbers that are always as long': [
    'n : u8; l : list of f64 count n; m : i16 in -1..9; o : list of u8 count m nullable;',
  ],
  'an element is held to what its form can say': [
    'n : u8; l : list of (dec(u8) until ",") count n; m : u8; k : list of (hex(u16) size 2) count m; w : u16; within (w) { r : list of (dec(u8) until ",") rest; }',
  ],
  'digits that say less than their integer, and a sign at its end': [
    'a : dec(u32) size 3; b : hex(u16) size 2 = 200; c : dec(i64) until ";";',
  ],
  'a delimiter alone is looked for': [
    'w : u8 in 2..200; q : text until "\\n" max 0; within (w) { r : cstr max 0; s : bytes rest; }',
  ],
  'a delimiter begins again within itself': ['q : bytes until ";;,"; t : text latin1 until "||" max 9;'],
  'a length of varying width changes in reencode': [
    'k : dec(u16) until "\\r\\n" in 0..2000; n : varint(leb128) in 0..500; body : bytes size n; m : varint(quic); headers : map of Pair size m; v : varint(mqtt) in 4..500; within (v) { h : hex(u32) size 4; d : bytes size h; r : bytes rest; } x : bytes size k;',
    'body = body; headers = headers;',
  ],
  'a length of varying width in a window around the body': [
    'v : varint(vlq) in 7..900; within (v) { h : hex(u32) until " " in 0..300; w : dec(u16) size 4 in 1..900; within (w) { n : varint(zigzag) in 0..500; body : bytes size n; } d : bytes size h; }',
    'body = body;',
  ],
  'lengths of varying width in arms of a window count for it': [
    'v : varint(leb128) in 1..900; within (v) { b : bool(u8); if (b) { n : varint(leb128); d : bytes size n; } }',
  ],
  'null is not the default': [
    's : pstr(u8) nullable default "zz"; n : i8 in -1..100; o : text size n nullable;',
  ],
  'bytes of a list of texts in a struct are no count': [
    'p : Part;',
    '',
    'struct Part { n : u32; l : list of f32 size n max 3; t : text until "\\n"; }',
  ],
  'flags of no bit in a bit group': [
    'bits u8 { x : 4 as Some; y : 4; }',
    '',
    'flags Some : u8 { one = 1, two = 2 }',
  ],
  'an element runs over the end of its list': [
    'n : u16; l : list of pbytes(u16) size n max 3; t : bytes size 40;',
  ],
  'headers in an arm behind what varies': [
    'm : varint(leb128); d : bytes size m; if (asks) { n : u16; headers : map of Pair size n; s : pstr(u8); } else { x : u8; }',
    'headers = headers;',
  ],
  'recursive structs in each other': [
    't : Tree; n : varint(leb128) in 0..5; l : list of Tree count n; w : u16; within (w) { r : list of Tree rest; }',
    '',
    'recursive struct Tree { tag : u8; variant (tag) { 0..90 => { k : dec(i16) until "\\r\\n" in -1..3; kids : list of Tree count k nullable; } 91 => { one : Tree; } _ => { leaf : f32; } } }',
  ],
  'a struct that ends with lists of lists': [
    'n : u8; l : list of Row count n;',
    '',
    'struct Cell { q : cstr; z : varint(zigzag); } struct Row { a : u8; x : list of Cell count a; b : u8; y : list of Cell count b; }',
  ],
  'an id of two numbers': ['n : u8; low : u16le; high : u32;', 'id = concat(high, low);'],
  'an id of numbers of 64 bits under a checksum': [
    'a : u64; b : u64le; c : u24; d : u56; n : u8; body : bytes size n; s : u32 checksum crc32c over asks..body;',
    'id = concat(a, b, c, d); body = body;',
  ],
  'an id that is a UUID, under a checksum that is not in every frame': [
    'token : text ascii size 36; on : bool(u8); if (on) { s : u32 checksum crc32 over asks..token; }',
    'id = uuid(token);',
  ],
  'an id of a fixed number of digits': ['token : text size 12; t : pstr(u8);', 'id = hex(token);'],
  'an id that is a text with a prefix, in a window': [
    'w : u16 in 9..500; within (w) { n : u8; s : text size n; token : pstr(u8) max 40; d : u32; r : bytes rest; }',
    'id = token;',
  ],
  'an id that a delimiter ends, with a checksum': [
    'token : text latin1 until "\\r\\n" max 30; n : u8; body : bytes size n; s : u32 checksum crc32 over asks..body;',
    'id = hex(token); body = body;',
  ],
  'an id whose size another field says': [
    'n : u8 in 3..200; t : u8; token : text latin1 size n; x : u32;',
    'id = token;',
  ],
  'an id of a fixed number of digits under a checksum': [
    'key : dec(u32) size 9; s : u32 checksum crc32 over asks..key;',
    'id = key;',
  ],
  'an id of varying width under a checksum': [
    'key : varint(leb128); s : u32 checksum crc32 over asks..key;',
    'id = key;',
  ],
  'what a window stands for': [
    'n : u16 in 1..2000; within (n) max 4KiB as zipped codec zlib { sort : u8; name : pstr(u8) nullable; len : u8; if (sort == 1) { more : u32; } text : text size len; data : bytes rest; } t : u8; body : bytes size t;',
    'body = body; service = name ?? text; timeout = more; heartbeat when sort == 7; goaway when data[0] == 3 and data != "ab";',
  ],
  'windows that stand for others in arms, with names that plain arms have': [
    'w : u16 in 3..2000; within (w) { m : u8; if (asks) { n : u16; within (n) max 300 as zipped codec gzip { bits u8 { sort : 3 as Kind; one : 5 = 1; } name : pstr(u8); points : list of Point rest; } } else { k : u8; sort : Kind; name : text size k; } d : bytes size m; }',
    'service = name; heartbeat when sort == a; body = d;',
    'enum Kind : u8 { a = 0, b = 1 } struct Point { x : u8; y : u16; }',
  ],
  'what is left of a window stands for others': [
    'w : u16 in 4..2000; within (w) { s : pstr(u8); v : varint(leb128); within (remaining()) max 4KiB as zipped codec zlib { n : u8; name : text size n; data : bytes rest; } } t : u8; body : bytes size t;',
    'service = name; body = body;',
  ],
  'what is asked of texts': [
    's : pstr(u8) nullable; t : text until " " max 20;',
    'service = word(s, 1) ?? t; heartbeat when starts_with(t, "PI") or ends_with(s, "x"); goaway when contains(s, "a b") and has(s) and not has(word(s, 3));',
  ],
  'fields that are computed': [
    'a : u8; not_a : u8 = 255 - a; bits u8 { x : 7; y : 1; } t : u8; sum : u16 = a * 2 + x; if (y) { more : u24 = sum * t + 1; small : u8 = a - t; } n : u8; body : bytes size n;',
    'body = body; timeout = a;',
  ],
  'fields of structs for roles': [
    'n : u8; point : Point; s : text size n; if (asks) { other : Point; }',
    'timeout = point.x; service = point.label ?? s; method = other.deep ?? "none"; heartbeat when point.on or point.label == "beat"; goaway when other.x == 3;',
    'struct Point { x : u16; on : bool(u8); label : pstr(u8) nullable; deep : pstr(u8); }',
  ],
  'headers and body in one record where only both changes together fit': [
    'n : u16 in 3..1000; let twice = n * 2; within (twice) { record jce.struct { 2 body : bytes; 3 headers : map; } }',
    'headers = headers; body = body;',
  ],
  'timeouts of arms under a checksum': [
    'variant (asks) { true => { z : i32; } false => { z : i32; } } d : u8; sum : u16 checksum crc16_x25 over id..d;',
    'timeout = z;',
  ],
  'a count in digits that a list in a window has': [
    'n : dec(i64) until "\\r\\n" in 0..9; w : u32 in 1..1000; within (w) { s : text ascii until "," max 25; l : list of (hex(u16) size 4) count n; }',
  ],
  'a struct of an alignment alone': [
    'w : u16; within (w) max 64KiB as empty codec zlib { pad align 8; } d : u8;',
  ],
  'what ends a struct hangs on fields of its arms': [
    'v : Value; l : list of Value count 2; t : u8;',
    '',
    'struct Value { k : Kind; if (k == b) { x : bool(u8); } variant (k) { a => A { s : varint(leb128) in 0..99; t : bytes size s; } b => B { m : i8 in -1..50; o : bytes size m nullable; if (x == true) { y : u8; } } c => C { n : u16; } } } enum Kind : u8 { a = 3, b = 5, c = 9 }',
  ],
  'a variant with one arm for all that comes next': [
    'variant (peek(u16le)) { _ => { d : text latin1 size 2; } } if (peek(u8) == 67) { m : u8 = 67; n : u16; } else { o : bytes size 2; }',
  ],
  'looks up what can be null, and something else': [
    'n : u8; about : map of Note size n max 3;',
    'group = about["m"] ?? after(about["m"], ":") ?? about["k"];',
    'struct Note { key : pstr(u8); value : pstr(i16) nullable; }',
  ],
  'a struct that holds itself, behind a chosen byte order': [
    'endian little if asks; n : u16; t : Tree;',
    '',
    'recursive struct Tree { k : dec(u8) until "\\r\\n" in 0..3; below : list of Tree count k; }',
  ],
  'a closed enum from the lowest to the highest number, in a struct': [
    'w : u16; within (w) { all : list of Part rest; }',
    '',
    'enum Kind : u8 { a = 0, b = 1, c = 255 } struct Part { k : Kind; s : pstr(u8); }',
  ],
  'elements of a size that stands behind the length of their list': [
    't : Part; x : u8;',
    '',
    'struct Part { a : bool(u8); if (a) { s : u8 in 4..255; d : bytes size s - 4; } else { w : u16; n : u16 in 3..9; l : list of (text utf8 size n) size w; } }',
  ],
  'a length in digits, whose name stands in a comment': ['l : list of pstr(dec(u16) until ":") count 2;'],
  'a uuid under a sum that TypeScript computes': [
    'whose : text ascii size 36; sum : u32 = fnv(bytes(whose..whose));',
    'id = uuid(whose);',
    'extern fn fnv(bytes: bytes) => u32 from "./sums.ts";',
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
  return `use "./std/jce.proto-frame" as jce;
  protocol once_wrong {
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
  const source = await generate(protocol, false);
  generated.push(source);
  expect(
    proveCodec(protocol, runModule(source), { seed: 1, frames: 16, code: externCodeOf(protocol) }),
  ).toBeGreaterThan(2);
});

test('none has type errors under the strictest options', () => {
  expect(generated.length).toBe(Object.keys(CASES).length);
  expect(typeErrorsOf(generated).flat()).toEqual([]);
});
