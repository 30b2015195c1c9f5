import type { Protocol } from '../model/model.js';
import type { Output } from './write-outputs.js';

/** The forms a codec can be written in. */
export const EMITTED = ['ts', 'js'] as const;
export type Emitted = (typeof EMITTED)[number];

/** What one protocol is generated to. */
export interface Generated {
  readonly protocol: string;
  readonly outputs: readonly Output[];
}

/** Generates one protocol in the forms asked for. */
export async function generateOne(protocol: Protocol, emit: readonly Emitted[]): Promise<Generated> {
  // ts-morph and prettier take longer to load than a check takes.
  const { generate } = await import('../codegen/generate.js');
  const text = await generate(protocol);
  const name = protocol.fileName;
  const outputs: Output[] = [];
  if (emit.includes('ts')) outputs.push({ name, text });
  if (emit.includes('js')) {
    const { toJavaScript } = await import('./to-javascript.js');
    outputs.push({ name: name.replace(/\.ts$/, '.js'), text: toJavaScript(text, name) });
  }
  return { protocol: protocol.name, outputs };
}
