/** What a frame is to a proxy. */
export const FrameKind = {
  /** Asks for exactly one response. */
  request: 0,
  /** Asks, and is never answered. */
  oneway: 1,
  /** Answers a request. */
  response: 2,
  /** Sent by a server without having been asked. */
  push: 3,
  /** Belongs to the connection, not to a request. */
  control: 4,
} as const;
export type FrameKind = (typeof FrameKind)[keyof typeof FrameKind];
