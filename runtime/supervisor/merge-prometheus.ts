/** Series that are told by the first process alone. */
const FIRST = /^proto_frame_(?:config_|uptime_)/;
/** Series of which the greatest, or the least, counts; all others are added up. */
const GREATEST =
  /^proto_frame_(?:loop_delay_max_seconds|overload_heap_share_max|overload_queued_share_max|cluster_hosts$)/;
const LEAST = /^proto_frame_(?:certificate_expiry_|host_healthy$|cluster_hosts_healthy$)/;

interface Family {
  /** HELP and TYPE, as they were. */
  readonly comments: string[];
  /** Values by name and labels as written. */
  readonly samples: Map<string, number>;
  type: string;
}

/**
 * One scrape of several processes: samples of the same name and labels are added up.
 *
 * @param texts in Prometheus' text format, as prom-client writes it: each family in one piece
 * @param wanted types of families to keep; all if left out
 */
export function mergePrometheus(texts: readonly string[], wanted?: ReadonlySet<string>): string {
  const families = new Map<string, Family>();
  texts.forEach((text, i) => mergeInto(families, text, i === 0));
  const lines: string[] = [];
  for (const { comments, samples, type } of families.values()) {
    if (wanted !== undefined && !wanted.has(type)) continue;
    lines.push(...comments);
    for (const [series, value] of samples) lines.push(`${series} ${value}`);
    lines.push('');
  }
  return lines.join('\n');
}

function mergeInto(families: Map<string, Family>, text: string, first: boolean): void {
  let family: Family | undefined;
  let name = '';
  for (const line of text.split('\n')) {
    if (line.startsWith('# ')) {
      const [, keyword, about] = line.split(' ', 3);
      if (about !== name || family === undefined) {
        name = about ?? '';
        family = families.get(name);
        if (family === undefined)
          families.set(name, (family = { comments: [], samples: new Map(), type: '' }));
      }
      if (!family.comments.includes(line)) family.comments.push(line);
      if (keyword === 'TYPE') family.type = line.slice(line.lastIndexOf(' ') + 1);
      continue;
    }
    const at = line.lastIndexOf(' ');
    if (at < 0 || family === undefined) continue;
    const series = line.slice(0, at);
    const before = family.samples.get(series);
    const value = Number(line.slice(at + 1));
    if (before === undefined) {
      if (first || !FIRST.test(name)) family.samples.set(series, value);
    } else if (!FIRST.test(name)) {
      family.samples.set(series, joined(name, before, value));
    }
  }
}

function joined(name: string, one: number, other: number): number {
  if (GREATEST.test(name)) return Math.max(one, other);
  return LEAST.test(name) ? Math.min(one, other) : one + other;
}
