import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { AskedFacts } from '../../interpret/asked-facts.js';
import { FrameSplitter } from '../../interpret/frame-splitter.js';
import type { ExternCode } from '../../interpret/extern-code.js';
import type { Protocol } from '../../model/model.js';
import { CaptureError, readPackets } from '../capture/read-packets.js';
import { TcpStreams } from '../capture/tcp-streams.js';
import type { FrameFormat } from '../frame-format.js';
import { FramePrinter } from '../frame-printer.js';
import { loadExterns } from '../load-externs.js';
import { parseHex } from '../parse-hex.js';
import { progress } from '../progress.js';
import { readChunks } from '../read-chunks.js';
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
  readonly given?: string;
  readonly format: FrameFormat;
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
  const printer = new FramePrinter(options.format, options.frame ?? null, terminal);
  if (options.pcap !== undefined) {
    if (options.from !== undefined || options.given !== undefined)
      throw new UsageError('a capture tells who sends what; --from and --given go with --hex and --file');
    return decodeCapture(protocol, code, options.pcap, options.port, printer, terminal);
  }
  const { protocol: side, facts } = sideOf(protocol, options.from, options.given);
  const splitter = new FrameSplitter(side, code, facts);
  const chunks =
    options.hex === undefined ? readChunks(options.file!, terminal) : [parseHex(options.hex, '--hex')];
  for await (const bytes of chunks) {
    for (const frame of splitter.push(bytes)) {
      printer.print(side, frame, '');
      if (printer.done) break;
    }
    if (splitter.fault !== null || printer.done) break;
  }
  return printer.done ? ExitCode.Ok : printer.finish(splitter, '');
}

async function decodeCapture(
  protocol: Protocol,
  code: ExternCode,
  name: string,
  port: number | undefined,
  printer: FramePrinter,
  terminal: Terminal,
): Promise<ExitCode> {
  if (protocol.reply !== null && port === undefined)
    throw new UsageError(
      `name the port of the servers by --port: each side of ${protocol.name} sends frames of its own`,
    );
  const path = resolve(terminal.cwd, name);
  const streams = new TcpStreams();
  const splitters = new Map<string, FrameSplitter>();
  /** Of both directions of a connection. */
  const asks = new Map<string, AskedFacts>();
  const size = (await stat(path).catch(() => null))?.size;
  if (size === undefined) throw new UsageError(`there is no file ${name}`);
  try {
    for await (const packet of readPackets(path, progress(size, terminal))) {
      for (const { flow, sourcePort, targetPort, bytes, gap } of streams.push(packet)) {
        if (port !== undefined && port !== sourcePort && port !== targetPort) continue;
        const side = protocol.reply !== null && port === sourcePort ? protocol.reply : protocol;
        const both = flow.split(' > ').sort().join();
        let asked = asks.get(both);
        if (asked === undefined) asks.set(both, (asked = new AskedFacts(protocol)));
        const known = side === protocol.reply && protocol.facts.length > 0 ? asked : undefined;
        let splitter = splitters.get(flow);
        if (splitter === undefined || gap)
          splitters.set(flow, (splitter = new FrameSplitter(side, code, known)));
        if (splitter.fault !== null) continue;
        for (const frame of splitter.push(bytes)) {
          if (side === protocol && protocol.facts.length > 0) asked.ask(frame.tree);
          printer.print(side, frame, flow);
        }
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
