import { bolt, BoltFrame, CmdCode, CmdType, encodeBolt, Serializer } from '#codecs/bolt.js';
import { ScanState } from '@proto-frame/api';
import { requestEncode } from 'sofa-bolt-node/lib/protocol/index.js';
import RpcCommand, { type ByteSink } from 'sofa-bolt-node/lib/protocol/rpc_cmd.js';
import mapSerializer from 'sofa-bolt-node/lib/simple_map_serializer.js';
import { binaryParserReader } from './baselines/binary-parser.js';
import { kaitaiReader } from './baselines/kaitai.js';
import { protodefReader, type Reader } from './baselines/protodef.js';
import type { Contender } from '../measure.js';
import { SAMPLE_CLASS, SAMPLE_CONTENT, SAMPLE_HEADERS, SAMPLE_LENGTH, sampleFrame } from '../sample-frame.js';
import type { Claim, Part } from './claim.js';
import { chunkOf, framesOf, overChunk, overFrames, type Sliceable } from './over-frames.js';

const chunk = chunkOf(sampleFrame);
const apart = framesOf(sampleFrame);

// Hand-written: what a person would write who knows bolt and wants nothing but speed.

function handLength(b: Buffer, at: number): number {
  const p = b[at + 1] === 0 ? at + 12 : at + 14;
  return (
    p +
    8 -
    at +
    ((b[p]! << 8) | b[p + 1]!) +
    ((b[p + 2]! << 8) | b[p + 3]!) +
    (((b[p + 4]! << 24) | (b[p + 5]! << 16) | (b[p + 6]! << 8) | b[p + 7]!) >>> 0)
  );
}

function handForward(b: Buffer, at: number, to: number, id: number): number {
  if (to - at < 22 || b[at] !== 1) return 0;
  const length = handLength(b, at);
  const type = b[at + 1]!;
  const caller = ((b[at + 5]! << 24) | (b[at + 6]! << 16) | (b[at + 7]! << 8) | b[at + 8]!) >>> 0;
  b[at + 5] = id >>> 24;
  b[at + 6] = id >>> 16;
  b[at + 7] = id >>> 8;
  b[at + 8] = id;
  return length + type + caller;
}

const WANTED = 'sofa_head_target_service';
const WANTED_BYTES = Buffer.from(WANTED);

function handHeader(b: Buffer, at: number): string | undefined {
  const p = b[at + 1] === 0 ? at + 12 : at + 14;
  let q = p + 8 + ((b[p]! << 8) | b[p + 1]!);
  const end = q + ((b[p + 2]! << 8) | b[p + 3]!);
  while (q < end) {
    const keyLength = (b[q]! << 24) | (b[q + 1]! << 16) | (b[q + 2]! << 8) | b[q + 3]!;
    const key = q + 4;
    const v = key + keyLength;
    const valueLength = (b[v]! << 24) | (b[v + 1]! << 16) | (b[v + 2]! << 8) | b[v + 3]!;
    if (keyLength === WANTED_BYTES.length) {
      let i = 0;
      while (i < keyLength && b[key + i] === WANTED_BYTES[i]) i++;
      if (i === keyLength) return (b as Sliceable).latin1Slice(v + 4, v + 4 + valueLength);
    }
    q = v + 4 + valueLength;
  }
  return undefined;
}

// The codec under test, through the contract that the proxy uses.

const state = new ScanState(64 * 1024 * 1024);

function codecForward(b: Buffer, at: number, to: number, id: number): number {
  const length = bolt.scan(b, at, to, state);
  const end = at + length;
  const kind = bolt.kindOf(b, at, end);
  const caller = bolt.idOf(b, at, end) as number;
  bolt.setId(b, at, end, id);
  return length + kind + caller;
}

/** Every field of the frame, by its view, and the five headers as strings. */
function codecFullRead(b: Buffer, at: number, end: number): number {
  bolt.check(b, at, end);
  const frame = new BoltFrame(b, at, end);
  let sum = frame.proto + frame.type + frame.cmd + frame.ver2 + frame.requestId + frame.serializer;
  sum += frame.timeout! + frame.classLen + frame.headerLen + frame.contentLen + frame.className.length;
  const { headers } = frame;
  for (let i = 0; i < headers.size; i++) sum += headers.keyAt(i).length + headers.valueAt(i)!.length;
  return sum + frame.content.length;
}

