import { decoder, encoder, type PeerPacket } from 'sofa-bolt-node';

/** How the peer frames: v1, v2, or v2 with the CRC trailer. */
export type PeerVersion = 'v1' | 'v2' | 'v2 with CRC';

/** A request as sofa-bolt-node is asked to write it. */
export interface PeerRequest {
  version: PeerVersion;
  codec: 'protobuf' | 'hessian2';
  id: number;
  oneway: boolean;
  /** ms */
  timeout: number;
  service: string;
  method: string;
  app: string;
  /** Further headers; protobuf only, as hessian2 carries them in the content. */
  props: Record<string, string>;
  /** The protobuf message's bytes, or with hessian2 the text of the only argument. */
  content: Buffer;
}

export interface PeerResponse {
  version: PeerVersion;
  codec: 'protobuf' | 'hessian2';
  id: number;
  /** The bolt status; 0 is success. */
  status: number;
  /** The message's bytes, with hessian2 the text of the result, with another status than 0 the error's text. */
  content: Buffer;
}

/** Stands where a compiled .proto file would: every method takes and gives raw bytes. */
const rawMessage = {
  fromObject: (message: { bytes: Buffer }) => message,
  toObject: (message: { bytes: Buffer }) => message,
  encode: (message: { bytes: Buffer }) => ({ finish: () => message.bytes }),
  decode: (content: Buffer) => ({ bytes: Buffer.from(content) }),
};
const rawMethod = {
  requestType: 'Raw',
  responseType: 'Raw',
  resolvedRequestType: rawMessage,
  resolvedResponseType: rawMessage,
  resolve: () => rawMethod,
};
const proto = { lookupService: () => ({ get: () => rawMethod }) };

/** The service that responses are decoded for. */
const ASKED = { req: { serverSignature: 'com.demo.Raw:1.0', methodName: 'raw' } };

function options(version: PeerVersion, codec: string) {
  return {
    protocolType: version === 'v1' ? 'bolt' : 'bolt2',
    boltVersion: version === 'v2 with CRC' ? 2 : 1,
    crcEnable: version === 'v2 with CRC',
    codecType: codec,
  };
}

/** The bytes that the peer's own encoder makes of one packet. */
function written(
  version: PeerVersion,
  codec: string,
  write: (e: ReturnType<typeof encoder>) => void,
): Buffer {
  const out = encoder({ proto, sentReqs: new Map() });
  Object.assign(out, options(version, codec));
  write(out);
  const parts: Buffer[] = [];
  for (let part: Buffer | null; (part = out.read() as Buffer | null) !== null;) parts.push(part);
  out.destroy();
  return Buffer.concat(parts);
}

/** A value that the peer's types do not let fail silently: the callback's error is thrown. */
function failing(error?: Error): void {
  if (error) throw error;
}

export function peerRequest(r: PeerRequest): Buffer {
  return written(r.version, r.codec, (out) => {
    const args = r.codec === 'protobuf' ? [{ bytes: r.content }] : [r.content.toString()];
    const { service, method, app, props, timeout, oneway } = r;
    const request = {
      serverSignature: service,
      methodName: method,
      targetAppName: app,
      requestProps: props,
      args,
      timeout,
      oneway,
    };
    out.writeRequest(r.id, request, failing);
  });
}

export function peerResponse(r: PeerResponse): Buffer {
  return written(r.version, r.codec, (out) => {
    const request = {
      packetId: r.id,
      meta: { start: Date.now() },
      data: ASKED.req,
      options: { ...options(r.version, r.codec), proto, timeout: 0 },
    };
    const result = r.codec === 'protobuf' ? { bytes: r.content } : r.content.toString();
    const response =
      r.status === 0
        ? { isError: false, appResponse: result }
        : { isError: true, status: r.status, errorMsg: r.content.toString() };
    out.writeResponse(request, response, failing);
  });
}

export function peerHeartbeat(version: PeerVersion, id: number, timeout: number): Buffer {
  return written(version, 'hessian2', (out) => out.writeHeartbeat(id, { timeout }, failing));
}

/** What the peer's own decoder makes of the bytes; throws what it throws. */
export function peerReads(bytes: Uint8Array): PeerPacket[] {
  const packets: PeerPacket[] = [];
  const anyId = { get: () => ASKED };
  const into = decoder({ proto, sentReqs: anyId });
  for (const type of ['request', 'response', 'heartbeat', 'heartbeat_ack']) {
    into.on(type, (packet: PeerPacket) => packets.push(packet));
  }
  let failed: Error | undefined;
  into.on('error', (error) => (failed = error));
  into.write(Buffer.from(bytes), (error) => (failed = error ?? failed));
  if (failed !== undefined) throw failed;
  into.destroy();
  return packets;
}
