import { type AddressInfo, createServer, type Socket } from 'node:net';
import { type BoltFrame, boltHeartbeat, BoltReader, boltResponse } from './bolt-frames.js';

/** One connection to a scripted host. */
export interface UpstreamPeer {
  readonly socket: Socket;
  /** All frames received, in order. */
  readonly frames: BoltFrame[];
}

/** A bolt host that does what a test says. */
export interface ScriptedUpstream {
  readonly port: number;
  /** Connections open now. */
  readonly peers: UpstreamPeer[];
  /** How many there ever were. */
  readonly accepted: number;
  /** All request and oneway frames received, on whatever connection. */
  readonly requests: BoltFrame[];
  /** Closes all connections with a reset and stops listening. */
  kill(): Promise<void>;
}

/** Takes each frame received. */
export type Script = (frame: BoltFrame, peer: UpstreamPeer) => void;

/** Answers requests with their own body and heartbeats with an ack. */
export const echo: Script = (frame, { socket }) => {
  if (frame.cmd === 0 && frame.type === 1) socket.write(boltHeartbeat(frame.id, true));
  else if (frame.type === 1 && frame.cmd === 1) socket.write(boltResponse(frame.id, 0, frame.body));
};

/** @param port to listen on; 0 for a free one */
export async function startUpstream(script: Script = echo, port = 0): Promise<ScriptedUpstream> {
  const peers: UpstreamPeer[] = [];
  const requests: BoltFrame[] = [];
  let accepted = 0;
  const server = createServer({ noDelay: true }, (socket) => {
    const peer: UpstreamPeer = { socket, frames: [] };
    const reader = new BoltReader();
    accepted++;
    peers.push(peer);
    socket.on('error', () => {});
    socket.on('close', () => peers.splice(peers.indexOf(peer), 1));
    socket.on('data', (chunk: Buffer) => {
      for (const frame of reader.push(chunk)) {
        peer.frames.push(frame);
        if (frame.cmd === 1) requests.push(frame);
        script(frame, peer);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    peers,
    requests,
    get accepted() {
      return accepted;
    },
    async kill() {
      for (const { socket } of [...peers]) socket.resetAndDestroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
