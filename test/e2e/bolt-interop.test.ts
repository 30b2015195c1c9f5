import { bolt, BoltFrame, CmdCode, CmdType, encodeBolt, Serializer } from '#codecs/bolt.js';
import { bolt2, BoltFrame as Bolt2Frame, encodeBolt as encodeBolt2, Switch } from '#codecs/bolt2.js';
import { FrameKind, ScanState, XFrame, type XProtocol } from '@proto-frame/api';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  peerHeartbeat,
  peerReads,
  type PeerRequest,
  peerRequest,
  type PeerResponse,
  peerResponse,
  type PeerVersion,
} from '../support/bolt-peer.js';
import { seedFromEnvironment } from '../support/random.js';

const REQUEST_CLASS = 'com.alipay.sofa.rpc.core.request.SofaRequest';
const RESPONSE_CLASS = 'com.alipay.sofa.rpc.core.response.SofaResponse';

/** Messages a property is tried with. */
const RUNS = 600;
const SEED = seedFromEnvironment();

/** What the views of both versions have in common. */
type View = Pick<
  BoltFrame,
  'type' | 'cmd' | 'requestId' | 'serializer' | 'timeout' | 'status' | 'className' | 'content'
>;
/** What an encoder of either version is given here. */
type Init = Parameters<typeof encodeBolt>[0];

interface Tested {
  readonly protocol: XProtocol<never>;
  readonly versions: PeerVersion[];
  view(frame: XFrame): View;
  encode(version: PeerVersion, init: Init): Uint8Array;
}

const tested: Tested[] = [
  {
    protocol: bolt,
    versions: ['v1'],
    view: (frame) => BoltFrame.of(frame),
    encode: (_version, init) => encodeBolt(init),
  },
  {
    protocol: bolt2,
    versions: ['v2', 'v2 with CRC'],
    view: (frame) => Bolt2Frame.of(frame),
    encode: (version, init) =>
      encodeBolt2(version === 'v2' ? init : { ...init, ver1: 2, switches: Switch.crc }),
  },
];

/** sofa-bolt-node reads ids and lengths as signed (utils.js: ids stay below 2^30). */
const ids = fc.integer({ min: 0, max: 2 ** 30 });
const names = fc.string({ minLength: 1, maxLength: 40 }).filter((name) => !name.includes(':'));
const texts = fc.string({ unit: 'grapheme', maxLength: 60 });
// The peer nests "a.b" keys and lifts rpc_trace_context ones out; the others come back as they went.
const keys = fc.stringMatching(/^[a-z][a-z0-9_-]{0,30}$/).filter((key) => !key.startsWith('rpc_trace'));
const contents = fc.uint8Array({ minLength: 1, maxLength: 2000 }).map((bytes) => Buffer.from(bytes));

function requests(versions: PeerVersion[]): fc.Arbitrary<PeerRequest> {
  return fc.record({
    version: fc.constantFrom(...versions),
    codec: fc.constantFrom('protobuf', 'hessian2'),
    id: ids,
    oneway: fc.boolean(),
    timeout: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
    service: names,
    method: names,
    app: names,
    props: fc.dictionary(keys, texts, { maxKeys: 8, noNullPrototype: true }),
    content: contents,
  });
}

function responses(versions: PeerVersion[]): fc.Arbitrary<PeerResponse> {
  return fc.record({
    version: fc.constantFrom(...versions),
    codec: fc.constantFrom('protobuf', 'hessian2'),
    id: ids,
    status: fc.constantFrom(0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 16),
    content: contents,
  });
}

/** The frame as the proxy would have it: scanned, checked, somewhere in a buffer. */
function open(protocol: XProtocol<never>, bytes: Buffer): XFrame {
  const buffer = Buffer.concat([Buffer.from('before'), bytes, Buffer.from('after')]);
  expect(protocol.scan(buffer, 6, buffer.length, new ScanState(protocol.traits.maxFrame))).toBe(bytes.length);
  protocol.check(buffer, 6, 6 + bytes.length);
  return new XFrame(protocol, buffer, 6, 6 + bytes.length);
}

