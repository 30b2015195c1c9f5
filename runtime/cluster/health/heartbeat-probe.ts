import type { XProtocol } from '@proto-frame/api';
import type { Address } from '../../config/snapshot.js';
import { type Dialer, openEvent } from '../../network/dialer.js';
import { Framer, FramerState } from '../../protocol/framer.js';
import type { HealthProbe } from './health-probe.js';

/** The most a host may say before it answers. */
const MOST_BYTES = 64 * 1024;

/** A host is well that answers a heartbeat of the protocol, on a connection of its own. */
export class HeartbeatProbe implements HealthProbe {
  constructor(
    private readonly address: Address,
    private readonly dialer: Dialer,
    private readonly protocol: XProtocol,
  ) {}

  start(done: (problem: string | null) => void): () => void {
    const { protocol } = this;
    const replies = protocol.replies ?? protocol;
    const socket = this.dialer.connect(this.address);
    const framer = new Framer(replies, Math.min(MOST_BYTES, protocol.traits.maxFrame));
    let ended = false;
    const end = (): void => {
      ended = true;
      socket.removeAllListeners('data');
      socket.destroy();
    };
    const finish = (problem: string | null): void => {
      if (ended) return;
      end();
      done(problem);
    };
    const heartbeat = protocol.heartbeat(protocol.traits.idMin);
    const facts = heartbeat === null ? null : (protocol.factsOf?.(heartbeat, 0, heartbeat.length) ?? null);
    const sink = {
      onFrame: (bytes: Uint8Array, at: number, frameEnd: number): void => {
        // Where the protocol keeps order any reply answers; else pushes and the like may come first.
        if (protocol.traits.correlation !== 'id' || replies.isHeartbeat(bytes, at, frameEnd, facts))
          finish(null);
      },
    };
    socket.once(openEvent(socket), () => {
      if (heartbeat === null) finish(`${protocol.name} has no heartbeat`);
      else socket.write(heartbeat);
    });
    socket.on('data', (chunk: Buffer) => {
      framer.push(chunk);
      let state: FramerState;
      try {
        while ((state = framer.read(sink)) === FramerState.more && !ended);
      } catch {
        state = FramerState.malformed;
      }
      if (!ended && (state === FramerState.malformed || state === FramerState.tooLarge))
        finish(`its answer is no frame of ${protocol.name}`);
    });
    socket.on('error', (error) => finish(`can't connect: ${error.message}`));
    // Half-open: the host's end is not ours by itself.
    socket.on('end', () => finish('it closed the connection'));
    socket.on('close', () => finish('it closed the connection'));
    return end;
  }
}
