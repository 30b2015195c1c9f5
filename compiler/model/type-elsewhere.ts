const WIDTHS: Readonly<Record<string, string>> = {
  byte: 'u8',
  char: 'u8',
  uchar: 'u8',
  short: 'i16',
  ushort: 'u16',
  word: 'u16',
  int: 'i32',
  uint: 'u32',
  dword: 'u32',
  long: 'i64',
  ulong: 'u64',
  qword: 'u64',
  float: 'f32',
  double: 'f64',
  boolean: 'bool(u8)',
};

const FORMS: Readonly<Record<string, string>> = {
  string: 'a text says where it ends: `text size n`, `pstr(u16)`, `cstr`, `text until "\\r\\n"`',
  array: 'write `list of T count n`',
  vector: 'write `list of T count n`',
  buffer: 'write `bytes size n`',
  blob: 'write `bytes size n`',
  object: 'declare a `struct` and name it',
};

/** What a type that other languages have is called here, as a hint; empty if it is none of them. */
export function typeElsewhere(name: string): { hint?: string } {
  const plain = name.toLowerCase().replace(/_t$/, '');
  const [, unsigned, bits] = /^(u?)int(8|16|24|32|64)$/.exec(plain) ?? [];
  const width = bits === undefined ? WIDTHS[plain] : `${unsigned === 'u' ? 'u' : 'i'}${bits}`;
  if (width !== undefined) return { hint: `write \`${width}\`` };
  const form = FORMS[plain];
  return form === undefined ? {} : { hint: form };
}
