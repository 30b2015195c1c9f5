import { createRequire } from 'node:module';

/** Reads a whole frame; null if the library did not see what is there. */
export type Reader = (frame: Buffer) => Record<string, unknown>;

const PAIR = [
  'container',
  [
    { name: 'key', type: ['pstring', { countType: 'i32' }] },
    { name: 'value', type: ['pstring', { countType: 'i32' }] },
  ],
];

/**
 * A bolt request in protodef, compiled. protodef can't say "pairs until header_len is used up", so it is
 * given their number, which spares it the test after each.
 */
const TYPES = {
  frame: [
    'container',
    [
      { name: 'proto', type: 'u8' },
      { name: 'type', type: 'u8' },
      { name: 'cmd', type: 'u16' },
      { name: 'ver2', type: 'u8' },
      { name: 'request_id', type: 'u32' },
      { name: 'serializer', type: 'u8' },
      {
        name: 'timeout',
        type: ['switch', { compareTo: 'type', fields: { 1: 'i32', 2: 'i32' }, default: 'void' }],
      },
      { name: 'status', type: ['switch', { compareTo: 'type', fields: { 0: 'u16' }, default: 'void' }] },
      { name: 'class_len', type: 'u16' },
      { name: 'header_len', type: 'u16' },
      { name: 'content_len', type: 'u32' },
      { name: 'class_name', type: ['pstring', { count: 'class_len' }] },
      { name: 'headers', type: ['array', { count: 5, type: PAIR }] },
      { name: 'content', type: ['buffer', { count: 'content_len' }] },
    ],
  ],
};

/** What is used of protodef 1.19, whose own types hide it. */
interface Protodef {
  Compiler: {
    ProtoDefCompiler: new () => {
      addTypesToCompile(types: object): void;
      compileProtoDefSync(): {
        read(bytes: Buffer, at: number, type: string, args: object): { value: object };
      };
    };
  };
}

export function protodefReader(): Reader {
  const protodef = createRequire(import.meta.url)('protodef') as Protodef;
  const compiler = new protodef.Compiler.ProtoDefCompiler();
  compiler.addTypesToCompile(TYPES);
  const compiled = compiler.compileProtoDefSync();
  return (frame) => compiled.read(frame, 0, 'frame', {}).value as Record<string, unknown>;
}
