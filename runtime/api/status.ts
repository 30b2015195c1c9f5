/**
 * The statuses that every protocol's own codes are mapped to and from. The numbers are MOSN's
 * (mosn.io/api, xprotocol.go), so that dashboards and rules made for it keep their meaning.
 */
export const Status = {
  CODEC_ERROR: 0,
  UNKNOWN: 2,
  DESERIALIZE_ERROR: 3,
  OK: 200,
  PERMISSION_DENIED: 403,
  NO_ROUTE: 404,
  INTERNAL: 500,
  NO_HEALTHY_UPSTREAM: 502,
  OVERLOADED: 503,
  TIMEOUT: 504,
  LIMIT_EXCEEDED: 509,
} as const;
export type Status = (typeof Status)[keyof typeof Status];

const NAMES = new Map<number, string>(Object.entries(Status).map(([name, code]) => [code, name]));

/** The name of a canonical status, for logs: `TIMEOUT` for 504. */
export function statusName(status: Status): string {
  return NAMES.get(status) ?? String(status);
}
