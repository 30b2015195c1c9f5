import { FrameKind, type RequestId, type XProtocol } from '@proto-frame/api';
import { bolt } from '#codecs/bolt.js';
import { bolt2 } from '#codecs/bolt2.js';
import { brpc } from '#codecs/brpc.js';
import { dubbo } from '#codecs/dubbo.js';
import { kafka } from '#codecs/kafka.js';
import { kafkaReplies, type ResponseFacts as KafkaFacts } from '#codecs/replies/kafka.js';
import { dubboThrift } from '#codecs/dubbo-thrift.js';
import { memcached } from '#codecs/memcached.js';
import { motan2 } from '#codecs/motan2.js';
import { redis } from '#codecs/redis.js';
import { rocketmq } from '#codecs/rocketmq.js';
import { tars } from '#codecs/tars.js';
import { thriftCompact } from '#codecs/thrift-compact.js';
import { thriftHeader } from '#codecs/thrift-header.js';
import { thrift } from '#codecs/thrift.js';
import { xExample } from '#codecs/x-example.js';
import { givenFacts } from './given-facts.js';
import { handWrittenBolt } from './hand-written-bolt.js';
import { brpcReference, brpcReplyReference } from './references/brpc.js';
import { dubboReference } from './references/dubbo.js';
import { kafkaReference, kafkaReplyReference } from './references/kafka.js';
import { dubboThriftReference } from './references/dubbo-thrift.js';
import { memcachedReference } from './references/memcached.js';
import { motan2Reference } from './references/motan2.js';
import { redisCommandReference, redisReplyReference } from './references/redis.js';
import { rocketmqReference } from './references/rocketmq.js';
import { tarsReference, tarsReplyReference } from './references/tars.js';
import { thriftCompactReference, thriftHeaderReference, thriftReference } from './references/thrift.js';
import type { FrameReference } from './references/wire-reference.js';
import {
  buildBolt,
  buildX,
  parseBolt,
  parseHeaderBlock,
  parseX,
  type ReferenceEntry,
} from './reference-frames.js';

/** What stands in a frame, as the reference reads it. */
export interface Facts {
  kind: FrameKind;
  heartbeat: boolean;
  goaway: boolean;
  id: RequestId;
  timeout: number;
  wireStatus: number;
  entries: ReferenceEntry[];
  service: string | undefined;
  method: string | undefined;
  bodyStart: number;
  body: Uint8Array;
}

/** What may be changed in a frame without changing anything else. */
export interface Change {
  id?: RequestId;
  headerBlock?: Uint8Array;
  body?: Uint8Array;
}

/** A codec, and the reference it has to agree with. */
export interface ProtocolUnderTest extends FrameReference {
  /** What tests and the fuzz command call it. */
  readonly name: string;
  readonly protocol: XProtocol<never>;
  /** Its folder in test/corpus. */
  readonly corpus: string;
}

const BOLT_KINDS = [FrameKind.response, FrameKind.request, FrameKind.oneway];

const boltReference = {
  hasHeaders: true,
  facts(frame: Uint8Array): Facts {
    const f = parseBolt(frame);
    const entries = parseHeaderBlock(f.headerBlock);
    const first = (key: string): string | undefined => entries.find((e) => e.key === key)?.value ?? undefined;
    return {
      kind: BOLT_KINDS[f.type]!,
      heartbeat: f.cmd === 0,
      goaway: f.cmd === 100,
      id: f.id,
      timeout: f.type === 0 ? 0 : f.timeout,
      wireStatus: f.type === 0 ? f.status : 0,
      entries,
      service: first('service') ?? first('sofa_head_target_service'),
      method: first('sofa_head_method_name'),
      bodyStart: f.contentStart,
      body: f.content,
    };
  },
  rebuild(frame: Uint8Array, { id, headerBlock, body }: Change): Uint8Array {
    const f = parseBolt(frame);
    return buildBolt(
      { ...f, id: Number(id ?? f.id), content: body ?? f.content },
      headerBlock ?? f.headerBlock,
    );
  },
};

const xReference = {
  hasHeaders: false,
  facts(frame: Uint8Array): Facts {
    const f = parseX(frame);
    return {
      kind: f.direction === 0 ? FrameKind.request : FrameKind.response,
      heartbeat: f.type === 0,
      goaway: f.type === 2,
      id: f.id,
      timeout: 0,
      wireStatus: f.status,
      entries: [],
      service: undefined,
      method: undefined,
      bodyStart: frame.length - f.payload.length,
      body: f.payload,
    };
  },
  rebuild(frame: Uint8Array, { id, body }: Change): Uint8Array {
    const f = parseX(frame);
    return buildX({ ...f, id: Number(id ?? f.id), payload: body ?? f.payload });
  },
};

const kafkaRepliesTo = (facts: KafkaFacts): XProtocol<never> =>
  givenFacts(kafkaReplies as XProtocol<never>, facts);

/** Every codec that the conformance tests and the fuzz command run on. */
export const protocolsUnderTest: readonly ProtocolUnderTest[] = [
  { name: 'bolt', protocol: bolt, corpus: 'bolt', ...boltReference },
  { name: 'bolt2', protocol: bolt2, corpus: 'bolt2', ...boltReference },
  { name: 'x_example', protocol: xExample, corpus: 'x-example', ...xReference },
  { name: 'brpc', protocol: brpc, corpus: 'brpc/client', ...brpcReference },
  { name: 'brpc replies', protocol: brpc.replies, corpus: 'brpc/server', ...brpcReplyReference },
  { name: 'dubbo', protocol: dubbo, corpus: 'dubbo', ...dubboReference },
  { name: 'memcached', protocol: memcached, corpus: 'memcached', ...memcachedReference },
  { name: 'motan2', protocol: motan2, corpus: 'motan2', ...motan2Reference },
  { name: 'redis', protocol: redis, corpus: 'redis/client', ...redisCommandReference },
  { name: 'redis replies', protocol: redis.replies, corpus: 'redis/server', ...redisReplyReference },
  { name: 'rocketmq', protocol: rocketmq, corpus: 'rocketmq', ...rocketmqReference },
  { name: 'tars', protocol: tars, corpus: 'tars/client', ...tarsReference },
  { name: 'tars replies', protocol: tars.replies, corpus: 'tars/server', ...tarsReplyReference },
  { name: 'kafka', protocol: kafka, corpus: 'kafka/client', ...kafkaReference },
  {
    name: 'kafka replies',
    protocol: kafkaRepliesTo({ flexible: false }),
    corpus: 'kafka/server',
    ...kafkaReplyReference(false),
  },
  {
    name: 'kafka flexible replies',
    protocol: kafkaRepliesTo({ flexible: true }),
    corpus: 'kafka/server.flexible',
    ...kafkaReplyReference(true),
  },
  { name: 'dubbo_thrift', protocol: dubboThrift, corpus: 'dubbo-thrift', ...dubboThriftReference },
  { name: 'thrift', protocol: thrift, corpus: 'thrift', ...thriftReference },
  { name: 'thrift_header', protocol: thriftHeader, corpus: 'thrift-header', ...thriftHeaderReference },
  { name: 'thrift_compact', protocol: thriftCompact, corpus: 'thrift-compact', ...thriftCompactReference },
  { name: 'hand-written bolt', protocol: handWrittenBolt, corpus: 'bolt', ...boltReference },
];
