import { DecodeError, FrameKind, HeaderMap, ScanState, type XProtocol } from '@proto-frame/api';
import { meaningOf, type Meaning } from '../../compiler/interpret/meaning.js';
import { readFrame } from '../../compiler/interpret/read-frame.js';
import type { Bundled } from '../compiler/interpret/bundled.js';

/**
 * Reads bytes by the generated code and by the interpreter, two programs made of one schema.
 *
 * @returns 'accepted', 'refused' or 'incomplete' where they agree; else what they say, after a '!'
 */
export function againstInterpreter(
  codec: XProtocol<never>,
  { protocol, code, facts }: Bundled,
  bytes: Uint8Array,
): string {
  const read = readFrame(protocol, bytes, 0, bytes.length, code, facts);
  const state = new ScanState(codec.traits.maxFrame);
  const length = codec.scan(bytes, 0, bytes.length, state);
  if (length === 0 || length > bytes.length) {
    // The generated code awaits the whole frame before it looks into it.
    if (length === 0 && state.need <= bytes.length)
      return `!scan needs ${state.need} of ${bytes.length} bytes`;
    return read.kind === 'frame'
      ? `!scan needs more, the interpreter has ${read.tree.length} bytes`
      : 'incomplete';
  }
  const refusal = length < 0 ? 'scan' : refusalOf(codec, bytes, length);
  if (refusal !== null) {
    const whole = read.kind === 'frame' && read.tree.fields.every((field) => !field.note.includes('WRONG'));
    return whole ? `!${refusal} refuses, the interpreter does not` : 'refused';
  }
  if (read.kind !== 'frame') {
    // Behind a value that TypeScript delimits, generated code reads on only where somebody asks; and then refuses.
    if (protocol.externs.length > 0) return 'accepted';
    // Where values of a map may be null, generated code takes a null key for an empty one.
    if (read.kind === 'bad' && read.message === 'has the size -1') return 'accepted';
    return `!the interpreter refuses: ${read.kind === 'bad' ? `${read.field} ${read.message}` : 'more'}`;
  }
  if (read.tree.length !== length) return `!${length} bytes, the interpreter says ${read.tree.length}`;
  return differing(codec, bytes, length, meaningOf(protocol, read.tree)) ?? 'accepted';
}

function refusalOf(codec: XProtocol<never>, bytes: Uint8Array, end: number): string | null {
  try {
    codec.check(bytes, 0, end);
    // Headers are looked at when somebody asks.
    codec.readHeaders(bytes, 0, end, new HeaderMap(codec.traits.headerCase));
    return null;
  } catch (error) {
    if (error instanceof DecodeError) return error.code;
    throw error;
  }
}

/** The role about which the two differ. */
function differing(codec: XProtocol<never>, bytes: Uint8Array, end: number, meaning: Meaning): string | null {
  const at = [bytes, 0, end] as const;
  const kind = FrameKind[meaning.kind as keyof typeof FrameKind];
  if (codec.kindOf(...at) !== kind)
    return `!kind ${codec.kindOf(...at)}, the interpreter says ${meaning.kind}`;
  const pairs: [role: string, generated: () => unknown, interpreted: unknown][] = [
    ['id', () => (meaning.id === undefined ? undefined : String(codec.idOf(...at))), meaning.id],
    ['heartbeat', () => codec.isHeartbeat(...at), meaning.heartbeat ?? false],
    ['goaway', () => codec.isGoaway(...at), meaning.goaway ?? false],
    ['service', () => codec.serviceOf(...at), meaning.service],
    ['method', () => codec.methodOf(...at), meaning.method],
    ['group', () => codec.groupOf(...at), meaning.group],
    ['version', () => codec.versionOf(...at), meaning.version],
  ];
  for (const [role, generated, interpreted] of pairs) {
    let found: unknown;
    try {
      found = generated();
    } catch (error) {
      if (!(error instanceof DecodeError)) return `!${role} threw ${String(error)}`;
      continue;
    }
    if (found !== interpreted)
      return `!${role} ${String(found)}, the interpreter says ${String(interpreted)}`;
  }
  return null;
}
