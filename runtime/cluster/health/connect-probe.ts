import type { Address } from '../../config/snapshot.js';
import { type Dialer, openEvent } from '../../network/dialer.js';
import type { HealthProbe } from './health-probe.js';

/** A host is well that takes a connection; a secured one if its cluster has those. */
export class ConnectProbe implements HealthProbe {
  constructor(
    private readonly address: Address,
    private readonly dialer: Dialer,
  ) {}

  start(done: (problem: string | null) => void): () => void {
    const socket = this.dialer.connect(this.address);
    let ended = false;
    const end = (): void => {
      ended = true;
      socket.destroy();
    };
    const finish = (problem: string | null): void => {
      if (ended) return;
      end();
      done(problem);
    };
    socket.once(openEvent(socket), () => finish(null));
    socket.on('error', (error) => finish(`can't connect: ${error.message}`));
    // Of a secured connection that the host ends in the handshake no error tells.
    socket.once('close', () => finish('it closed the connection'));
    return end;
  }
}
