import { expect, it } from 'vitest';
import { Status, type XProtocol } from '@proto-frame/api';
import { modulesOf } from '../../../compiler/cli/generate-all.js';
import { generate } from '../../../compiler/codegen/generate.js';
import { compileSchema, runModule, typeErrorsOf } from './load-codec.js';

/** From version 2 on a reply says what it answers and how long that took. */
const SCHEMA = `protocol versioned {
  correlate id, remember(version);
  limits { frame = 64KiB; }

  frame Ask from client {
    size    : u16 in 1..60000;
    version : u8;
    id      : u32;
    ping    : bool(u8);
    within (size) { name : pstr(u8); body : bytes rest; }
  }

  frame Answer from server {
    size : u16 in 1..60000;
    id   : u32;
    pong : bool(u8);
    within (size) {
      let told = req.version >= 2;
      if (told) { name : pstr(u8); took : u32 default 9; }
      status : u8;
      body   : bytes rest;
    }
  }

  semantics Ask { kind = request; id = id; heartbeat when ping; body = body; method = name; }
  semantics Answer { kind = response; id = id; heartbeat when pong; body = body; status = status; }
  status { 0 <=> OK; 1 <=> INTERNAL; 1 <= _; _ => UNKNOWN; }

  synth heartbeat(id: u32) = Ask { version: 1, id: id, ping: true };
  synth heartbeat_ack(req: Ask) = Answer { id: req.id, pong: true, status: 0 };
  synth hijack(req: Ask, code: Code, reason: text) = Answer {
    id: req.id, pong: false, name: req.name, took: 5, status: wire(code), body: reason
  };
}`;

it('the proxy makes replies in the form that their request asks for', async () => {
  const protocol = compileSchema(
    'versioned.proto-frame',
    SCHEMA.replace('name : pstr(u8); }', 'name : pstr(u8); }'),
  );
  const modules = new Map<string, string>();
  const loaded = new Map<string, Record<string, unknown>>();
  for (const side of modulesOf(protocol).toReversed()) {
    modules.set(side.fileName, await generate(side, false));
    loaded.set(side.fileName, runModule(modules.get(side.fileName)!, loaded));
  }
  expect(typeErrorsOf([modules])).toEqual([[]]);
  const codec = loaded.get('versioned.ts')!['versioned'] as XProtocol;

  const hex = (bytes: Uint8Array | null): string => Buffer.from(bytes!).toString('hex');
  const replies = [1, 2].map((version) => {
    const ask = Buffer.from('0003000000000700' + '02676f', 'hex');
    ask[2] = version;
    const memo = codec.remember(ask, 0, ask.length);
    ask[7] = 1;
    return [hex(codec.hijack(memo, Status.INTERNAL, 'no')), hex(codec.heartbeatAck(ask, 0, ask.length))];
  });
  expect(replies).toEqual([
    ['0003' + '00000007' + '00' + '01' + '6e6f', '0001' + '00000007' + '01' + '00'],
    [
      '000a' + '00000007' + '00' + '02676f' + '00000005' + '01' + '6e6f',
      '0006' + '00000007' + '01' + '00' + '00000009' + '00',
    ],
  ]);
});
