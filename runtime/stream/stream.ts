import type { RequestFacts } from '@proto-frame/api';
import type { ReplySlot } from './reply-order.js';

/**
 * The two ends of a stream, as connections see them. One object, made by the proxy, is both.
 *
 *            request read        sent upstream          reply written
 *   (none) ---------------> open --------------> waiting ---------------> ended
 *                             |                    |  timeout, reset, cancel ^
 *                             +--- hijack, cancel -+-------------------------+
 *
 * Before it is sent it may wait for a connection of its own; on a bound connection it ends as soon as it is
 * sent. A stream ends exactly once. If it ends while waiting, and not by its reply or by the end of the upstream
 * connection, its id goes into quarantine there.
 */

/** Why an upstream connection can't answer a request. */
export const ResetCause = {
  /** Refused, unreachable or not in time: the request never left. */
  connectFailed: 0,
  /** It closed, or was closed, before the reply. */
  closed: 1,
  /** The host sent what is no frame of the protocol. */
  codecError: 2,
} as const;
export type ResetCause = (typeof ResetCause)[keyof typeof ResetCause];

/** A request that waits for its reply on a ClientConnection. Its last reply or a reset comes, and only one of them. */
export interface ClientStream {
  /** What its replies are read by, where that depends on the request; else null. See XProtocol.factsOf. */
  readonly facts: RequestFacts | null;
  /**
   * The reply is the frame bytes[at, end), which the stream owns from now on.
   * @param more further replies to the same request follow
   */
  onReply(bytes: Uint8Array, at: number, end: number, more: boolean): void;
  onReset(cause: ResetCause): void;
  /** In place of both: it went out on a connection of the caller's own, where replies find their way alone. */
  onForwarded(): void;
}

/** A request of a ServerConnection that has not been answered. */
export interface ServerStream {
  /** Links of the connection's list. */
  previousStream: ServerStream | null;
  nextStream: ServerStream | null;
  /** The place of its replies where they have to be in order, see {@link ServerConnection.reply}. */
  slot: ReplySlot | null;
  /** The caller has gone: no answer is possible. */
  onCancel(): void;
}
