import { readFile, readFileSync } from 'node:fs';

/** How often the file is read, in ms. */
const PERIOD_MS = 1_000;
const LARGEST_FILE = 256 * 1024;
const MOST_LABELS = 256;

/**
 * The labels of a workload as Kubernetes' downward API writes them into a file: `key="value"` lines, the value
 * quoted as in Go. While watched the small file is read once a second: the symbolic links that Kubernetes
 * swaps escape inotify, and comparing times misses a change right after the start. A file that is gone or
 * can't be read leaves the labels as they were.
 */
export class LabelsFile {
  labels: readonly (readonly [key: string, value: string])[] = [];
  private text = '';
  private timer: NodeJS.Timeout | null = null;
  private reading = false;

  constructor(private readonly path: string) {}

  /** Reads the file now and goes on doing so in the background. */
  watch(): void {
    try {
      this.take(readFileSync(this.path, 'utf8'));
    } catch {
      // Not there yet.
    }
    this.timer ??= setInterval(() => this.look(), PERIOD_MS).unref();
  }

  unwatch(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
  }

  private look(): void {
    if (this.reading) return;
    this.reading = true;
    readFile(this.path, 'utf8', (error, text) => {
      this.reading = false;
      // Gone or being replaced: the next look will tell.
      if (error === null) this.take(text);
    });
  }

  private take(text: string): void {
    if (text === this.text || text.length > LARGEST_FILE) return;
    this.text = text;
    this.labels = parseLabels(text);
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
