import { renameSync, writeFileSync } from 'node:fs';
import type { Sidecar } from '../../support/sidecar.js';
import { pause } from '../scenario.js';

/** Puts another configuration in the place of the one a sidecar runs with, as editors and deployments do. */
export function replaceConfig({ file }: Sidecar, yaml: string): void {
  writeFileSync(`${file}.new`, yaml);
  renameSync(`${file}.new`, file);
}

/** How many lines the sidecar has said that match. */
export function said({ output }: Sidecar, pattern: RegExp): number {
  return output.filter((line) => pattern.test(line)).length;
}

/** Waits until a sidecar has said so many lines that match; false after a minute. */
export async function hasSaid(sidecar: Sidecar, pattern: RegExp, count: number): Promise<boolean> {
  for (let tries = 0; tries < 6_000; tries++) {
    if (said(sidecar, pattern) >= count) return true;
    await pause(10);
  }
  return false;
}

/** Sends a signal and waits for the line that tells it was obeyed. */
export function signal(sidecar: Sidecar, name: NodeJS.Signals, pattern: RegExp): Promise<boolean> {
  const count = said(sidecar, pattern) + 1;
  sidecar.process.kill(name);
  return hasSaid(sidecar, pattern, count);
}
