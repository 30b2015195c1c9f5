import type { FilterFactory } from '@proto-frame/api';
import { headerRewrite } from '../filter/builtin/header-rewrite.js';

/** The filters that come with the package. */
export const BUILTIN_FILTERS: readonly FilterFactory[] = [headerRewrite];
