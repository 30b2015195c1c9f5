import { lstatSync, type Stats, unlinkSync } from 'node:fs';
import { connect } from 'node:net';

/**
 * Makes room for a unix socket at `path`: one that nobody listens on any more is removed if it is ours.
 *
 * @throws Error if something else stands there, or somebody listens
 */
export async function clearUnixPath(path: string): Promise<void> {
  let found: Stats;
  try {
    found = lstatSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if (!found.isSocket()) throw new Error(`${path} is there already, and is no socket`);
  if (found.uid !== process.geteuid?.()) throw new Error(`${path} is a socket of another user`);
  if (await isAlive(path)) throw new Error(`somebody listens on ${path} already`);
  unlinkSync(path);
}

/** Whether somebody listens; one that can't be asked is taken for alive. */
function isAlive(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT');
    });
  });
}
