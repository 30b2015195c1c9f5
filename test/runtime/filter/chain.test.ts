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

describe('filters of routes', () => {
  const made: unknown[] = [];
  const counted: FilterFactory = {
    name: 'counted',
    phase: 'after_route',
    create(config) {
      made.push(config);
      const filter: StreamFilter & { readonly config: unknown } = { config, onRequest };
      return filter;
    },
  };
  const configOf = (filters: readonly StreamFilter[]): unknown[] =>
    filters.map((filter) => (filter as { config?: unknown }).config);

  it("take the place of the listener's, and false takes them away", () => {
    const factories = [counted, factory('b', 'after_route', b)];
    const chain = makeFilterChain(
      [
        { name: 'counted', config: 'listener' },
        { name: 'b', config: null },
      ],
      factories,
      new Map<string, Record<string, unknown>>([
        ['own', { counted: 'route' }],
        ['off', { counted: false }],
        ['toString', { other: 1 }],
      ]),
    )!;
    expect(configOf(chain.request.after_route)).toEqual(['listener', undefined]);
    expect(configOf(chain.forRoute('own').request.after_route)).toEqual(['route', undefined]);
    expect(chain.forRoute('off').request.after_route).toEqual([b]);
    // What is not configured anew is the very same filter, with what it knows.
    expect(chain.forRoute('own').response[0]).toBe(chain.response[0]);
    for (const name of ['toString', 'constructor', 'any']) expect(chain.forRoute(name)).toBe(chain);
  });

  it('each is started and stopped once', () => {
    const calls: string[] = [];
    const starting: FilterFactory = {
      name: 's',
      phase: 'after_route',
      create: (config) => ({
        start: () => calls.push(`start ${String(config)}`),
        stop: () => calls.push(`stop ${String(config)}`),
        onRequest,
      }),
    };
    const routes = new Map([['r', { s: 'route' }]]);
    const chain = makeFilterChain([{ name: 's', config: 'listener' }], [starting], routes)!;
    chain.start();
    chain.stop();
    expect(calls).toEqual(['start listener', 'start route', 'stop listener', 'stop route']);
  });

  it('a listener whose filters do nothing has no chain, unless a route gives one something to do', () => {
    const quiet: FilterFactory = {
      name: 'q',
      phase: 'after_route',
      create: (config) => (config === undefined ? {} : { onRequest }),
    };
    expect(makeFilterChain([{ name: 'q', config: undefined }], [quiet])).toBeNull();
    const routes = new Map([['r', { q: {} }]]);
    const chain = makeFilterChain([{ name: 'q', config: undefined }], [quiet], routes)!;
    expect(chain.request.after_route).toEqual([]);
    expect(chain.forRoute('r').request.after_route).toHaveLength(1);
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
