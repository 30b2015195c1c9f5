/** A sample of the Prometheus text format. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Family {
  readonly type: string;
  readonly samples: readonly Sample[];
}

const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\\\|\\"|\\n)*)"(?:,|$)/gy;

/**
 * Reads the text format strictly, as the exposition format documents it: every sample belongs to the family
 * announced before it, no sample twice, numbers only.
 */
export function parsePrometheus(text: string): Map<string, Family> {
  const families = new Map<string, { type: string; samples: Sample[] }>();
  const seen = new Set<string>();
  let current = '';
  if (!text.endsWith('\n')) throw new Error('the last line has no line feed');
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('# HELP ')) continue;
    const type = /^# TYPE (\S+) (counter|gauge|histogram)$/.exec(line);
    if (type !== null) {
      current = type[1]!;
      if (families.has(current)) throw new Error(`${current} is announced twice`);
      families.set(current, { type: type[2]!, samples: [] });
      continue;
    }
    const parts = SAMPLE.exec(line);
    if (parts === null) throw new Error(`no sample: ${line}`);
    const [, name, labelText = '', number] = parts as unknown as [string, string, string | undefined, string];
    const family = families.get(current);
    const base = family?.type === 'histogram' ? name.replace(/_(bucket|sum|count)$/, '') : name;
    if (family === undefined || base !== current) throw new Error(`${name} stands under ${current}`);
    if (!/^[+-]?(\d+(\.\d+)?(e[+-]?\d+)?|Inf)$/i.test(number)) throw new Error(`no number: ${line}`);
    const key = `${name}{${labelText}}`;
    if (seen.has(key)) throw new Error(`twice: ${key}`);
    seen.add(key);
    family.samples.push({ name, labels: parseLabels(labelText), value: Number(number) });
  }
  return families;
}

function parseLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  while (LABEL.lastIndex < text.length) {
    const found = LABEL.exec(text);
    if (found === null) throw new Error(`no label: ${text}`);
    labels[found[1]!] = found[2]!.replace(/\\(.)/g, (_, c: string) => (c === 'n' ? '\n' : c));
  }
  return labels;
}
