import type { SourceFile, Span } from '../source/source-file.js';

export type Severity = 'error' | 'warning';

/** A further place that explains the main one: "`header_len` is used here". */
export interface Label {
  readonly span: Span;
  readonly text: string;
}

/** One finding about a schema. Rendering is another matter: see render-text, render-json, render-sarif. */
export interface Diagnostic {
  /** `PF101`; its meaning is in codes.ts. */
  readonly code: string;
  readonly severity: Severity;
  /** One sentence that names the thing: "`length` can't be derived: `length * length` is not linear". */
  readonly message: string;
  readonly span: Span;
  readonly labels: readonly Label[];
  /** What to write instead, or null. */
  readonly hint: string | null;
}

/** Collects the findings of one run. Passes report here and go on. */
export class Report {
  readonly diagnostics: Diagnostic[] = [];
  private readonly seen = new Set<string>();
  private tried = 0;
  private frame: { readonly own: Span; readonly label: Label } | null = null;

  error(
    code: string,
    span: Span,
    message: string,
    extra: { labels?: readonly Label[]; hint?: string } = {},
  ): void {
    this.add('error', code, span, message, extra);
  }

  warning(
    code: string,
    span: Span,
    message: string,
    extra: { labels?: readonly Label[]; hint?: string } = {},
  ): void {
    this.add('warning', code, span, message, extra);
  }

  get hasErrors(): boolean {
    return this.diagnostics.some((d) => d.severity === 'error');
  }

  /** How many errors were reported, with those left out because their place had one already. */
  get attempts(): number {
    return this.tried;
  }

  /** Takes back all findings but the first `count`. */
  withdraw(count: number): void {
    this.diagnostics.length = count;
  }

  /** Whether an error lies in a place: then nothing more is said about the whole, which is not whole. */
  hasErrorIn(place: Span): boolean {
    return this.diagnostics.some((d) => d.severity === 'error' && contains(place, d.span));
  }

  /** Whether a file could not be read as it stands, so that what seems to be missing may be there. */
  isDamaged(file: SourceFile): boolean {
    return this.diagnostics.some((d) => d.span.file === file && d.code.startsWith('PF00'));
  }

  /**
   * Runs a pass over something that is partly written elsewhere: errors outside of `own` get a label that says
   * for whose sake that place was looked at.
   */
  reading(own: Span, label: Label, pass: () => void): void {
    const before = this.frame;
    this.frame = { own, label };
    pass();
    this.frame = before;
  }

  /** At most one error a place, so that one mistake is one message. */
  private add(
    severity: Severity,
    code: string,
    span: Span,
    message: string,
    extra: { labels?: readonly Label[]; hint?: string },
  ): void {
    if (severity === 'error') this.tried++;
    const key = `${span.file.path}:${span.start}:${span.end}${severity === 'error' ? '' : code}`;
    if (this.seen.has(key)) return;
    this.seen.add(key);
    const labels = [...(extra.labels ?? [])];
    if (this.frame !== null && !contains(this.frame.own, span)) labels.push(this.frame.label);
    this.diagnostics.push({
      code,
      severity,
      span,
      message,
      labels,
      hint: extra.hint ?? null,
    });
  }
}

function contains(whole: Span, part: Span): boolean {
  return whole.file === part.file && part.start >= whole.start && part.end <= whole.end;
}
