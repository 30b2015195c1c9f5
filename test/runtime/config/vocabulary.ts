import type { FilterFactory } from '@proto-frame/api';
import type { Vocabulary } from '../../../runtime/config/check-references.js';
import { BUILTIN_FILTERS } from '../../../runtime/server/builtin-filters.js';

/** A filter that is particular about its configuration. */
const picky: FilterFactory = {
  name: 'picky',
  phase: 'before_route',
  create(config) {
    const limit = (config as { limit?: unknown } | undefined)?.limit;
    if (typeof limit !== 'number') throw new Error('picky: limit has to be a number');
    return {};
  },
};

export const vocabulary: Vocabulary = {
  protocols: ['bolt', 'bolt2', 'dubbo', 'x-example'],
  filters: new Map([picky, ...BUILTIN_FILTERS].map((filter) => [filter.name, filter])),
};
