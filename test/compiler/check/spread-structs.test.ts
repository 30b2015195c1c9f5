import { describe, expect, it } from 'vitest';
import { walk } from '../../../compiler/model/walk.js';
import { compileSchema } from '../codegen/load-codec.js';

const TAIL = `
  semantics { kind = match (head.kind) { ask => request, tell => response }; id = head.id; }
  synth hijack none;
}`;

/** The names of the fields of a protocol's frame, in their order. */
function fields(text: string): string[] {
  const { frame } = compileSchema('spread.proto-frame', text);
  return [...walk(frame.body)].flatMap((m) => (m.member === 'field' ? [m.name] : []));
}

/** A protocol whose frame has these members after a header `head : Head`. */
function withHeader(members: string, declarations = ''): string {
  return `protocol spread {
  limits { frame = 64KiB; }
  enum Kind : u8 { ask = 0, tell = 1 }
  struct Head { kind : Kind; id : u32; length : u16; }
  ${declarations}
  frame Frame { head : Head; ${members} }${TAIL}`;
}

describe('structs that a frame decides by stand in it', () => {
  it('under the names of field and member', () => {
    expect(fields(withHeader('body : bytes size head.length;'))).toEqual([
      'head.kind',
      'head.id',
      'head.length',
      'body',
    ]);
  });

  it('several times, with lengths of their own', () => {
    const text = withHeader(
      'from : Place; to : Place; a : bytes size from.size; b : bytes size to.size; body : bytes size head.length;',
      'struct Place { port : u16; size : u8; }',
    );
    expect(fields(text)).toContain('from.size');
    expect(fields(text)).toContain('to.size');
  });

  it('in the arms they are in, one field where arms share the name', () => {
    const text = withHeader(
      `variant (head.kind) {
        ask  => { more : More; data : bytes size more.size; }
        tell => { more : More; data : bytes size more.size; }
      }
      body : bytes size head.length;`,
      'struct More { flags : u8; size : u8; }',
    );
    expect(fields(text).filter((name) => name === 'more.size')).toHaveLength(2);
  });

  it('where they are declared beside the protocol', () => {
    const head = '  struct Head { kind : Kind; id : u32; length : u16; }\n';
    const kinds = '  enum Kind : u8 { ask = 0, tell = 1 }\n';
    const text = withHeader('body : bytes size head.length;').replace(head, '').replace(kinds, '');
    expect(fields(kinds + head + text)).toContain('head.length');
  });

  it('but not those that are only read', () => {
    const text = withHeader(
      'body : bytes size head.length; place : Place;',
      'struct Place { name : pstr(u8); }',
    );
    expect(fields(text.replace('id = head.id;', 'id = head.id; service = place.name;'))).toContain('place');
  });

  it('and what a reply remembers is named as it is read', () => {
    const { facts } = compileSchema(
      'facts.proto-frame',
      `protocol facts {
        correlate id, remember(head.version);
        limits { frame = 64KiB; }
        struct Head { id : u32; version : u8; }
        frame Ask from client { head : Head; body : pstr(u8); }
        frame Tell from server { id : u32; size : u8; within (size) { if (req.head.version >= 2) { took : u32; } body : bytes rest; } }
        semantics Ask { kind = request; id = head.id; }
        semantics Tell { kind = response; id = id; }
        synth hijack none;
      }`,
    );
    expect(facts).toHaveLength(1);
  });
});
