import type { Span } from '../../source/source-file.js';

/**
 * `breaking`: peers of the two versions misread or refuse each other's frames, or the proxy acts otherwise on the
 * same bytes. `warning`: the bytes are understood, but something a person may rely on is different. `compatible`:
 * the new version reads all that the old one wrote.
 */
export type Severity = 'breaking' | 'warning' | 'compatible';

/** What changed, for scripts; all of them are PF190. */
export type ChangeKind =
  | 'protocol-added'
  | 'protocol-removed'
  | 'protocol-renamed'
  | 'setting-changed'
  | 'field-added'
  | 'field-removed'
  | 'field-moved'
  | 'field-renamed'
  | 'type-changed'
  | 'width-changed'
  | 'sign-changed'
  | 'byte-order-changed'
  | 'extent-changed'
  | 'constant-changed'
  | 'default-changed'
  | 'range-changed'
  | 'nullable-changed'
  | 'checksum-changed'
  | 'bits-changed'
  | 'padding-changed'
  | 'condition-changed'
  | 'assertion-changed'
  | 'arm-added'
  | 'arm-removed'
  | 'arm-patterns-changed'
  | 'enum-opened'
  | 'enum-closed'
  | 'enum-value-added'
  | 'enum-value-removed'
  | 'enum-value-renumbered'
  | 'enum-value-reused'
  | 'limit-lowered'
  | 'limit-raised'
  | 'match-changed'
  | 'role-added'
  | 'role-removed'
  | 'role-changed'
  | 'status-changed'
  | 'synth-added'
  | 'synth-removed'
  | 'synth-changed'
  | 'doc-changed';

export interface Change {
  readonly kind: ChangeKind;
  readonly severity: Severity;
  /** As it is called in the new version, or in the old one if it is gone. */
  readonly protocol: string;
  readonly message: string;
  /** Where it is said in each version; null in the version that does not have it. */
  readonly old: Span | null;
  readonly new: Span | null;
}

/** Collects what is found between two versions of one protocol. */
export class Changes {
  readonly list: Change[] = [];

  constructor(private readonly protocol: string) {}

  breaking(kind: ChangeKind, old: Span | null, now: Span | null, message: string): void {
    this.add('breaking', kind, old, now, message);
  }

  warning(kind: ChangeKind, old: Span | null, now: Span | null, message: string): void {
    this.add('warning', kind, old, now, message);
  }

  compatible(kind: ChangeKind, old: Span | null, now: Span | null, message: string): void {
    this.add('compatible', kind, old, now, message);
  }

  doc(what: string, old: { doc: string; span: Span }, now: { doc: string; span: Span }): void {
    if (old.doc !== now.doc)
      this.compatible('doc-changed', old.span, now.span, `the comment of ${what} changed`);
  }

  private add(
    severity: Severity,
    kind: ChangeKind,
    old: Span | null,
    now: Span | null,
    message: string,
  ): void {
    this.list.push({ kind, severity, protocol: this.protocol, message, old, new: now });
  }
}
