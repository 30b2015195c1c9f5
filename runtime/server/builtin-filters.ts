import type { FilterFactory } from '@proto-frame/api';
import { dubbo } from '../filter/builtin/dubbo.js';
import { makeFault } from '../filter/builtin/fault.js';
import { headerRewrite } from '../filter/builtin/header-rewrite.js';
import { headerToMetadata } from '../filter/builtin/header-to-metadata.js';
import { ipAccess } from '../filter/builtin/ip-access.js';
import { payloadLimit } from '../filter/builtin/payload-limit.js';
import { makeRateLimit } from '../filter/builtin/rate-limit.js';

/** The filters that come with the package. */
export const BUILTIN_FILTERS: readonly FilterFactory[] = [
  dubbo,
  makeFault(),
  headerRewrite,
  headerToMetadata,
  ipAccess,
  payloadLimit,
  makeRateLimit(),
];
