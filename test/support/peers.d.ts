/** What the tests use of peers and rivals that ship no types, or wrong ones. */
declare module 'sofa-bolt-node' {
  import type { Transform, Writable } from 'node:stream';

  /** Decoded by the peer. */
  interface PeerPacket {
    packetId: number;
    packetType: 'request' | 'response' | 'heartbeat' | 'heartbeat_ack';
    className?: string;
    data?: Record<string, unknown>;
    options: {
      protocolType: string;
      boltVersion?: number;
      crcEnable?: boolean;
      codecType: string;
      timeout?: number;
    };
  }
  interface PeerEncoder extends Transform {
    protocolType: string;
    boltVersion: number;
    crcEnable: boolean;
    codecType: string;
    writeRequest(id: number, request: object, done?: (error?: Error) => void): void;
    writeResponse(request: object, response: object, done?: (error?: Error) => void): void;
    writeHeartbeat(id: number, heartbeat: object, done?: (error?: Error) => void): void;
    writeHeartbeatAck(heartbeat: object, done?: (error?: Error) => void): void;
  }
  export function encoder(options: object): PeerEncoder;
  export function decoder(options: object): Writable;
}

declare module 'sofa-bolt-node/lib/protocol/index.js' {
  /** The peer's encoder without a stream around it. */
  export function requestEncode(id: number, request: object, options: object): Buffer;
}

declare module 'sofa-bolt-node/lib/protocol/rpc_cmd.js' {
  /** What the peer's encoder asks for the variable parts of a frame. */
  export default class RpcCommand {
    constructor(obj: object, options?: object);
    obj: { timeout: number };
    get className(): string;
    serializeClazz(out: ByteSink): void;
    serializeHeader(out: ByteSink): void;
    serializeContent(out: ByteSink): void;
  }
  interface ByteSink {
    put(bytes: Uint8Array): void;
  }
}

declare module 'sofa-bolt-node/lib/simple_map_serializer.js' {
  const serializer: {
    encode(map: Record<string, string | null>): Buffer;
    decode(block: Buffer): Record<string, string | null> | null;
  };
  export default serializer;
}

declare module 'kaitai-struct-compiler' {
  const compiler: {
    compile(language: string, ksy: object, importer: null, debug: boolean): Promise<Record<string, string>>;
  };
  export default compiler;
}

declare module 'memjs' {
  /** All of it but what only promises give; an error has the name of its status. */
  export class Client {
    static create(servers: string, options: object): Client;
    get(key: string): Promise<{ value: Buffer | null; flags: Buffer | null }>;
    set(key: string, value: string | Buffer, options: object): Promise<boolean>;
    add(key: string, value: string, options: object): Promise<boolean>;
    replace(key: string, value: string, options: object): Promise<boolean>;
    append(key: string, value: string): Promise<boolean>;
    increment(
      key: string,
      by: number,
      options: { initial?: number },
    ): Promise<{ success: boolean; value: number }>;
    touch(key: string, expires: number): Promise<boolean>;
    delete(key: string): Promise<boolean>;
    stats(
      take: (error: Error | null, server: string, stats: Record<string, string | null> | null) => void,
    ): void;
    close(): void;
  }
}

declare module 'jsmodbus' {
  import type { Server, Socket } from 'node:net';

  namespace modbus {
    /** What a call rejects with. */
    interface Failure {
      readonly err: string;
      readonly response?: { readonly body: { readonly code: number } };
    }
    interface Answer {
      readonly response: { readonly body: { readonly valuesAsArray: readonly number[] } };
    }
    namespace client {
      class TCP {
        constructor(socket: Socket, unit: number, timeout: number);
        writeSingleRegister(address: number, value: number): Promise<Answer>;
        readHoldingRegisters(start: number, count: number): Promise<Answer>;
        readCoils(start: number, count: number): Promise<Answer>;
      }
    }
    namespace server {
      class TCP {
        constructor(server: Server, options: { holding: Buffer });
      }
    }
  }
  export default modbus;
}

declare module 'smpp' {
  import type { Server } from 'node:net';
  import type { EventEmitter } from 'node:events';

  /** A packet as fields; which ones depends on its command. */
  export interface Pdu {
    readonly command_status: number;
    readonly system_id?: string;
    readonly message_id?: string;
    readonly source_addr?: string;
    readonly destination_addr?: string;
    readonly short_message?: { readonly message: string };
    response(fields?: object): Pdu;
  }
  export interface Session extends EventEmitter {
    on(event: string, take: (pdu: Pdu) => void): this;
    send(pdu: Pdu): void;
    close(): void;
    bind_transceiver(fields: object, take: (answer: Pdu) => void): void;
    submit_sm(fields: object, take: (answer: Pdu) => void): void;
    deliver_sm(fields: object, take?: (answer: Pdu) => void): void;
    enquire_link(fields: object, take: (answer: Pdu) => void): void;
  }
  const smpp: {
    createServer(take: (session: Session) => void): Server;
    connect(options: { host: string; port: number }): Session;
    readonly ESME_RBINDFAIL: number;
  };
  export default smpp;
}

declare module 'jackd' {
  /** All of it as promises; one rejects with the word that the server says. */
  export default class JackdClient {
    connect(to: { host: string; port: number }): Promise<this>;
    close(): Promise<void>;
    use(tube: string): Promise<string>;
    watch(tube: string): Promise<number>;
    put(job: string): Promise<string>;
    reserve(): Promise<{ readonly id: string; readonly payload: Uint8Array }>;
    reserveWithTimeout(seconds: number): Promise<object>;
    peek(id: string): Promise<{ readonly payload: Uint8Array }>;
    delete(id: string): Promise<void>;
    listTubes(): Promise<string>;
  }
}
