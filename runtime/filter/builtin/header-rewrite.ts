import { type FilterFactory, type HeaderMap, type StreamFilter, Verdict } from '@proto-frame/api';
import { z } from 'zod';

const Changes = z
  .strictObject({
    set: z.record(z.string(), z.string()).optional().describe('Replaces the value, or adds the header'),
    add: z.record(z.string(), z.string()).optional().describe('Appends one more value'),
    remove: z.array(z.string()).optional().describe('Removes all values'),
  })
  .describe('Carried out in the order remove, set, add');

/** What stands under `config` of a header_rewrite filter. */
export const HeaderRewriteConfig = z.strictObject({
  request: Changes.optional().describe('Changes of requests, before a route is chosen'),
  response: Changes.optional().describe('Changes of responses, the last thing done to them'),
});

type Changes = z.infer<typeof Changes>;

/** Sets, adds and removes headers of requests and responses. */
export const headerRewrite: FilterFactory = {
  name: 'header_rewrite',
  phase: 'before_route',
  create(config: unknown): StreamFilter {
    const { request, response } = HeaderRewriteConfig.parse(config);
    const filter: StreamFilter = {};
    if (request !== undefined) {
      const rewrite = makeRewrite(request);
      filter.onRequest = (call) => {
        rewrite(call.request.headers);
        return Verdict.continue;
      };
    }
    if (response !== undefined) {
      const rewrite = makeRewrite(response);
      filter.onResponse = (call) => {
        rewrite(call.response!.headers);
        return Verdict.continue;
      };
    }
    return filter;
  },
};

function makeRewrite(changes: Changes): (headers: HeaderMap) => void {
  const remove = changes.remove ?? [];
  const set = Object.entries(changes.set ?? {});
  const add = Object.entries(changes.add ?? {});
  return (headers) => {
    for (const key of remove) headers.delete(key);
    for (const [key, value] of set) headers.set(key, value);
    for (const [key, value] of add) headers.add(key, value);
  };
}
