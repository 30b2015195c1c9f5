import { type FilterFactory, type StreamFilter, Verdict, type XFrame } from '@proto-frame/api';
import { z } from 'zod';
import { size } from '../../config/units.js';
import { errorStatus } from '../error-status.js';

const LARGEST = 1024 ** 3;

/** What stands under `config` of a payload_limit filter. */
export const PayloadLimitConfig = z
  .strictObject({
    max_request_body: size(0, LARGEST).optional().describe('larger requests are refused'),
    max_response_body: size(0, LARGEST)
      .optional()
      .describe('instead of a larger reply the caller gets an error'),
    status: errorStatus('LIMIT_EXCEEDED'),
  })
  .optional();

/** Bounds the bodies of requests and replies, by route if need be; a listener's max_frame bounds whole frames. */
export const payloadLimit: FilterFactory = {
  name: 'payload_limit',
  phase: 'after_route',
  create(config): StreamFilter {
    const {
      max_request_body: request,
      max_response_body: response,
      status,
    } = PayloadLimitConfig.parse(config) ?? {};
    const filter: StreamFilter = {};
    if (request !== undefined) {
      filter.onRequest = (call) =>
        tooLarge(call.request, request)
          ? call.hijack(status!, `the request's body has over ${request} bytes`)
          : Verdict.continue;
    }
    if (response !== undefined) {
      filter.onResponse = (call) =>
        tooLarge(call.response!, response)
          ? call.hijack(status!, `the reply's body has over ${response} bytes`)
          : Verdict.continue;
    }
    return filter;
  },
};

/** The body is part of the frame, so most frames need no closer look. */
function tooLarge(frame: XFrame, limit: number): boolean {
  return (frame.length > limit || frame.changed) && frame.body.length > limit;
}
