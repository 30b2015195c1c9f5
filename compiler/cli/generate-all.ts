import type { Protocol } from '../model/model.js';
import type { Terminal } from './terminal.js';
import type { Output } from './write-outputs.js';

/** The forms a codec can be written in. */
export const EMITTED = ['ts', 'js'] as const;
export type Emitted = (typeof EMITTED)[number];

/**
 * Generates every protocol in the forms asked for. One thread does it: the generator is quick once it is warm and
 * formats what protocols share only once, so that two threads on two cores were slower for a hundred schemas.
 */
export async function generateAll(
  protocols: readonly Protocol[],
  emit: readonly Emitted[],
  terminal: Terminal,
): Promise<Output[]> {
  // ts-morph and prettier take longer to load than a check takes.
  const { generate } = await import('../codegen/generate.js');
  const toJavaScript = emit.includes('js') ? (await import('./to-javascript.js')).toJavaScript : null;
  const progress = terminal.interactive && protocols.length > 2;
  const outputs: Output[] = [];
  for (const [i, protocol] of protocols.entries()) {
    if (progress) terminal.err(`\r\x1b[K[${i + 1}/${protocols.length}] ${protocol.name}`);
    for (const side of modulesOf(protocol)) {
      const text = await generate(side);
      const name = side.fileName;
      if (emit.includes('ts')) outputs.push({ name, text });
      if (toJavaScript !== null)
        outputs.push({ name: name.replace(/\.ts$/, '.js'), text: toJavaScript(text, name) });
    }
  }
  if (progress) terminal.err('\r\x1b[K');
  const copies = new Map(
    protocols.flatMap((p) => p.externs.flatMap((e) => e.files.map((f) => [f.name, f.text]))),
  );
  for (const [name, text] of copies) {
    if (emit.includes('ts')) outputs.push({ name, text });
    if (toJavaScript !== null)
      outputs.push({ name: name.replace(/\.ts$/, '.js'), text: toJavaScript(text, name) });
  }
  return outputs;
}

/** A protocol has a module, and one for its replies where they look unlike requests. */
export function modulesOf(protocol: Protocol): readonly Protocol[] {
  return protocol.reply === null ? [protocol] : [protocol, protocol.reply];
}
