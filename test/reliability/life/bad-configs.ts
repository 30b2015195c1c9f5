import { readdirSync, readFileSync } from 'node:fs';
import { ROOT } from '../../support/root.js';
import { type Result, scenario } from '../scenario.js';
import { replaceConfig, said, signal } from './versions.js';

const CASES = `${ROOT}test/golden/config`;

/**
 * E3. Every broken configuration of test/golden/config is offered to two workers under load: each is refused
 * with its place and reason, and no request fails.
 */
export function badConfigs(seed: number): Promise<Result> {
  const cases = readdirSync(CASES);
  const setup = { top: ['workers: 2'] };
  return scenario('E3 bad configurations', seed, setup, async (stage) => {
    const { sidecar, steady, verdict, check, atLeast, notes } = stage;
    const good = readFileSync(sidecar.file, 'utf8');
    const callers = steady(8, { inFlight: 4, pause: 5 });
    for (const name of cases) {
      replaceConfig(sidecar, readFileSync(`${CASES}/${name}/input.yaml`, 'utf8'));
      check(await signal(sidecar, 'SIGHUP', /configuration not reloaded/), `${name} was not refused`);
    }
    const placed = said(sidecar, /sidecar\.yaml:\d+:\d+: .*configuration not reloaded/);
    atLeast('refused with a place', placed, ' configurations', cases.length);
    replaceConfig(sidecar, good);
    check(await signal(sidecar, 'SIGHUP', /"configuration reloaded"/), 'the good one was not taken again');
    await Promise.all(callers.map((caller) => caller.stop()));
    check(verdict.localError + verdict.closed === 0, 'a request failed');
    check(said(sidecar, /worker died/) === 0, 'a worker died of it');
    notes.push(`${cases.length} configurations`);
  });
}
