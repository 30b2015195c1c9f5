import { contractMismatch, Match, type XProtocol } from '@proto-frame/api';

/** The protocols a process speaks, by name. Made in one place and handed down. */
export class XProtocolEngine {
  private readonly protocols = new Map<string, XProtocol>();

  /** @throws Error if the codec was made for another contract, or the name is taken */
  register(protocol: XProtocol): void {
    const mismatch = contractMismatch(protocol);
    if (mismatch !== null) throw new Error(mismatch);
    if (this.protocols.has(protocol.name)) {
      throw new Error(`two codecs are called ${protocol.name}: give one another name in its schema`);
    }
    this.protocols.set(protocol.name, protocol);
  }

  get(name: string): XProtocol | undefined {
    return this.protocols.get(name);
  }

  /** In the order of registration, which is the order `auto` tries them in. */
  get all(): readonly XProtocol[] {
    return [...this.protocols.values()];
  }

  /**
   * What finds out a connection's protocol.
   * @param names of registered protocols in the order to try them; null for all of them
   * @throws Error if one is not registered
   */
  matcher(names: readonly string[] | null): ProtocolMatcher {
    if (names === null) return new ProtocolMatcher(this.all);
    return new ProtocolMatcher(
      names.map((name) => {
        const protocol = this.protocols.get(name);
        if (protocol !== undefined) return protocol;
        throw new Error(
          `no codec for protocol ${name} is loaded; there are ${[...this.protocols.keys()].join(', ')}`,
        );
      }),
    );
  }
}

/** Finds out which of some protocols a connection speaks. Asked once a connection, until it has decided. */
export class ProtocolMatcher {
  /** The protocol if there is nothing to choose. */
  readonly only: XProtocol | null;

  constructor(readonly candidates: readonly XProtocol[]) {
    this.only = candidates.length === 1 ? candidates[0]! : null;
  }

  /**
   * @returns the first protocol that says yes to bytes[from, to); {@link Match.more} if none does and one
   * needs more bytes; {@link Match.no} if all say no
   */
  match(bytes: Uint8Array, from: number, to: number): XProtocol | typeof Match.no | typeof Match.more {
    let answer: typeof Match.no | typeof Match.more = Match.no;
    for (const protocol of this.candidates) {
      const verdict = protocol.match(bytes, from, to);
      if (verdict === Match.yes) return protocol;
      if (verdict === Match.more) answer = Match.more;
    }
    return answer;
  }
}
