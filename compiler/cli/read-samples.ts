import { readdir, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseHex } from './parse-hex.js';
import { UsageError } from './terminal.js';

/** One sample file and the bytes in it. */
export interface Sample {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * The samples of a folder in the order of their names: .hex files hold digits and # comments, .bin files bytes.
 * @throws UsageError if there is no such folder, no sample in it, or a file that is not hex
 */
export async function readSamples(folder: string, cwd: string): Promise<Sample[]> {
  const path = resolve(cwd, folder);
  const names = await readdir(path).catch(() => {
    throw new UsageError(`there is no folder ${folder}`);
  });
  const samples: Sample[] = [];
  for (const name of names.sort()) {
    const shown = `${folder}/${name}`;
    if (name.endsWith('.bin')) samples.push({ name: shown, bytes: await readFile(`${path}/${name}`) });
    else if (name.endsWith('.hex'))
      samples.push({ name: shown, bytes: parseHex(await readFile(`${path}/${name}`, 'utf8'), shown) });
  }
  if (samples.length === 0) throw new UsageError(`${folder} has no .hex or .bin file`);
  return samples;
}
