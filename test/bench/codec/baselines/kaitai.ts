import kaitaiCompiler from 'kaitai-struct-compiler';
import { createRequire } from 'node:module';
import type { Reader } from './protodef.js';

/** A bolt request in Kaitai Struct's own language, as the object its YAML would give. */
const BOLT_KSY = {
  meta: { id: 'bolt', endian: 'be' },
  seq: [
    { id: 'proto', type: 'u1' },
    { id: 'type', type: 'u1' },
    { id: 'cmd', type: 'u2' },
    { id: 'ver2', type: 'u1' },
    { id: 'request_id', type: 'u4' },
    { id: 'serializer', type: 'u1' },
    { id: 'timeout', type: 's4', if: 'type != 0' },
    { id: 'status', type: 'u2', if: 'type == 0' },
    { id: 'class_len', type: 'u2' },
    { id: 'header_len', type: 'u2' },
    { id: 'content_len', type: 'u4' },
    { id: 'class_name', type: 'str', size: 'class_len', encoding: 'ASCII' },
    { id: 'headers', type: 'pairs', size: 'header_len' },
    { id: 'content', size: 'content_len' },
  ],
  types: {
    pairs: { seq: [{ id: 'entries', type: 'pair', repeat: 'eos' }] },
    pair: {
      seq: [
        { id: 'key_len', type: 's4' },
        { id: 'key', type: 'str', size: 'key_len', encoding: 'UTF-8' },
        { id: 'value_len', type: 's4' },
        { id: 'value', type: 'str', size: 'value_len', encoding: 'UTF-8' },
      ],
    },
  },
};

type KaitaiStreamClass = new (buffer: ArrayBuffer, byteOffset: number) => object;

/** Compiles the description with Kaitai's compiler and evaluates the JavaScript it makes. */
export async function kaitaiReader(): Promise<Reader> {
  const files = await kaitaiCompiler.compile('javascript', BOLT_KSY, null, false);
  const text = Object.values(files)[0]!;
  const KaitaiStream = createRequire(import.meta.url)('kaitai-struct/KaitaiStream') as KaitaiStreamClass;
  const exports: { Bolt?: new (stream: object) => Record<string, unknown> } = {};
  // The text is a UMD module. It runs in this realm: in another one its instanceof ArrayBuffer would fail.
  const load = new Function('exports', 'require', text) as (exports: object, require: () => unknown) => void;
  load(exports, () => KaitaiStream);
  const Frame = exports.Bolt!;
  return (frame) => new Frame(new KaitaiStream(frame.buffer as ArrayBuffer, frame.byteOffset));
}
