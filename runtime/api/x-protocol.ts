import type { FrameKind } from './frame-kind.js';
import type { HeaderCase, HeaderMap } from './header-map.js';
import type { Match } from './match.js';
import type { ScanState } from './scan.js';
import { Status } from './status.js';
import { CONTRACT_VERSION } from './contract-version.js';

/**
 * A request id as the wire has it, bit for bit: a number up to 2^53, a bigint above; a string, a character a
 * byte, where ids are text and this one is not written as the proxy writes numbers. The proxy hands a
 * caller's id back unread, and keys its own tables by ids it allocated, which always are numbers.
 */
export type RequestId = number | bigint | string;

/** How requests share an upstream connection. */
export type PoolMode = 'multiplex' | 'pingpong' | 'pipeline' | 'binding';

/** How a response finds its request. */
export type Correlation = 'id' | 'order' | 'none';

/** What the runtime must know of a protocol before the first byte. */
export interface Traits {
  readonly poolMode: PoolMode;
  readonly correlation: Correlation;
  /** The ids that may stand on the wire, both ends included. The allocator keeps to them, up to 2^31 of them. */
  readonly idMin: number;
  readonly idMax: number;
  /** Ids in that range that mean something else. */
  readonly idReserved: readonly number[];
  /** The largest frame in bytes that the schema allows. A listener may ask for less. */
  readonly maxFrame: number;
  /** The most header entries a frame may have. */
  readonly maxHeaders: number;
  readonly headerCase: HeaderCase;
}

/**
 * One wire protocol, as stream and proxy layers need it. All reading functions look at one complete frame
 * that lies at bytes[at, end) of a larger buffer; they copy nothing and keep no reference. They may be
 * called in any order after {@link check} accepted the frame, and throw nothing but DecodeError. `facts` are what
 * `factsOf` gave of the request that the frame answers; only codecs of such replies look at them.
 *
 * A codec is written by handing a {@link ProtocolSpec} to {@link defineProtocol}; generated codecs do so.
 * What a protocol lacks (goaway, headers, …) is left out there and answers neutrally here.
 *
 * @typeParam Init what {@link encode} makes a new frame of
 */
export interface XProtocol<Init = never> {
  /** Lower-case, as configuration names it. */
  readonly name: string;
  /** The CONTRACT_VERSION it was made for. */
  readonly contract: number;
  readonly traits: Traits;
  /**
   * How the frames that a server sends are read, where they look different from those of a client (`frame X
   * from client`); else this very object. Whoever reads from a server uses it; what makes frames stays here.
   */
  readonly replies: XProtocol;
  /**
   * What the replies to this request are read by, where they depend on it; null where they never do. Whoever waits for
   * the replies keeps it, and hands it to every function of `replies` but scan, idOf and kindOf, which say what is
   * known of a reply alone: where it ends and which request it answers.
   */
  readonly factsOf: ((bytes: Uint8Array, at: number, end: number) => RequestFacts) | null;

  // In the order a connection uses them.

  /** Whether a connection whose first bytes are bytes[from, to) speaks this protocol. */
  match(bytes: Uint8Array, from: number, to: number): Match;

  /**
   * The length in bytes of the frame that starts at `from`, as soon as it is known: it may be more than
   * to - from, and is compared with the limit before the rest is awaited. 0: `state.need` bytes are needed
   * to know. Negative: a {@link ScanFault}. Never throws.
   */
  scan(bytes: Uint8Array, from: number, to: number, state: ScanState): number;

  /**
   * Whether bytes[at, end), as long as scan said, is a frame of this protocol: constants, closed enums,
   * ranges, windows and assertions. What is read lazily (the entries of a header map) is checked when read.
   * Called before anything below, and again if the bytes have been changed by other means than these functions:
   * a codec may keep where the parts of the frame lie.
   * @throws DecodeError
   */
  check(bytes: Uint8Array, at: number, end: number, facts?: RequestFacts | null): void;

  kindOf(bytes: Uint8Array, at: number, end: number): FrameKind;
  isHeartbeat(bytes: Uint8Array, at: number, end: number, facts?: RequestFacts | null): boolean;
  /** Whether the sender asks for no new requests on this connection. */
  isGoaway(bytes: Uint8Array, at: number, end: number, facts?: RequestFacts | null): boolean;
  /** How many replies a request gets; 0: none, as oneway. Asked of protocols that correlate by order. */
  expects(bytes: Uint8Array, at: number, end: number): number;
  /**
   * Whether the caller needs an upstream connection of its own from this request on, as after Redis' MULTI
   * and SUBSCRIBE.
   */
  isExclusive(bytes: Uint8Array, at: number, end: number): boolean;

