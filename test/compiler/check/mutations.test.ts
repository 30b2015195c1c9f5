import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { Report } from '../../../compiler/diagnostics/diagnostic.js';
import { renderText } from '../../../compiler/diagnostics/render-text.js';
import { bundledSchemas } from './bundled-schemas.js';
import { checkTexts } from './check-texts.js';
import { seedFromEnvironment } from '../../support/random.js';
import { cpuMilliseconds } from '../../support/cpu-time.js';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The real schemas and every golden case, each a set of texts by path. */
function seeds(bundled: Record<string, string>): Record<string, string>[] {
  const read = (folder: string): Record<string, string> =>
    Object.fromEntries(
      readdirSync(folder)
        .filter((f) => f.endsWith('.proto-frame'))
        .map((f) => [f, readFileSync(folder + f, 'utf8')]),
    );
  const golden = at('../../golden/diagnostics/');
  return [bundled, ...readdirSync(golden).map((name) => read(`${golden}${name}/`))];
}

/** Numbers from a seed, the same on every machine (mulberry32). */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

const NUMBERS = [
  '0',
  '-1',
  '1',
  '255',
  '256',
  '65536',
  '4294967296',
  '18446744073709551616',
  '9'.repeat(60),
  '0x',
  '1KiB',
];
const WORDS =
  'u8 u16le i64 u64 bytes text list of map size count rest until max default in .. nullable checksum crc32 over bits if else variant within as let assert pad align ' +
  'match semantics kind id status synth hijack none req null true not and or == ?? + - * / % & ^ << >> ~ ( ) { } [ ] ; , : = => <=> <= | _ . @ "x" enum open flags struct const ' +
  'use extends protocol frame limits recursive extern fn when from';

/** One to four tokens deleted, doubled, swapped, replaced or renamed. */
function mutate(text: string, next: (below: number) => number): string {
  const tokens = text.match(/"(?:[^"\\\n]|\\.)*"|\/\/[^\n]*|\w+|<=>|=>|\.\.|\s+|./g) ?? [];
  const words = WORDS.split(' ');
  for (let n = 1 + next(4); n > 0 && tokens.length > 1; n--) {
    const i = next(tokens.length);
    const j = next(tokens.length);
    switch (next(7)) {
      case 0:
        tokens.splice(i, 1);
        break;
      case 1:
        tokens.splice(i, 0, tokens[i]!, ' ');
        break;
      case 2:
        [tokens[i], tokens[j]] = [tokens[j]!, tokens[i]!];
        break;
      case 3:
        tokens[i] = tokens[j]!;
        break;
      case 4:
        tokens[i] = words[next(words.length)]!;
        break;
      case 5: {
        const numbers = tokens.flatMap((token, k) => (/^\d/.test(token) ? [k] : []));
        if (numbers.length > 0) tokens[numbers[next(numbers.length)]!] = NUMBERS[next(NUMBERS.length)]!;
        break;
      }
      default: {
        const length = 1 + next(40);
        tokens.splice(j, 0, ...tokens.slice(i, i + length));
      }
    }
  }
  return tokens.join('');
}

/** One of the real schemas with those that several of them use. */
function alone(bundled: Record<string, string>, path: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(bundled).filter(([other]) => other === path || other.startsWith('std/')),
  );
}

/** What is wrong with a report: a place outside of its file, a message that can't be shown. */
function unsound(report: Report): string | null {
  for (const one of report.diagnostics) {
    for (const { start, end, file } of [one.span, ...one.labels.map((label) => label.span)]) {
      if (start < 0 || end < start || end > file.text.length) return `${one.code} lies at ${start}..${end}`;
    }
    const shown = renderText(one);
    if (!shown.includes(one.code) || /undefined|\[object|NaN/.test(one.message)) return shown;
  }
  return null;
}

/** More can be asked for: MUTATIONS=100000 SEED=clock. */
const RUNS = Number(process.env['MUTATIONS'] ?? 300);
const SEED = seedFromEnvironment();

test('whatever is done to a schema, it is answered with findings in their places', async () => {
  const { texts: bundled, beside } = await bundledSchemas();
  const all = seeds(bundled);
  const next = random(SEED);
  let runs = 0;
  let clean = 0;
  for (; runs < RUNS; runs++) {
    // Every fourth time a real schema: it uses more of the language at once.
    const chosen = all[runs % 4 === 0 ? 0 : next(all.length)]!;
    const paths = Object.keys(chosen);
    const path = paths[next(paths.length)]!;
    const texts = chosen === bundled ? alone(bundled, path) : { ...chosen };
    texts[path] = mutate(texts[path]!, next);
    const start = cpuMilliseconds();
    let report: Report;
    let protocols: unknown[];
    try {
      ({ report, protocols } = checkTexts(texts, undefined, beside));
    } catch (error) {
      throw new Error(`SEED=${SEED}, run ${runs} threw on\n${texts[path]}`, { cause: error });
    }
    const wrong = cpuMilliseconds() - start > 2000 ? 'it took more than two seconds' : unsound(report);
    if (wrong !== null) throw new Error(`SEED=${SEED}, run ${runs}: ${wrong}\n${texts[path]}`);
    if (!report.hasErrors) {
      clean++;
      expect(protocols.length).toBe(
        Object.values(texts)
          .join('')
          .match(/^\s*protocol\s+[A-Za-z_]/gm)?.length ?? 0,
      );
    }
  }
  // A check that refuses everything, or nothing, would show here.
  expect(clean).toBeGreaterThan(runs / 100);
  expect(clean).toBeLessThan(runs / 2);
}, 3_600_000);
