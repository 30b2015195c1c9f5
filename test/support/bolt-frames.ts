/** Bolt v1 frames for tests, laid out by hand (SOFABolt RpcCommandEncoder), so that they don't depend on a codec. */

/** The key under which the tests name the service. */
export const SERVICE_HEADER = 'service';

export interface BoltRequestOptions {
  /** Milliseconds, 0 unset, -1 never. */
  readonly timeout?: number;
  readonly oneway?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

function lengthAndText(text: string): Buffer {
  const bytes = Buffer.from(text);
  const length = Buffer.alloc(4);
  length.writeInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function headerBytes(headers: Readonly<Record<string, string>>): Buffer {
  return Buffer.concat(
    Object.entries(headers).flatMap(([key, value]) => [lengthAndText(key), lengthAndText(value)]),
  );
}

/** A request, or a oneway frame, for `service`. */
export function boltRequest(
  id: number,
  service: string,
  body: Buffer,
  options: BoltRequestOptions = {},
): Buffer {
  const headers = headerBytes({ [SERVICE_HEADER]: service, ...options.headers });
  const head = Buffer.alloc(22);
  head[0] = 1;
  head[1] = options.oneway === true ? 2 : 1;
  head.writeUInt16BE(1, 2);
  head[4] = 1;
  head.writeUInt32BE(id, 5);
  head[9] = 1;
  head.writeInt32BE(options.timeout ?? 0, 10);
  head.writeUInt16BE(0, 14);
  head.writeUInt16BE(headers.length, 16);
  head.writeUInt32BE(body.length, 18);
  return Buffer.concat([head, headers, body]);
}

/** A response; `status` 0 is success. */
export function boltResponse(
  id: number,
  status: number,
  body: Buffer,
  headers: Readonly<Record<string, string>> = {},
): Buffer {
  const map = headerBytes(headers);
  const head = Buffer.alloc(20);
  head[0] = 1;
  head[1] = 0;
  head.writeUInt16BE(2, 2);
  head[4] = 1;
  head.writeUInt32BE(id, 5);
  head[9] = 1;
  head.writeUInt16BE(status, 10);
  head.writeUInt16BE(map.length, 14);
  head.writeUInt32BE(body.length, 16);
  return Buffer.concat([head, map, body]);
}

/** A heartbeat request (cmd 0), or its answer. */
export function boltHeartbeat(id: number, answer = false): Buffer {
  const frame = answer
    ? boltResponse(id, 0, Buffer.alloc(0))
    : boltRequest(id, '', Buffer.alloc(0)).subarray(0, 22);
  frame.writeUInt16BE(0, 2);
  if (!answer) frame.writeUInt16BE(0, 16);
  return frame;
}

/** The frame that asks for no new requests (cmd 100). */
export function boltGoaway(id: number): Buffer {
  const frame = boltHeartbeat(id);
  frame.writeUInt16BE(100, 2);
  return frame;
}

/** What the tests look at in a frame. */
export interface BoltFrame {
  /** 0 response, 1 request, 2 oneway. */
  readonly type: number;
  /** 0 heartbeat, 1 request, 2 response, 100 goaway. */
  readonly cmd: number;
  readonly id: number;
  /** Of a response; the timeout of a request. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly bytes: Buffer;
}

function parseHeaders(bytes: Buffer): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let at = 0; at < bytes.length;) {
    const keyEnd = at + 4 + bytes.readInt32BE(at);
    const valueEnd = keyEnd + 4 + bytes.readInt32BE(keyEnd);
    headers[bytes.toString('utf8', at + 4, keyEnd)] = bytes.toString('utf8', keyEnd + 4, valueEnd);
    at = valueEnd;
  }
  return headers;
}

/** Collects chunks and gives out complete frames. */
export class BoltReader {
  private rest: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): BoltFrame[] {
    let bytes = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    const frames: BoltFrame[] = [];
    for (;;) {
      if (bytes.length < 20) break;
      const p = bytes[1] === 0 ? 12 : 14;
      if (bytes.length < p + 8) break;
      const headersAt = p + 8 + bytes.readUInt16BE(p);
      const bodyAt = headersAt + bytes.readUInt16BE(p + 2);
      const end = bodyAt + bytes.readUInt32BE(p + 4);
      if (bytes.length < end) break;
      frames.push({
        type: bytes[1]!,
        cmd: bytes.readUInt16BE(2),
        id: bytes.readUInt32BE(5),
        status: bytes[1] === 0 ? bytes.readUInt16BE(10) : bytes.readInt32BE(10),
        headers: parseHeaders(bytes.subarray(headersAt, bodyAt)),
        body: bytes.subarray(bodyAt, end),
        bytes: bytes.subarray(0, end),
      });
      bytes = bytes.subarray(end);
    }
    this.rest = bytes;
    return frames;
  }
}