/** The headers that the peer writes for a request (rpc_req_cmd.js, serializeHeader). */
function headersOf(r: PeerRequest): [string, string][] {
  if (r.codec === 'hessian2') return [['service', r.service]];
  return Object.entries({
    service: r.service,
    sofa_head_method_name: r.method,
    sofa_head_target_app: r.app,
    sofa_head_target_service: r.service,
    ...r.props,
  });
}

/** The request's content as the peer reads it: the message's bytes, or the argument's text. */
function argument(packet: { data?: Record<string, unknown> }): string {
  const [argument] = packet.data!['args'] as (string | { bytes: Buffer })[];
  return typeof argument === 'string' ? argument : argument!.bytes.toString('hex');
}

function result(packet: { data?: Record<string, unknown> }): string {
  const { error, appResponse } = packet.data as {
    error: Error | null;
    appResponse: string | { bytes: Buffer };
  };
  if (error) return error.message;
  return typeof appResponse === 'string' ? appResponse : appResponse.bytes.toString('hex');
}

for (const { protocol, versions, view, encode } of tested) {
  const property = <T>(arbitrary: fc.Arbitrary<T>, holds: (value: T) => void): void =>
    fc.assert(fc.property(arbitrary, holds), { numRuns: RUNS, seed: SEED });

  describe(`${protocol.name} and sofa-bolt-node (SEED=${SEED})`, () => {
    it(`reads ${RUNS} requests as the peer wrote them`, () => {
      property(requests(versions), (r) => {
        const bytes = peerRequest(r);
        const frame = open(protocol, bytes);
        expect(frame.kind).toBe(r.oneway ? FrameKind.oneway : FrameKind.request);
        expect(frame.isHeartbeat).toBe(false);
        expect(frame.id).toBe(r.id);
        expect(frame.timeout).toBe(r.timeout);
        expect(frame.service).toBe(r.service);
        expect(frame.method).toBe(r.codec === 'protobuf' ? r.method : undefined);
        expect([...frame.headers]).toEqual(headersOf(r));
        if (r.codec === 'protobuf') expect(Buffer.from(frame.body).equals(r.content)).toBe(true);
        const fields = view(frame);
        expect(fields.type).toBe(r.oneway ? CmdType.oneway : CmdType.request);
        expect(fields.cmd).toBe(CmdCode.rpcRequest);
        expect(fields.requestId).toBe(r.id);
        expect(fields.serializer).toBe(Serializer[r.codec]);
        expect(fields.timeout).toBe(r.timeout);
        expect(fields.status).toBeUndefined();
        expect(fields.className).toBe(REQUEST_CLASS);
        expect(peerReads(bytes)[0]!.className).toBe(REQUEST_CLASS);
      });
    });

    it(`reads ${RUNS} responses as the peer wrote them`, () => {
      property(responses(versions), (r) => {
        const frame = open(protocol, peerResponse(r));
        expect(frame.kind).toBe(FrameKind.response);
        expect(frame.id).toBe(r.id);
        expect(frame.wireStatus).toBe(r.status);
        expect(view(frame).className).toBe(RESPONSE_CLASS);
        expect(view(frame).timeout).toBeUndefined();
        if (r.codec === 'protobuf') {
          expect([...frame.headers]).toEqual([['sofa_head_response_error', String(r.status !== 0)]]);
          const content = r.status === 0 ? r.content : Buffer.from(r.content.toString());
          expect(Buffer.from(frame.body).equals(content)).toBe(true);
        }
      });
    });

    it(`passes ${RUNS} requests on with another id and another header, and the peer reads them`, () => {
      property(fc.tuple(requests(versions), ids, texts), ([r, id, text]) => {
        const frame = open(protocol, peerRequest(r));
        frame.headers.set('x-proxy', text);
        frame.headers.delete('sofa_head_target_app');
        frame.apply();
        expect(frame.setId(id)).toBe(true);
        const [packet, ...more] = peerReads(frame.bytes.subarray(frame.start, frame.end));
        expect(more).toEqual([]);
        expect(packet!.packetId).toBe(id);
        expect(packet!.options.timeout).toBe(r.timeout);
        expect(argument(packet!)).toBe(
          r.codec === 'protobuf' ? r.content.toString('hex') : r.content.toString(),
        );
        if (r.codec === 'protobuf') {
          const { requestProps } = packet!.data as { requestProps: Record<string, string> };
          expect(requestProps).toMatchObject({ ...r.props, 'x-proxy': text, service: r.service });
          expect(requestProps).not.toHaveProperty('sofa_head_target_app');
        }
      });
    });

    it(`passes ${RUNS} responses on with another id, and the peer reads them`, () => {
      property(fc.tuple(responses(versions), ids), ([r, id]) => {
        const frame = open(protocol, peerResponse(r));
        expect(frame.setId(id)).toBe(true);
        const [packet] = peerReads(frame.bytes.subarray(frame.start, frame.end));
        expect(packet!.packetId).toBe(id);
        const success = r.codec === 'protobuf' ? r.content.toString('hex') : r.content.toString();
        if (r.status === 0) expect(result(packet!)).toBe(success);
        else expect(packet!.data!['error']).toBeInstanceOf(Error);
      });
    });

    it(`writes ${RUNS} requests that the peer reads as they were meant`, () => {
      property(requests(versions), (r) => {
        const bytes = encode(r.version, {
          type: r.oneway ? CmdType.oneway : CmdType.request,
          cmd: CmdCode.rpcRequest,
          requestId: r.id,
          serializer: Serializer.protobuf,
          timeout: r.timeout,
          className: REQUEST_CLASS,
          headers: headersOf({ ...r, codec: 'protobuf' }),
          content: r.content,
        });
        const [packet, ...more] = peerReads(bytes);
        expect(more).toEqual([]);
        expect(packet!.packetType).toBe('request');
        expect(packet!.packetId).toBe(r.id);
        expect(packet!.className).toBe(REQUEST_CLASS);
        expect(packet!.options).toMatchObject({ timeout: r.timeout, codecType: 'protobuf' });
        expect(argument(packet!)).toBe(r.content.toString('hex'));
        const { requestProps, methodName, serverSignature } = packet!.data as Record<string, string>;
        expect(requestProps).toMatchObject({ ...r.props, service: r.service, sofa_head_target_app: r.app });
        expect([serverSignature, methodName]).toEqual([r.service, r.method]);
        // The peer writes the very same bytes.
        expect(peerRequest({ ...r, codec: 'protobuf' }).equals(bytes)).toBe(true);
      });
    });

    it(`writes ${RUNS} responses that the peer reads as they were meant`, () => {
      property(responses(versions), (r) => {
        const bytes = encode(r.version, {
          type: CmdType.response,
          cmd: CmdCode.rpcResponse,
          requestId: r.id,
          serializer: Serializer.protobuf,
          status: r.status,
          className: RESPONSE_CLASS,
          headers: [['sofa_head_response_error', String(r.status !== 0)]],
          content: r.content,
        });
        const [packet] = peerReads(bytes);
        expect(packet!.packetType).toBe('response');
        expect(packet!.packetId).toBe(r.id);
        if (r.status === 0) expect(result(packet!)).toBe(r.content.toString('hex'));
        else expect(result(packet!)).toContain(r.content.toString());
      });
    });

    it('answers heartbeats in the version they came in', () => {
      property(fc.tuple(fc.constantFrom(...versions), ids), ([version, id]) => {
        const frame = open(protocol, peerHeartbeat(version, id, 1500));
        expect(frame.isHeartbeat).toBe(true);
        expect(frame.timeout).toBe(1500);
        const ack = protocol.heartbeatAck(frame.bytes, frame.start, frame.end)!;
        const [packet] = peerReads(ack);
        expect(packet!.packetType).toBe('heartbeat_ack');
        expect(packet!.packetId).toBe(id);
        const { protocolType, crcEnable } = packet!.options;
        expect(protocolType).toBe(version === 'v1' ? 'bolt' : 'bolt2');
        expect(crcEnable ?? false).toBe(version === 'v2 with CRC');
      });
    });
  });
}
