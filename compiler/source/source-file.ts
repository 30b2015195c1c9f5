import type { BesideFile } from './beside.js';

/** A place in a source text: offsets in UTF-16 units, end exclusive. */
export interface Span {
  readonly file: SourceFile;
  readonly start: number;
  readonly end: number;
}

/** One schema text and the name it is reported under. Line starts are found on first demand. */
export class SourceFile {
  private lineStarts: number[] | null = null;
  /** The TypeScript files that its externs name, by the path as it is written; filled by who reads files. */
  readonly beside = new Map<string, BesideFile>();

  /**
   * @param path as messages show it, and as `use` paths are resolved against; with forward slashes
   */
  constructor(
    readonly path: string,
    readonly text: string,
  ) {}

  span(start: number, end: number): Span {
    return { file: this, start, end };
  }

  /** Line and column of an offset, both counted from 1. */
  position(offset: number): { line: number; column: number } {
    const starts = this.starts();
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - starts[low]! + 1 };
  }

  /** The text of a line (counted from 1) without its line break. */
  line(number: number): string {
    const starts = this.starts();
    const start = starts[number - 1];
    if (start === undefined) return '';
    return this.text.slice(start, starts[number] ?? this.text.length).replace(/\r?\n$/, '');
  }

  private starts(): number[] {
    if (this.lineStarts === null) {
      this.lineStarts = [0];
      for (let i = this.text.indexOf('\n'); i >= 0; i = this.text.indexOf('\n', i + 1))
        this.lineStarts.push(i + 1);
    }
    return this.lineStarts;
  }
}