function reader(
  name: string,
  read: Reader,
  headersOf: (frame: Record<string, unknown>) => unknown,
): Contender {
  return overFrames(name, apart, (bytes) => {
    const frame = read(bytes);
    let sum = 0;
    for (const { key, value } of headersOf(frame) as { key: string; value: string }[]) {
      sum += key.length + value.length;
    }
    return sum + (frame['timeout'] as number) + (frame['content'] as Uint8Array).length;
  });
}

/** A request that the peer's encoder writes with the sample's class, headers and content. */
class SampleCommand extends RpcCommand {
  override get className(): string {
    return SAMPLE_CLASS;
  }
  override serializeHeader(out: ByteSink): void {
    out.put(mapSerializer.encode(headerObject));
  }
  override serializeContent(out: ByteSink): void {
    out.put(SAMPLE_CONTENT);
  }
}
const headerObject = Object.fromEntries(SAMPLE_HEADERS);
const peerOptions = { protocolType: 'bolt', codecType: 'protobuf', boltVersion: 1, crcEnable: false };
const peerEncode = (id: number): Buffer =>
  requestEncode(id, new SampleCommand({ timeout: 3000 }), peerOptions);

function codecEncode(id: number): Uint8Array {
  return encodeBolt({
    type: CmdType.request,
    cmd: CmdCode.rpcRequest,
    requestId: id,
    serializer: Serializer.protobuf,
    timeout: 3000,
    className: SAMPLE_CLASS,
    headers: SAMPLE_HEADERS,
    content: SAMPLE_CONTENT,
  });
}

function encoder(name: string, encode: (id: number) => Uint8Array): Contender {
  if (!sampleFrame(7).equals(encode(7))) throw new Error(`${name} does not write the sample`);
  const run = (n: number): number => {
    let sum = 0;
    for (let i = 0; i < n; i++) {
      const frame = encode(i);
      sum += frame.length + frame[8]!;
    }
    return sum;
  };
  return { name, run };
}

const fullRead = overChunk('codec: every field, five headers', chunk, codecFullRead);

async function claims(): Promise<Claim[]> {
  return [
    {
      says: 'forward path, times hand-written',
      first: overChunk('codec: forward', chunk, codecForward),
      second: overChunk('hand: forward', chunk, handForward),
      most: 1.3,
    },
    {
      says: 'forward path and one header, times hand-written',
      first: overChunk('codec: forward, one header', chunk, (b, at, end, id) => {
        return codecForward(b, at, end, id) + bolt.headerOf(b, at, end, WANTED)!.length;
      }),
      second: overChunk('hand: forward, one header', chunk, (b, at, end, id) => {
        return handForward(b, at, end, id) + handHeader(b, at)!.length;
      }),
      most: 1.5,
    },
    {
      says: 'full read, faster than protodef compiled',
      first: reader('protodef, compiled', protodefReader(), (frame) => frame['headers']),
      second: fullRead,
      least: 1.5,
    },
    {
      says: 'full read, faster than Kaitai',
      first: reader(
        'Kaitai, JavaScript',
        await kaitaiReader(),
        (frame) => (frame['headers'] as { entries: object[] }).entries,
      ),
      second: fullRead,
      least: 1.8,
    },
    {
      says: 'full read, faster than binary-parser',
      first: reader('binary-parser', binaryParserReader(), (frame) => frame['headers']),
      second: fullRead,
      least: 3.5,
    },
    {
      says: "encode, faster than sofa-bolt-node's encoder",
      first: encoder("sofa-bolt-node's encoder", peerEncode),
      second: encoder('codec: encode', codecEncode),
      least: 2,
    },
  ];
}

/** A request of 412 bytes with five headers. */
export const BOLT: Part = {
  name: 'bolt',
  about: `one request of ${SAMPLE_LENGTH} bytes with five headers`,
  claims,
};
