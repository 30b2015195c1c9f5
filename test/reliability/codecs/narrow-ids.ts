import { defineProtocol, type RequestMemo, type XProtocol } from '@proto-frame/api';
import { handWrittenBolt as bolt } from '../../support/hand-written-bolt.js';

/**
 * Bolt with fewer ids, loaded by the sidecar under test through `codecs:` in its configuration: with 256 ids
 * they wrap, collide and run out within a second, and around 2^k they cross the borders where arithmetic on
 * ids goes wrong.
 */
function narrow(name: string, idMin: number, idMax: number): XProtocol<never> {
  return defineProtocol<never, RequestMemo>({ ...bolt, name, traits: { ...bolt.traits, idMin, idMax } });
}

export const bolt8 = narrow('bolt_8', 0, 255);
export const bolt16 = narrow('bolt_16', 0, 65_535);
export const around8 = narrow('bolt_around_8', 2 ** 8 - 100, 2 ** 8 + 99);
export const around16 = narrow('bolt_around_16', 2 ** 16 - 100, 2 ** 16 + 99);
export const around30 = narrow('bolt_around_30', 2 ** 30 - 100, 2 ** 30 + 99);
export const around31 = narrow('bolt_around_31', 2 ** 31 - 100, 2 ** 31 + 99);
export const below32 = narrow('bolt_below_32', 2 ** 32 - 200, 2 ** 32 - 1);
