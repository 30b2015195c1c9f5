import type { HeaderMap } from '@proto-frame/api';
import type { HeaderEdits } from '../config/snapshot.js';

/** What a route does to headers. */
export class HeaderEdit {
  private constructor(private readonly edits: readonly HeaderEdits[]) {}

  /** @returns null for nothing to do, so that frames pass without a look */
  static of(edits: readonly HeaderEdits[]): HeaderEdit | null {
    const some = edits.filter(({ remove, set, append }) => remove.length + set.length + append.length > 0);
    return some.length === 0 ? null : new HeaderEdit(some);
  }

  apply(headers: HeaderMap): void {
    for (const { remove, set, append } of this.edits) {
      for (const key of remove) headers.delete(key);
      for (const [key, value] of set) headers.set(key, value);
      for (const [key, value] of append) headers.add(key, value);
    }
  }
}
