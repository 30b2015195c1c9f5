import { once } from 'node:events';
import { connect } from 'node:net';

/** Resolves once somebody accepts connections at a port of 127.0.0.1, for programs that do not say when they do. */
export async function accepting(port: number): Promise<void> {
  while (!(await accepts(port))) await new Promise((resolve) => setTimeout(resolve, 20));
}

async function accepts(port: number): Promise<boolean> {
  const probe = connect(port, '127.0.0.1');
  const found = await once(probe, 'connect').then(
    () => true,
    () => false,
  );
  probe.destroy();
  return found;
}
