/** What a request is routed by. */
export interface RouteInput {
  readonly service: string | undefined;
  readonly method: string | undefined;
  /** As the protocol says them, else the headers of these names. */
  readonly group: string | null | undefined;
  readonly version: string | null | undefined;
  /** The caller's IP address, without port. */
  readonly sourceIp: string;
  /** Names in the caller's certificate, verified. */
  readonly callerNames: readonly string[];
  /** What the listener that took it says of itself. */
  readonly listenerMetadata: Readonly<Record<string, string>>;
  /** What a filter noted under `key`. */
  metadata(key: string): string | undefined;
  /** The first value under `key`; null if it is there without one. */
  header(key: string): string | null | undefined;
}
