import { readFile, readFileSync, unwatchFile, watchFile } from 'node:fs';

/** How often the file is looked at, in ms. */
const PERIOD_MS = 1_000;
const LARGEST_FILE = 256 * 1024;
const MOST_LABELS = 256;

/**
 * The labels of a workload as Kubernetes' downward API writes them into a file: `key="value"` lines, the value
 * quoted as in Go. The file is looked at once a second while watched, since the symbolic links that Kubernetes
 * swaps escape other ways of watching. A file that is gone or can't be read leaves the labels as they were.
 */
export class LabelsFile {
  labels: readonly (readonly [key: string, value: string])[] = [];
  private readonly onChange = (): void => {
    readFile(this.path, 'utf8', (error, text) => {
      // Gone or being replaced: the next look will tell.
      if (error === null) this.take(text);
    });
  };

  constructor(private readonly path: string) {}

  /** Reads the file and goes on doing so when it changes. */
  watch(): void {
    try {
      this.take(readFileSync(this.path, 'utf8'));
    } catch {
      // Not there yet.
    }
    watchFile(this.path, { interval: PERIOD_MS, persistent: false }, this.onChange);
  }

  unwatch(): void {
    unwatchFile(this.path, this.onChange);
  }

  private take(text: string): void {
    if (text.length <= LARGEST_FILE) this.labels = parseLabels(text);
  }
}

/** The labels in `text`; lines that are none are passed over. */
export function parseLabels(text: string): (readonly [key: string, value: string])[] {
  const labels: (readonly [string, string])[] = [];
  for (const line of text.split('\n')) {
    const parts = /^([A-Za-z0-9][A-Za-z0-9._/-]*)="(.*)"\r?$/.exec(line);
    if (parts === null || labels.length === MOST_LABELS) continue;
    labels.push([parts[1]!, unquote(parts[2]!)]);
  }
  return labels;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

/** What Go's strconv.Quote made of a label's value. */
function unquote(text: string): string {
  return text.replace(/\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|(.))/g, (_all, byte, unit, char: string) =>
    char === undefined
      ? String.fromCharCode(Number.parseInt((byte ?? unit) as string, 16))
      : (ESCAPES[char] ?? char),
  );
}
