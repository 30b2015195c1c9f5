import { expect, test } from 'vitest';
import { folderWith, protoFrame, schema } from './cli.js';

test('explain shows the layout, what is derived and the id', async () => {
  const cwd = await folderWith({ 'a.proto-frame': schema('a', 1) });
  const { code, out, err } = await protoFrame(cwd, ['explain', 'a.proto-frame']);
  expect([code, err]).toEqual([0, '']);
  expect(out).toMatch(/^a {2}\(a\.proto-frame\)$/m);
  expect(out).toMatch(/^ +3 +4 +id +u32 /m);
  expect(out).toMatch(/length += +bytes of body/);
});

test('explain shows numbers in digits and constants as the schema has them', async () => {
  const more =
    'tag : bytes size 2 = "GO"; count : dec(u32) until "\\r\\n" default 5; length : hex(u16) size 4;';
  const text = schema('a', 1).replace('length : u16;', more);
  const cwd = await folderWith({ 'a.proto-frame': text });
  const { code, out, err } = await protoFrame(cwd, ['explain', 'a.proto-frame']);
  expect([code, err]).toEqual([0, '']);
  expect(out).toContain('bytes size 2 = "GO" ');
  expect(out).toContain('dec until "\\r\\n" ');
  expect(out).toMatch(/length +hex size 4 /);
});

test('explain shows what either side sends, and what a reply knows of its request', async () => {
  const text = `protocol two {
    correlate id, remember(count);
    limits { frame = 64KiB; }
    frame Ask from client { id : u16; count : u8; }
    frame Answer from server {
      id : u16; length : u16;
      within (length) { values : list of u16 count req.count; more : bytes rest; }
    }
    match {}
    semantics Ask { kind = request; id = id; }
    semantics Answer { kind = response; id = id; }
    synth hijack none;
  }`;
  const cwd = await folderWith({ 'a.proto-frame': text });
  const { code, out, err } = await protoFrame(cwd, ['explain', 'a.proto-frame']);
  expect([code, err]).toEqual([0, '']);
  expect(out).toMatch(/^Frame Ask from client: at least 3 bytes/m);
  expect(out).toMatch(/^Frame Answer from server: at least 4 bytes/m);
  expect(out).toContain('Known of the request: count\n');
  const json = await protoFrame(cwd, ['explain', 'a.proto-frame', '--format', 'json']);
  expect(JSON.parse(json.out)).toMatchObject([
    { frame: { name: 'Ask' }, replies: { frame: { name: 'Answer' }, remembered: ['count'], replies: null } },
  ]);
});

test('explain --format json is data', async () => {
  const cwd = await folderWith({ 'a.proto-frame': schema('a', 1) });
  const { code, out } = await protoFrame(cwd, ['explain', 'a.proto-frame', '--format', 'json']);
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject([{ protocol: 'a', limits: { frame: 65_536 } }]);
});

test('a schema with errors is not explained', async () => {
  const cwd = await folderWith({ 'a.proto-frame': schema('a', 1).replace('u32;', 'u33;') });
  const { code, out, err } = await protoFrame(cwd, ['explain', 'a.proto-frame']);
  expect([code, out]).toEqual([1, '']);
  expect(err).toContain('a.proto-frame:16:');
});
