import type { Socket } from 'node:net';

/**
 * Calls `take` with each whole frame that a socket receives; errors of the socket are let be.
 *
 * @param lengthOf how long the frame is that begins the bytes; 0 if that is not known yet
 */
export function cutFrames(
  socket: Socket,
  lengthOf: (bytes: Buffer) => number,
  take: (frame: Buffer) => void,
): void {
  let rest: Buffer = Buffer.alloc(0);
  socket.on('error', () => {});
  socket.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    for (let size = lengthOf(rest); size > 0 && size <= rest.length; size = lengthOf(rest)) {
      take(rest.subarray(0, size));
      rest = rest.subarray(size);
    }
  });
}
