import { type FilterFactory, type FilterPhase, type StreamFilter, Verdict } from '@proto-frame/api';
import { describe, expect, it } from 'vitest';
import { headerRewrite } from '../../../runtime/filter/builtin/header-rewrite.js';
import { makeFilterChain } from '../../../runtime/filter/chain.js';

function factory(name: string, phase: FilterPhase, filter: StreamFilter): FilterFactory {
  return { name, phase, create: () => filter };
}

const onRequest = (): Verdict => Verdict.continue;
const a: StreamFilter = { onRequest };
const b: StreamFilter = { onRequest, onResponse: () => Verdict.continue };
const c: StreamFilter = { onResponse: () => Verdict.continue };

describe('filter chain', () => {
  it('sorts by phase, request filters in order, response filters in reverse', () => {
    const factories = [
      factory('a', 'before_route', a),
      factory('b', 'after_host', b),
      factory('c', 'before_route', c),
    ];
    const chain = makeFilterChain(
      ['b', 'a', 'c', 'a'].map((name) => ({ name, config: null })),
      factories,
    )!;
    expect(chain.request).toEqual({ before_route: [a, a], after_route: [], after_host: [b] });
    expect(chain.response).toEqual([c, b]);
  });

  it('is null without filters', () => {
    expect(makeFilterChain([], [headerRewrite])).toBeNull();
  });

  it('names a filter that is not there and those that are', () => {
    expect(() => makeFilterChain([{ name: 'header_rewrte', config: {} }], [headerRewrite])).toThrow(
      'there is no filter header_rewrte; known are header_rewrite',
    );
  });
});

describe('header_rewrite configuration', () => {
  it.each([
    [{ request: { sett: {} } }],
    [{ requests: {} }],
    [{ request: { remove: 'x' } }],
    [{ response: { set: { a: 1 } } }],
    [null],
  ])('refuses %j', (config) => {
    expect(() => headerRewrite.create(config)).toThrow();
  });

  it('hooks in only where it has something to do', () => {
    expect(Object.keys(headerRewrite.create({ request: { remove: ['a'] } }))).toEqual(['onRequest']);
    expect(Object.keys(headerRewrite.create({ response: { remove: ['a'] } }))).toEqual(['onResponse']);
  });
});
