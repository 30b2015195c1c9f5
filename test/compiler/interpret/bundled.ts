import { existsSync, readdirSync } from 'node:fs';
import { analyse, Report } from '@proto-frame/compiler';
import { loadExterns } from '../../../compiler/cli/load-externs.js';
import { readSources } from '../../../compiler/cli/read-sources.js';
import { sideOf, type Side } from '../../../compiler/cli/side-of.js';
import type { ExternCode } from '../../../compiler/interpret/extern-code.js';
import { ROOT } from '../../support/root.js';

/** The frames of a bundled protocol, or those of one side, as tools read them. */
export interface Bundled extends Side {
  readonly code: ExternCode;
}

/** Folders of test/corpus that hold frames: `bolt`, `redis/client`, `kafka/server.flexible`. */
export function corpora(): string[] {
  const folder = `${ROOT}test/corpus/`;
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => [name, ...readdirSync(`${folder}${name}`).map((side) => `${name}/${side}`)])
    .filter((name) => existsSync(`${folder}${name}/valid`));
}

/** @param name as {@link corpora} has it */
export async function bundled(name: string): Promise<Bundled> {
  const [file, side] = name.split('/');
  return modelOf(`${ROOT}schemas/${file}.proto-frame`, side);
}

/** @param side of a protocol with a frame for each: `client`, `server`, `server.flexible` */
export async function modelOf(path: string, side?: string): Promise<Bundled> {
  const [from, ...facts] = side?.split('.') ?? [];
  const given = facts.length === 0 ? 'none' : facts.join();
  const report = new Report();
  const sources = await readSources([path], ROOT, report);
  const [protocol] = analyse(sources.roots, sources.resolve, report);
  if (protocol === undefined || report.hasErrors)
    throw new Error(report.diagnostics.map((one) => one.message).join('\n'));
  return {
    ...sideOf(protocol, from, from === 'server' && protocol.facts.length > 0 ? given : undefined),
    code: await loadExterns(protocol),
  };
}
