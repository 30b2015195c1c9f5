import type { XProtocol } from '@proto-frame/api';
import { Match } from '@proto-frame/api';
import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { XProtocolEngine } from '../../runtime/protocol/engine.js';
import { corpus } from '../support/corpus.js';
import { ROOT } from '../support/root.js';

// Which of all bundled protocols a connection speaks, told by its first bytes however they arrive.

const files = readdirSync(`${ROOT}generated`).filter((file) => file.endsWith('.ts'));
const bundled = await Promise.all(
  files.map(async (file) => {
    const exported = (await import(`${ROOT}generated/${file}`)) as Record<string, unknown>;
    const isProtocol = (e: unknown): e is XProtocol => typeof e === 'object' && e !== null && 'match' in e;
    return { folder: file.slice(0, -'.ts'.length), protocol: Object.values(exported).find(isProtocol)! };
  }),
);
const engine = new XProtocolEngine();
for (const { protocol } of bundled) engine.register(protocol);
const matcher = engine.matcher(null);

for (const { folder, protocol } of bundled) {
  // A connection begins with a frame of its client.
  const own = [`${folder}/client`, folder].find((name) => existsSync(`${ROOT}test/corpus/${name}/valid`));
  if (own === undefined) continue;
  // Where no byte tells it, a listener names it.
  if (protocol.match(new Uint8Array(0), 0, 0) === Match.no) continue;

  describe(`${protocol.name} among all bundled protocols`, () => {
    it.each(corpus(own, 'valid'))(
      '$name is known by its first bytes, and never taken for another',
      (frame) => {
        // The bytes lie among others, as in a received chunk.
        const bytes = new Uint8Array(frame.bytes.length + 80).fill(0xa5);
        bytes.set(frame.bytes, 40);
        const length = Math.min(frame.bytes.length, 64);
        // What a person types (`PING`) is a frame too, but nothing tells it: a listener names its protocol.
        const untold = protocol.match(bytes, 40, 40 + length) === Match.no;
        const name = (answer: ReturnType<typeof matcher.match>): string =>
          answer === Match.more ? 'more' : answer === Match.no ? 'none' : answer.name;
        for (let n = 0; n <= length; n++) {
          const answer = name(matcher.match(bytes, 40, 40 + n));
          if (answer !== 'more') expect([n, answer]).toEqual([n, untold ? 'none' : protocol.name]);
          for (const { protocol: other } of bundled) {
            if (other !== protocol) expect(other.match(bytes, 40, 40 + n), other.name).not.toBe(Match.yes);
          }
        }
        expect(name(matcher.match(bytes, 40, 40 + length))).toBe(untold ? 'none' : protocol.name);
      },
    );
  });
}
