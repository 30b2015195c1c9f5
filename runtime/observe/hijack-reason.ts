/** Why the proxy answered a request itself. The values index {@link HIJACK_REASONS}. */
export const HijackReason = {
  noRoute: 0,
  noHealthyHost: 1,
  connectFailure: 2,
  timeout: 3,
  upstreamReset: 4,
  overload: 5,
  codecError: 6,
  filter: 7,
  internal: 8,
  /** A route says so. */
  directResponse: 9,
} as const;
export type HijackReason = (typeof HijackReason)[keyof typeof HijackReason];

/** The reasons as metrics and the access log name them. */
export const HIJACK_REASONS: readonly string[] = [
  'no_route',
  'no_healthy_host',
  'connect_failure',
  'timeout',
  'upstream_reset',
  'overload',
  'codec_error',
  'filter',
  'internal',
  'direct_response',
];