  /** The id that joins request and response; 0 where the protocol has none. */
  idOf(bytes: Uint8Array, at: number, end: number): RequestId;
  /**
   * Writes another id over the frame's own, with every checksum that covers it brought up to date.
   * False if it can't be done in place, and nothing was written: then {@link withId} makes another frame.
   */
  setId(bytes: Uint8Array, at: number, end: number, id: RequestId, facts?: RequestFacts | null): boolean;
  /**
   * A copy of the frame with another id and every enclosing length right, for ids of variable width. Called
   * exactly when {@link setId} gave false.
   * @throws EncodeError if a length field can't hold the new size
   */
  withId(bytes: Uint8Array, at: number, end: number, id: RequestId, facts?: RequestFacts | null): Uint8Array;

  /** Milliseconds the caller will wait: 0 unset, negative for ever. */
  timeoutOf(bytes: Uint8Array, at: number, end: number, facts?: RequestFacts | null): number;
  /**
   * Writes another time over the frame's own, with every checksum that covers it brought up to date. False if
   * that can't be done in place, and nothing was written: then {@link timeoutHeader} may name a header.
   */
  setTimeout(bytes: Uint8Array, at: number, end: number, ms: number, facts?: RequestFacts | null): boolean;
  /** The header that says the timeout in decimal; null where none does. */
  readonly timeoutHeader: string | null;
  serviceOf(bytes: Uint8Array, at: number, end: number, facts?: RequestFacts | null): string | undefined;
  methodOf(bytes: Uint8Array, at: number, end: number, facts?: RequestFacts | null): string | undefined;
  /** The group and the version of the service, where they are not headers of these names. */
  groupOf(bytes: Uint8Array, at: number, end: number, facts?: RequestFacts | null): string | undefined;
  versionOf(bytes: Uint8Array, at: number, end: number, facts?: RequestFacts | null): string | undefined;
  /** The wire's own status code of a response; 0 in a request. */
  wireStatusOf(bytes: Uint8Array, at: number, end: number, facts?: RequestFacts | null): number;
  /** The wire's status as a canonical one. */
  toCanonical(wireStatus: number): Status;
  /** The canonical status as the wire's. */
  toWire(status: Status): number;

  /** The first value under `key` without reading the whole map; null on the wire gives null. */
  headerOf(
    bytes: Uint8Array,
    at: number,
    end: number,
    key: string,
    facts?: RequestFacts | null,
  ): string | null | undefined;
  /** Appends all headers to `into`. */
  readHeaders(bytes: Uint8Array, at: number, end: number, into: HeaderMap, facts?: RequestFacts | null): void;

  /** Where the body starts and ends in `bytes`; equal where there is none. */
  bodyStart(bytes: Uint8Array, at: number, end: number, facts?: RequestFacts | null): number;
  bodyEnd(bytes: Uint8Array, at: number, end: number, facts?: RequestFacts | null): number;

  /**
   * The frame again with other headers, another body or both (null: as they are), every length and checksum
   * that depends on them right, and all else byte for byte.
   * @throws EncodeError if a length field can't hold the new size
   */
  reencode(
    bytes: Uint8Array,
    at: number,
    end: number,
    headers: HeaderMap | null,
    body: Uint8Array | null,
    facts?: RequestFacts | null,
  ): Uint8Array;

  /**
   * A new frame.
   * @throws EncodeError
   */
  encode(init: Init, facts?: RequestFacts | null): Uint8Array;

  /** What a reply made by the proxy needs of this request: kept while the frame itself goes its way. */
  remember(bytes: Uint8Array, at: number, end: number): RequestMemo;
  /** A heartbeat of our own, or null if the protocol has none. */
  heartbeat(id: number): Uint8Array | null;
  /** The answer to a received heartbeat, or null. */
  heartbeatAck(bytes: Uint8Array, at: number, end: number): Uint8Array | null;
  /** The frame that asks the peer for no new requests, or null. */
  goaway(id: number): Uint8Array | null;
  /** An error reply in the protocol's own form, or null if it has none: then the connection is closed. */
  hijack(memo: RequestMemo, status: Status, reason: string): Uint8Array | null;
}

declare const facts: unique symbol;
/**
 * What of a request its replies are read by: a few numbers, booleans and texts. Opaque to all but the codec that made
 * it, whose own type extends it.
 */
export interface RequestFacts {
  readonly [facts]?: never;
}

declare const memo: unique symbol;
/** Opaque to all but the codec that made it. */
export type RequestMemo = { readonly [memo]?: never };

