import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/** A file to be: where, relative to the output folder, and what. */
export interface Output {
  readonly name: string;
  readonly text: string;
}

export interface OutputState {
  readonly name: string;
  readonly state: 'current' | 'stale' | 'missing';
}

/** Compares what should be on disk with what is; writes nothing. */
export async function compareOutputs(folder: string, outputs: readonly Output[]): Promise<OutputState[]> {
  return Promise.all(
    outputs.map(async ({ name, text }) => {
      const present = await readFile(resolve(folder, name), 'utf8').catch(() => null);
      return { name, state: present === null ? 'missing' : present === text ? 'current' : 'stale' };
    }),
  );
}

/**
 * Writes the files whose text has changed, so that nobody who watches them is woken for nothing. A file is
 * replaced as a whole: who reads meanwhile sees the old or the new one.
 *
 * @returns the names written
 */
export async function writeOutputs(folder: string, outputs: readonly Output[]): Promise<string[]> {
  const states = await compareOutputs(folder, outputs);
  const written: string[] = [];
  for (const [i, { name, text }] of outputs.entries()) {
    if (states[i]!.state === 'current') continue;
    const path = resolve(folder, name);
    const draft = `${path}.${process.pid}.tmp`;
    await mkdir(dirname(path), { recursive: true });
    try {
      await writeFile(draft, text);
      await rename(draft, path);
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
    written.push(name);
  }
  return written;
}
