import type { Span } from '../source/source-file.js';

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

  /** At most one error a place, so that one mistake is one message. */
  private add(
    severity: Severity,
    code: string,
    span: Span,
    message: string,
    extra: { labels?: readonly Label[]; hint?: string },
  ): void {
    const key = `${span.file.path}:${span.start}:${span.end}${severity === 'error' ? '' : code}`;
    if (this.seen.has(key)) return;
    this.seen.add(key);
    this.diagnostics.push({
      code,
      severity,
      span,
      message,
      labels: extra.labels ?? [],
      hint: extra.hint ?? null,
    });
  }
}
