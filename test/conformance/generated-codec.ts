import { pathToFileURL } from 'node:url';
import type { RequestFacts, XProtocol } from '@proto-frame/api';
import { givenFacts } from '../support/given-facts.js';
import { ROOT } from '../support/root.js';

/** What a generated module gives: the codec, and the view of its frames, which encode takes as well. */
export interface GeneratedCodec {
  readonly codec: XProtocol<never>;
  readonly Frame: new (bytes: Uint8Array, at: number, end: number, facts?: RequestFacts) => never;
  /** What is known of the requests that the frames answer. */
  readonly facts: RequestFacts;
}

/** @param corpus `bolt`, `redis/client`, `redis/server` or `kafka/server.flexible`, as folders in test/corpus */
export async function generatedCodec(corpus: string): Promise<GeneratedCodec> {
  const [name, side] = corpus.split('/');
  const [from, ...given] = side?.split('.') ?? [];
  const file = `${from === 'server' ? 'replies/' : ''}${name}`;
  const path = `${ROOT}runtime/codecs/${file}.js`;
  const module = (await import(pathToFileURL(path).href)) as Readonly<Record<string, unknown>>;
  const exported = Object.entries(module);
  const codec = exported.find(([, e]) => typeof e === 'object' && e !== null && 'scan' in e);
  const view = exported.find(([key, e]) => key.endsWith('Frame') && typeof e === 'function');
  if (codec === undefined || view === undefined) throw new Error(`${path} is no generated codec`);
  const facts = Object.fromEntries(given.map((fact) => [fact, true])) as RequestFacts;
  return {
    codec: givenFacts(codec[1] as GeneratedCodec['codec'], facts),
    Frame: view[1] as GeneratedCodec['Frame'],
    facts,
  };
}
