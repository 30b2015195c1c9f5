import { pathToFileURL } from 'node:url';
import type { XProtocol } from '@proto-frame/api';
import { ROOT } from '../support/root.js';

/** What a generated module gives: the codec, and the view of its frames, which encode takes as well. */
export interface GeneratedCodec {
  readonly codec: XProtocol<never>;
  readonly Frame: new (bytes: Uint8Array, at: number, end: number) => never;
}

/** @param corpus `bolt`, `redis/client`, `redis/server` or `kafka/server.flexible`, as folders in test/corpus */
export async function generatedCodec(corpus: string): Promise<GeneratedCodec> {
  const [name, side] = corpus.split('/');
  const [from, fact] = side?.split('.') ?? [];
  const file = `${from === 'server' ? 'replies/' : ''}${name}${fact === undefined ? '' : `.${fact}`}`;
  const path = `${ROOT}runtime/codecs/${file}.js`;
  const module = (await import(pathToFileURL(path).href)) as Readonly<Record<string, unknown>>;
  const exported = Object.entries(module);
  const codec = exported.find(([, e]) => typeof e === 'object' && e !== null && 'scan' in e);
  const view = exported.find(([key, e]) => key.endsWith('Frame') && typeof e === 'function');
  if (codec === undefined || view === undefined) throw new Error(`${path} is no generated codec`);
  return { codec: codec[1] as GeneratedCodec['codec'], Frame: view[1] as GeneratedCodec['Frame'] };
}
