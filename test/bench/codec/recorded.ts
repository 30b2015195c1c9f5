import { corpus } from '../../support/corpus.js';

/**
 * A frame of the corpus.
 *
 * @param folder of test/corpus: `dubbo`, `redis/client`
 * @param name of the file, without `.hex`
 * @throws Error if there is none of that name
 */
export function recorded(folder: string, name: string): Buffer {
  const frame = corpus(folder, 'valid').find((entry) => entry.name === `${folder}/valid/${name}`);
  if (frame === undefined) throw new Error(`test/corpus/${folder}/valid has no ${name}`);
  return Buffer.from(frame.bytes);
}
