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
  if (!existsSync(`${ROOT}test/corpus/${folder}`)) continue;

  describe(`${protocol.name} among all bundled protocols`, () => {
    it.each(corpus(folder, 'valid'))(
      '$name is known from its first bytes, and never taken for another',
      (frame) => {
        // The bytes lie among others, as in a received chunk.
        const bytes = new Uint8Array(frame.bytes.length + 80).fill(0xa5);
        bytes.set(frame.bytes, 40);
        const length = Math.min(frame.bytes.length, 64);
        for (let n = 0; n <= length; n++) {
          const answer = matcher.match(bytes, 40, 40 + n);
          if (answer !== Match.more) expect([n, answer]).toEqual([n, protocol]);
          for (const { protocol: other } of bundled) {
            if (other !== protocol) expect(other.match(bytes, 40, 40 + n), other.name).not.toBe(Match.yes);
          }
        }
        expect(matcher.match(bytes, 40, 40 + length)).toBe(protocol);
      },
    );
  });
}
