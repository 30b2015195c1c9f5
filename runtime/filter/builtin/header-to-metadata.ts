import { type FilterCall, type FilterFactory, type StreamFilter, Verdict } from '@proto-frame/api';
import { z } from 'zod';
import { text } from '../text.js';

const key = text('a key').describe('of the metadata');
const value = z.string({ error: 'expected a string' });

/** What stands under `config` of a header_to_metadata filter. */
export const HeaderToMetadataConfig = z.strictObject({
  request_rules: z
    .array(
      z.strictObject({
        header: text('the name of a header'),
        on_header_present: z
          .strictObject({ key, value: value.optional().describe("the header's own value if left out") })
          .optional()
          .describe('noted if the request has the header'),
        on_header_missing: z.strictObject({ key, value }).optional().describe('noted if it has not'),
        remove: z
          .boolean({ error: 'expected true or false' })
          .prefault(false)
          .describe('whether the header is taken out of the request'),
      }),
    )
    .min(1, { error: 'expected at least one rule' }),
});

/** Notes headers as metadata of the request: for the subset of hosts it goes to, for other filters, for logs. */
export const headerToMetadata: FilterFactory = {
  name: 'header_to_metadata',
  phase: 'before_route',
  create(config): StreamFilter {
    const { request_rules: rules } = HeaderToMetadataConfig.parse(config);
    return {
      onRequest(call: FilterCall): Verdict {
        for (const { header, on_header_present: present, on_header_missing: missing, remove } of rules) {
          const value = call.request.header(header);
          if (value === undefined) {
            if (missing !== undefined) call.setMetadata(missing.key, missing.value);
            continue;
          }
          // A header without a value is there all the same.
          if (present !== undefined) call.setMetadata(present.key, present.value ?? value ?? '');
          if (remove) call.request.headers.delete(header);
        }
        return Verdict.continue;
      },
    };
  },
};