type Optional =
  | 'replies'
  | 'factsOf'
  | 'isHeartbeat'
  | 'isGoaway'
  | 'expects'
  | 'isExclusive'
  | 'idOf'
  | 'setId'
  | 'withId'
  | 'timeoutOf'
  | 'setTimeout'
  | 'timeoutHeader'
  | 'serviceOf'
  | 'methodOf'
  | 'groupOf'
  | 'versionOf'
  | 'wireStatusOf'
  | 'toCanonical'
  | 'toWire'
  | 'headerOf'
  | 'readHeaders'
  | 'bodyStart'
  | 'bodyEnd'
  | 'remember'
  | 'heartbeat'
  | 'heartbeatAck'
  | 'goaway'
  | 'hijack';

/**
 * What the author of a codec writes; what the protocol lacks is left out. `Memo` is its own type of request
 * memo. A protocol that correlates by id and has a setId that can say false needs withId.
 */
export type ProtocolSpec<Init, Memo extends object> = Omit<
  XProtocol<Init>,
  Optional | 'remember' | 'hijack'
> &
  Partial<Omit<Pick<XProtocol<Init>, Optional>, 'remember' | 'hijack'>> & {
    remember?(bytes: Uint8Array, at: number, end: number): Memo;
    hijack?(memo: Memo, status: Status, reason: string): Uint8Array | null;
  };

const NO_MEMO: RequestMemo = {};
/** Stands where a protocol names itself, until it is there. */
const NO_REPLIES = {} as XProtocol;

/**
 * Makes an XProtocol of its parts. All protocols made here have one hidden class, so that a proxy which
 * carries many of them reads each as fast as if it were the only one.
 *
 * @throws TypeError if the traits contradict each other
 */
export function defineProtocol<Init, Memo extends object>(spec: ProtocolSpec<Init, Memo>): XProtocol<Init> {
  const { name, traits } = spec;
  if (traits.correlation === 'id') {
    if (spec.idOf === undefined || spec.setId === undefined) {
      throw new TypeError(`protocol ${name} correlates by id but can't read and write one`);
    }
    if (!(traits.idMin >= 0 && traits.idMin < traits.idMax && Number.isSafeInteger(traits.idMax))) {
      throw new TypeError(`protocol ${name}: its ids ${traits.idMin}..${traits.idMax} are no usable range`);
    }
  }
  const protocol: { -readonly [Key in keyof XProtocol<Init>]: XProtocol<Init>[Key] } = {
    name,
    contract: spec.contract,
    traits,
    replies: NO_REPLIES,
    factsOf: spec.factsOf ?? null,
    match: spec.match,
    scan: spec.scan,
    check: spec.check,
    kindOf: spec.kindOf,
    isHeartbeat: spec.isHeartbeat ?? (() => false),
    isGoaway: spec.isGoaway ?? (() => false),
    expects: spec.expects ?? (() => 1),
    isExclusive: spec.isExclusive ?? (() => false),
    idOf: spec.idOf ?? (() => 0),
    setId: spec.setId ?? (() => false),
    withId:
      spec.withId ??
      (() => {
        throw new TypeError(`protocol ${name} can't make a frame with another id`);
      }),
    timeoutOf: spec.timeoutOf ?? (() => 0),
    setTimeout: spec.setTimeout ?? (() => false),
    timeoutHeader: spec.timeoutHeader ?? null,
    serviceOf: spec.serviceOf ?? (() => undefined),
    methodOf: spec.methodOf ?? (() => undefined),
    groupOf: spec.groupOf ?? (() => undefined),
    versionOf: spec.versionOf ?? (() => undefined),
    wireStatusOf: spec.wireStatusOf ?? (() => 0),
    toCanonical: spec.toCanonical ?? (() => Status.OK),
    toWire: spec.toWire ?? (() => 0),
    headerOf: spec.headerOf ?? (() => undefined),
    readHeaders: spec.readHeaders ?? (() => {}),
    bodyStart: spec.bodyStart ?? ((_bytes, _at, end) => end),
    bodyEnd: spec.bodyEnd ?? ((_bytes, _at, end) => end),
    reencode: spec.reencode,
    encode: spec.encode,
    remember: (spec.remember as XProtocol['remember'] | undefined) ?? (() => NO_MEMO),
    heartbeat: spec.heartbeat ?? (() => null),
    heartbeatAck: spec.heartbeatAck ?? (() => null),
    goaway: spec.goaway ?? (() => null),
    hijack: (spec.hijack as XProtocol['hijack'] | undefined) ?? (() => null),
  };
  protocol.replies = spec.replies ?? protocol;
  return Object.freeze(protocol);
}

/** Why a codec can't be used with this runtime, or null if it can. */
export function contractMismatch(protocol: XProtocol): string | null {
  if (protocol.contract === CONTRACT_VERSION) return null;
  return `protocol ${protocol.name} was generated for contract ${protocol.contract}, this runtime speaks ${CONTRACT_VERSION}: compile its schema again`;
}
