import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { FrameSplitter, type FoundFrame } from '../../interpret/frame-splitter.js';
import type { ExternCode } from '../../interpret/extern-code.js';
import { toJson } from '../../interpret/json.js';
import { meaningOf, meaningText } from '../../interpret/meaning.js';
import { asObject } from '../../interpret/read-frame.js';
import { renderTree } from '../../interpret/render-tree.js';
import type { Protocol } from '../../model/model.js';
import { CaptureError, readPackets } from '../capture/read-packets.js';
import { TcpStreams } from '../capture/tcp-streams.js';
import { loadExterns } from '../load-externs.js';
import { parseHex } from '../parse-hex.js';
import { readProtocol } from '../read-protocol.js';
import { sideOf } from '../side-of.js';
import { ExitCode, UsageError, type Terminal } from '../terminal.js';

export interface DecodeOptions {
  readonly schema: string;
  readonly protocol?: string;
  readonly frame?: number;
  readonly hex?: string;
  readonly file?: string;
  readonly pcap?: string;
  readonly port?: number;
  readonly from?: string;
  readonly brief: boolean;
  readonly json: boolean;
}

/** `proto-frame decode`: frames as annotated trees, lines or JSON. */
export async function decode(options: DecodeOptions, terminal: Terminal): Promise<ExitCode> {
  const sources = [options.hex, options.file, options.pcap].filter((s) => s !== undefined);
  if (sources.length !== 1) throw new UsageError('name one of --hex, --file and --pcap');
  if (options.port !== undefined && options.pcap === undefined)
    throw new UsageError('--port goes with --pcap');
  const protocol = await readProtocol(options.schema, options.protocol, terminal);
  if (protocol === null) return ExitCode.SchemaErrors;
  const code = await loadExterns(protocol);
  const printer = new Printer(options, terminal);
  if (options.pcap !== undefined) {
    if (options.from !== undefined)
      throw new UsageError('a capture tells who sends; --from goes with --hex and --file');
    return decodeCapture(protocol, code, options.pcap, options.port, printer, terminal);
  }
  const side = sideOf(protocol, options.from);
  const splitter = new FrameSplitter(side, code);
  for await (const bytes of bytesOf(options, terminal)) {
    for (const frame of splitter.push(bytes)) printer.print(side, frame, '');
    if (splitter.fault !== null || printer.done) break;
  }
  return printer.done ? ExitCode.Ok : printer.finish(splitter, '');
}

async function decodeCapture(
  protocol: Protocol,
  code: ExternCode,
  name: string,
  port: number | undefined,
  printer: Printer,
  terminal: Terminal,
): Promise<ExitCode> {
  if (protocol.reply !== null && port === undefined)
    throw new UsageError(
      `name the port of the servers by --port: each side of ${protocol.name} sends frames of its own`,
    );
  const path = resolve(terminal.cwd, name);
  const streams = new TcpStreams();
  const splitters = new Map<string, FrameSplitter>();
  const size = (await stat(path).catch(() => null))?.size;
  if (size === undefined) throw new UsageError(`there is no file ${name}`);
  try {
    for await (const packet of readPackets(path, progress(size, terminal))) {
      for (const { flow, sourcePort, targetPort, bytes, gap } of streams.push(packet)) {
        if (port !== undefined && port !== sourcePort && port !== targetPort) continue;
        const side = protocol.reply !== null && port === sourcePort ? protocol.reply : protocol;
        let splitter = splitters.get(flow);
        if (splitter === undefined || gap) splitters.set(flow, (splitter = new FrameSplitter(side, code)));
        if (splitter.fault !== null) continue;
        for (const frame of splitter.push(bytes)) printer.print(side, frame, flow);
        if (printer.done) return ExitCode.Ok;
      }
    }
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
    terminal.err(`proto-frame: ${name}: ${error.message}\n`);
    return ExitCode.Usage;
  }
  // Without a port other protocols are in the capture as well: a flow that never held a frame is none of ours.
  const own = [...splitters].filter(([, splitter]) => port !== undefined || splitter.offset > 0);
  if (own.length === 0) terminal.err(`no ${protocol.name} frames in ${name}\n`);
  return own.reduce<ExitCode>(
    (code, [flow, splitter]) => {
      const ended = printer.finish(splitter, flow);
      return ended === ExitCode.Ok ? code : ended;
    },
    own.length === 0 ? ExitCode.SchemaErrors : ExitCode.Ok,
  );
}

/** The bytes to decode, in chunks. A file that ends in .hex holds hex digits, and comments after #. */
async function* bytesOf(options: DecodeOptions, terminal: Terminal): AsyncIterable<Uint8Array> {
  if (options.hex !== undefined) {
    yield parseHex(options.hex, '--hex');
    return;
  }
  const name = options.file!;
  const path = resolve(terminal.cwd, name);
  const size = (await stat(path).catch(() => null))?.size;
  if (size === undefined) throw new UsageError(`there is no file ${name}`);
  if (name.endsWith('.hex')) {
    yield parseHex(await readFile(path, 'utf8'), name);
    return;
  }
  const report = progress(size, terminal);
  let total = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>) {
    total += chunk.length;
    report(total);
    yield chunk;
  }
}

/** Shows how far a large file has been read, at a terminal. */
function progress(size: number, terminal: Terminal): (total: number) => void {
  if (!terminal.interactive || size < 16 * 1024 * 1024) return () => {};
  let shown = -1;
  return (total) => {
    const percent = Math.floor((total / size) * 100);
    if (percent === shown) return;
    shown = percent;
    terminal.err(percent >= 100 ? '\r\x1b[K' : `\r\x1b[K${percent}%`);
  };
}

class Printer {
  /** The frame asked for has been printed. */
  done = false;
  private count = 0;

  constructor(
    private readonly options: DecodeOptions,
    private readonly terminal: Terminal,
  ) {}

  print(protocol: Protocol, { tree, bytes, offset }: FoundFrame, flow: string): void {
    this.count++;
    const { frame: wanted, json, brief } = this.options;
    if (this.done || (wanted !== undefined && wanted !== this.count)) return;
    this.done = wanted !== undefined;
    const meaning = meaningOf(protocol, tree);
    if (json) {
      const fields = toJson(protocol, asObject(tree.fields));
      this.terminal.out(
        `${JSON.stringify({ frame: this.count, ...(flow === '' ? {} : { flow }), offset, length: tree.length, meaning, fields })}\n`,
      );
      return;
    }
    const where = flow === '' ? `offset ${offset}` : `${flow} +${offset}`;
    this.terminal.out(`#${this.count}  ${where}  ${tree.length} bytes  ${meaningText(meaning)}\n`);
    if (!brief) this.terminal.out(`${renderTree(tree, bytes, 0)}\n\n`);
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
    if (this.options.frame !== undefined) {
      this.terminal.err(`there are only ${this.count} frames\n`);
      return ExitCode.SchemaErrors;
    }
    return ExitCode.Ok;
  }
}
