/** A client as its users have it, connected to the sidecar. */
export interface PeerClient {
  /** Calls with a text that no other call has. Resolves to whether the reply is this call's own. */
  call(text: string): Promise<boolean>;
  /** Missing where it can't be closed and goes with its process. */
  close?(): Promise<void>;
}

/** A server as its users have it. */
export interface PeerServer {
  /** On 127.0.0.1. */
  readonly port: number;
  stop(): Promise<unknown>;
}

/** A real client and a real server of one protocol. */
export interface Pair {
  readonly name: string;
  /** What a listener says under `protocol`, and its route under `match`. */
  readonly protocol: string;
  readonly match: string;
  /** Whether the client, asked to leave by a goaway, does so; if not, its last calls before a worker ends fail. */
  readonly leaves: boolean;
  startServer(): Promise<PeerServer>;
  connect(port: number): Promise<PeerClient>;
}
