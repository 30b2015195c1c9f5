import type { Status } from '@proto-frame/api';
import type { ConnectionStats } from '../network/connection.js';
import type { FrameStats } from '../protocol/frame-connection.js';

// What the two kinds of connection count. The objects come from observe/metrics.ts, which has more fields.

/** Counters of the callers' side, as far as connections fill them. */
export interface ServerStats extends ConnectionStats {
  connectionsTotal: number;
  connectionsActive: number;
  protocolUnknown: number;
  firstBytesTimeouts: number;
  frameTimeouts: number;
  idleTimeouts: number;
  heartbeats: number;
  goawaysSent: number;
}

/** Counters of one protocol. */
export interface ProtocolCounters extends FrameStats {
  connectionsMatched: number;
  heartbeats: number;
  goaways: number;
  countDecodeError(code: string): void;
}

/** Counters of the called side, as far as connections fill them. */
export interface ClientStats extends ConnectionStats {
  connectionsTotal: number;
  connectionsActive: number;
  connectFailures: number;
  connectTimeouts: number;
  lateReplies: number;
  unknownReplies: number;
  pushesDropped: number;
  heartbeatsSent: number;
  heartbeatFailures: number;
  goawaysReceived: number;
  /** Frames sent unasked that reached the caller. */
  pushesForwarded: number;
  /** Replies that a connection of the caller's own handed on. */
  readonly responses: { add(status: Status): void };
  /** Connections retired by max_requests_per_connection. */
  requestLimits: number;
  /** Connections released by idle_timeout. */
  idleCloses: number;
}
