import { expect, test } from 'vitest';
import { Report, type Protocol } from '@proto-frame/compiler';
import { modulesOf } from '../../../compiler/cli/generate-all.js';
import { generate } from '../../../compiler/codegen/generate.js';
import { schemaText } from './arbitrary-schema.js';
import { analyseText, externCodeOf, runModule, typeErrorsOf } from './load-codec.js';
import { proveCodec } from './prove-codec.js';

/**
 * The same schemas each time; others with RUNS=2000, whose seed is printed. SEED=n RUNS=1 is schema n alone:
 * `SEED=7 RUNS=1 npx vitest run test/compiler/codegen/random-schemas`
 */
const RUNS = Number(process.env.RUNS ?? 8);
const SEED = Number(process.env.SEED ?? (process.env.RUNS === undefined ? 2000 : Date.now() % 1_000_000_000));
const FRAMES = 25;
/** Schemas whose types are checked in one program. */
const BATCH = 40;

interface Trial {
  readonly seed: number;
  readonly text: string;
  readonly modules: ReadonlyMap<string, string>;
}

test(
  `what the compiler takes, it generates right (SEED=${SEED} RUNS=${RUNS})`,
  { timeout: 3_600_000 },
  async () => {
    const broken: string[] = [];
    const refusals = new Map<string, number>();
    let trials: Trial[] = [];
    let taken = 0;
    let barren = 0;
    for (let seed = SEED; seed < SEED + RUNS; seed++) {
      const text = schemaText(seed);
      const fail = (error: unknown): void => void broken.push(described(seed, text, error));
      try {
        const protocol = compile(text, refusals);
        if (protocol !== null) {
          const modules = new Map<string, string>();
          trials.push({ seed, text, modules });
          if ((await prove(protocol, modules, seed)) === 0) barren++;
          taken++;
        }
      } catch (error) {
        fail(error);
      }
      if (trials.length === BATCH || seed === SEED + RUNS - 1) {
        typeErrorsOf(trials.map((t) => t.modules)).forEach((errors, i) => {
          if (errors.length > 0) broken.push(described(trials[i]!.seed, trials[i]!.text, errors.join('\n')));
        });
        trials = [];
      }
    }
    if (process.env.RUNS !== undefined)
      console.log(
        `${RUNS} schemas, ${taken} taken, ${barren} without a frame; refused:`,
        Object.fromEntries(refusals),
      );
    expect(broken.slice(0, 5).join('\n\n') + (broken.length > 5 ? `\n… ${broken.length}` : '')).toBe('');
    expect(taken, 'schemas enough are taken').toBeGreaterThan(RUNS * 0.55);
    expect(barren, 'most schemas taken have frames').toBeLessThan(RUNS * 0.2);
  },
);

/**
 * Generates a protocol's modules, and holds each to its promises.
 *
 * @param modules takes their texts
 * @returns how many frames there were of that which had fewest
 */
async function prove(protocol: Protocol, modules: Map<string, string>, seed: number): Promise<number> {
  const loaded = new Map<string, Record<string, unknown>>();
  let fewest = FRAMES;
  // Requests last: their module imports those of their replies.
  for (const side of modulesOf(protocol).toReversed()) {
    const text = await generate(side, false);
    modules.set(side.fileName, text);
    const exports = runModule(text, loaded);
    loaded.set(side.fileName, exports);
    try {
      const taken = proveCodec(side, exports, { seed, frames: FRAMES, code: externCodeOf(protocol) });
      fewest = Math.min(fewest, taken);
    } catch (error) {
      throw new Error(`${side.fileName}: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    }
  }
  return fewest;
}

/** A schema's protocol; null if it is refused, which it has to be at a place in the text. */
function compile(text: string, refusals: Map<string, number>): Protocol | null {
  const report = new Report();
  const protocol = analyseText('random.proto-frame', text, report);
  if (protocol !== null) return protocol;
  const [first] = report.diagnostics.filter((d) => d.severity === 'error');
  if (first!.span.end <= first!.span.start) throw new Error(`${first!.code} has no place`);
  const key = `${first!.code} ${first!.message.replace(/`[^`]*`/g, '…').replace(/-?\d+/g, '0')}`;
  refusals.set(key, (refusals.get(key) ?? 0) + 1);
  return null;
}

function described(seed: number, text: string, error: unknown): string {
  let cause = error;
  while (cause instanceof Error && cause.cause instanceof Error) cause = cause.cause;
  return `SEED=${seed} RUNS=1: ${cause instanceof Error ? (cause.stack ?? cause.message).slice(0, 900) : String(cause)}\n${text}`;
}
