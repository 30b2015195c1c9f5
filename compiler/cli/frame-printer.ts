import type { FoundFrame, FrameSplitter } from '../interpret/frame-splitter.js';
import { factsJson } from '../interpret/fact-json.js';
import { toJson } from '../interpret/json.js';
import { meaningOf, meaningText } from '../interpret/meaning.js';
import { asObject } from '../interpret/read-frame.js';
import { renderTree } from '../interpret/render-tree.js';
import type { Protocol } from '../model/model.js';
import type { FrameFormat } from './frame-format.js';
import { ExitCode, type Terminal } from './terminal.js';

/** Writes frames, or one of them, to a terminal; says at the end what was no frame. */
export class FramePrinter {
  /** The frame asked for has been printed. */
  done = false;
  private count = 0;

  constructor(
    private readonly format: FrameFormat,
    /** Only this one is shown, counted from 1; null: all. */
    private readonly wanted: number | null,
    private readonly terminal: Terminal,
  ) {}

  print(protocol: Protocol, { tree, bytes, offset, facts }: FoundFrame, flow: string): void {
    this.count++;
    if (this.done || (this.wanted !== null && this.wanted !== this.count)) return;
    this.done = this.wanted !== null;
    const meaning = meaningOf(protocol, tree);
    if (this.format === 'json') {
      const fields = toJson(protocol, asObject(tree.fields));
      const given = factsJson(facts);
      const place = { frame: this.count, ...(flow === '' ? {} : { flow }), offset, length: tree.length };
      const known = { meaning, ...(given === null ? {} : { given }), fields };
      this.terminal.out(`${JSON.stringify({ ...place, ...known })}\n`);
      return;
    }
    const where = flow === '' ? `offset ${offset}` : `${flow} +${offset}`;
    this.terminal.out(`#${this.count}  ${where}  ${tree.length} bytes  ${meaningText(meaning)}\n`);
    if (this.format === 'tree') this.terminal.out(`${renderTree(tree, bytes, 0)}\n\n`);
  }

  /** Says what is left over or wrong at the end. */
  finish(splitter: FrameSplitter, flow: string): ExitCode {
    const where = `${flow === '' ? '' : `${flow}: `}`;
    if (splitter.fault !== null) {
      const { field, offset, message, span } = splitter.fault;
      const { line, column } = span.file.position(span.start);
      this.terminal.err(
        `${where}no frame at offset ${splitter.offset}: ${field} at byte ${offset} ${message} (${span.file.path}:${line}:${column})\n`,
      );
      return ExitCode.SchemaErrors;
    }
    if (splitter.left > 0) {
      this.terminal.err(
        `${where}${splitter.left} bytes at offset ${splitter.offset} are the start of a frame only\n`,
      );
      return ExitCode.SchemaErrors;
    }
    if (this.wanted !== null) {
      this.terminal.err(`there are only ${this.count} frames\n`);
      return ExitCode.SchemaErrors;
    }
    return ExitCode.Ok;
  }
}
