import { buildBolt } from '../support/reference-frames.js';

/** The headers of a SOFARPC call with protobuf content, as sofa-bolt-node writes them, and a trace id. */
export const SAMPLE_HEADERS: readonly (readonly [string, string])[] = [
  ['service', 'com.demo.Echo:1.0'],
  ['sofa_head_method_name', 'echo'],
  ['sofa_head_target_app', 'echo-app'],
  ['sofa_head_target_service', 'com.demo.Echo:1.0'],
  ['rpc_trace_context.sofaTraceId', '0a0fe8ec1654764392791001'],
];

export const SAMPLE_CLASS = 'com.alipay.sofa.rpc.core.request.SofaRequest';

/** Length of the sample in bytes. */
export const SAMPLE_LENGTH = 412;

const WITHOUT_CONTENT = buildBolt({ className: SAMPLE_CLASS, headers: SAMPLE_HEADERS }).length;

/** 0, 1, 2, ... so that a byte out of place shows. */
export const SAMPLE_CONTENT = Buffer.from(
  Array.from({ length: SAMPLE_LENGTH - WITHOUT_CONTENT }, (_, i) => i & 0xff),
);

/** One bolt v1 request of 412 bytes with five headers: what all codec benchmarks read and write. */
export function sampleFrame(id: number): Buffer {
  return buildBolt({
    id,
    serializer: 11,
    className: SAMPLE_CLASS,
    headers: SAMPLE_HEADERS,
    content: SAMPLE_CONTENT,
  });
}
