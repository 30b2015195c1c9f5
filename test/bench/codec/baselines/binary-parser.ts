import { createRequire } from 'node:module';
import type { Reader } from './protodef.js';

/** What is used of binary-parser 2.3, whose types its package does not export. */
interface Parser {
  endianess(order: 'big'): Parser;
  uint8(name: string): Parser;
  uint16(name: string): Parser;
  uint32(name: string): Parser;
  int32(name: string): Parser;
  string(name: string, options: { length: string; encoding: string }): Parser;
  buffer(name: string, options: { length: string }): Parser;
  array(name: string, options: { type: Parser; lengthInBytes: string }): Parser;
  choice(options: { tag: string; choices: Record<number, Parser> }): Parser;
  parse(bytes: Uint8Array): object;
}

/** A bolt request in binary-parser, which compiles itself on the first use. */
export function binaryParserReader(): Reader {
  const { Parser } = createRequire(import.meta.url)('binary-parser') as { Parser: new () => Parser };
  const pair = new Parser()
    .endianess('big')
    .int32('key_len')
    .string('key', { length: 'key_len', encoding: 'utf8' })
    .int32('value_len')
    .string('value', { length: 'value_len', encoding: 'utf8' });
  const parser = new Parser()
    .endianess('big')
    .uint8('proto')
    .uint8('type')
    .uint16('cmd')
    .uint8('ver2')
    .uint32('request_id')
    .uint8('serializer')
    .choice({
      tag: 'type',
      choices: {
        0: new Parser().endianess('big').uint16('status'),
        1: new Parser().endianess('big').int32('timeout'),
        2: new Parser().endianess('big').int32('timeout'),
      },
    })
    .uint16('class_len')
    .uint16('header_len')
    .uint32('content_len')
    .string('class_name', { length: 'class_len', encoding: 'latin1' })
    .array('headers', { type: pair, lengthInBytes: 'header_len' })
    .buffer('content', { length: 'content_len' });
  return (frame) => parser.parse(frame) as Record<string, unknown>;
}
