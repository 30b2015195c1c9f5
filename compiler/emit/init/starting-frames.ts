import { startingMagic } from './starting-schema.js';

/** A corpus file: where the bytes came from, then hex, with a comment before what belongs together. */
export interface StartingFrame {
  readonly name: string;
  readonly text: string;
}

/** Frames of the schema that startingSchema gives, one a file, with a comment on each part. */
export function startingFrames(name: string): StartingFrame[] {
  const frame = (
    file: string,
    what: string,
    kind: readonly [number, string],
    arm: readonly (readonly [string, string])[],
    headers: Readonly<Record<string, string>>,
    body: string,
  ): StartingFrame => {
    const entries = Object.entries(headers).map(
      ([key, value]) => [`${key}: ${value}`, pstr(key) + pstr(value)] as const,
    );
    const size = entries.reduce((sum, [, digits]) => sum + digits.length / 2, 0);
    const parts: (readonly [string, string])[] = [
      [`magic "${startingMagic(name)}"`, ascii(startingMagic(name))],
      [`kind: ${kind[1]}`, hex(kind[0], 1)],
      ['id: 7', hex(7, 4)],
      ...arm,
      [`head_len: ${size}`, hex(size, 2)],
      [`body_len: ${body.length}`, hex(body.length, 4)],
      ...entries,
      ...(body === '' ? [] : ([[`body "${body}"`, ascii(body)]] as const)),
    ];
    const lines = parts.map(([meaning, digits]) => `# ${meaning}\n${digits}`);
    return {
      name: `${file}.hex`,
      text: `# written by proto-frame init: ${what}; replace it by bytes recorded from real peers\n${lines.join('\n')}\n`,
    };
  };
  return [
    frame(
      'request',
      'a request with two headers',
      [1, 'request'],
      [['timeout: 3000 ms', hex(3000, 4)]],
      { service: 'greeter', method: 'hello' },
      'hello',
    ),
    frame('response', 'its reply', [2, 'response'], [['status: ok', hex(0, 1)]], {}, 'hello back'),
    frame('ping', 'a heartbeat', [4, 'ping'], [], {}, ''),
  ];
}

function hex(value: number, bytes: number): string {
  return value.toString(16).padStart(2 * bytes, '0');
}

function ascii(text: string): string {
  return [...text].map((c) => hex(c.charCodeAt(0), 1)).join('');
}

function pstr(text: string): string {
  return hex(text.length, 2) + ascii(text);
}
