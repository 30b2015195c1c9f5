import { readdirSync, readFileSync } from 'node:fs';
import { ROOT } from './root.js';

/**
 * Where an invalid frame has to be refused, in the order a proxy gets there. A wrong checksum may pass as it is,
 * for the receiver to find; it may not be made right by a rewrite.
 */
export type FailsAt = 'match' | 'scan' | 'limit' | 'check' | 'headers' | 'rewrite';

/** One frame of test/corpus. */
export interface CorpusFrame {
  /** `bolt/valid/request-plus`. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** The first line of the file: where the bytes came from. */
  readonly origin: string;
  /** Invalid frames only, from the line `# fails: ...`. */
  readonly failsAt: FailsAt;
}

/**
 * The frames of test/corpus/<protocol>/<verdict>, by name. A file is a comment that says where the bytes came
 * from, possibly further comments, then hex digits with white space between them as it pleases.
 *
 * @throws Error naming the file if it has no origin or is not hex
 */
export function corpus(protocol: string, verdict: 'valid' | 'invalid'): CorpusFrame[] {
  const folder = `${ROOT}test/corpus/${protocol}/${verdict}`;
  const files = readdirSync(folder).filter((file) => file.endsWith('.hex'));
  if (files.length === 0) throw new Error(`no frame in ${folder}`);
  return files.sort().map((file) => {
    const lines = readFileSync(`${folder}/${file}`, 'utf8').split('\n');
    const comments = lines.filter((line) => line.startsWith('#')).map((line) => line.slice(1).trim());
    const hex = lines
      .filter((line) => !line.startsWith('#'))
      .join('')
      .replace(/\s/g, '');
    const origin = lines[0]!.startsWith('#') ? comments[0]! : '';
    if (origin === '')
      throw new Error(`${folder}/${file}: the first line must say where the bytes came from`);
    if (!/^([0-9a-f]{2})+$/.test(hex)) throw new Error(`${folder}/${file}: not hex`);
    const fails = comments.find((line) => line.startsWith('fails: '))?.slice('fails: '.length);
    if ((fails === undefined) !== (verdict === 'valid'))
      throw new Error(`${folder}/${file}: "# fails: ..."?`);
    return {
      name: `${protocol}/${verdict}/${file.slice(0, -'.hex'.length)}`,
      bytes: Uint8Array.from(Buffer.from(hex, 'hex')),
      origin,
      failsAt: (fails ?? 'check') as FailsAt,
    };
  });
}
