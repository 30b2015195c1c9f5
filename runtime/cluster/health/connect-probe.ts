import { connect, type Socket } from 'node:net';
import type { Address } from '../../config/snapshot.js';
import type { HealthProbe } from './health-probe.js';

/** A host is well that takes a TCP connection. */
export class ConnectProbe implements HealthProbe {
  constructor(private readonly address: Address) {}

  start(done: (problem: string | null) => void): () => void {
    const socket: Socket = connect({ ...this.address, noDelay: true });
    const end = (): void => {
      socket
        .removeAllListeners('connect')
        .removeAllListeners('error')
        .on('error', () => {});
      socket.destroy();
    };
    socket.once('connect', () => {
      end();
      done(null);
    });
    socket.once('error', (error) => {
      end();
      done(`can't connect: ${error.message}`);
    });
    return end;
  }
}
