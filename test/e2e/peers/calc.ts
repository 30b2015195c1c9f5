import { createRequire } from 'node:module';
import type { AddressInfo, Server } from 'node:net';

// The service Calc as the compiler of Apache Thrift would write it for Node, in short:
//
//   exception Bad { 1: string why }
//   service Calc {
//     i32 add(1: i32 a, 2: i32 b),
//     i32 divide(1: i32 a, 2: i32 b) throws (1: Bad bad),
//     void ping(),
//     oneway void fire(1: string s)
//   }

/** What is used of npm thrift, whose own types say less than that. */
interface Output {
  writeMessageBegin(name: string, type: number, seqid: number): void;
  writeMessageEnd(): void;
  writeStructBegin(name: string): void;
  writeStructEnd(): void;
  writeFieldBegin(name: string, type: number, id: number): void;
  writeFieldEnd(): void;
  writeFieldStop(): void;
  writeI32(value: number): void;
  writeString(value: string): void;
  flush(): void;
}
interface Input {
  readMessageBegin(): { fname: string; mtype: number; rseqid: number };
  readMessageEnd(): void;
  readStructBegin(): void;
  readStructEnd(): void;
  readFieldBegin(): { ftype: number; fid: number };
  readFieldEnd(): void;
  readI32(): number;
  readString(): string;
  skip(type: number): void;
}
interface ApplicationException extends Error {
  type: number;
  read(input: Input): void;
  write(output: Output): void;
}
type Transport = new (...args: unknown[]) => unknown;
type ProtocolClass = new (transport: unknown) => Input & Output;
export interface Connection {
  on(event: 'error', listener: (error: Error) => void): void;
  on(event: 'close', listener: () => void): void;
  end(): void;
}
export interface ThriftModule {
  Thrift: {
    Type: Readonly<Record<'STOP' | 'I32' | 'STRING' | 'STRUCT', number>>;
    MessageType: Readonly<Record<'CALL' | 'REPLY' | 'EXCEPTION' | 'ONEWAY', number>>;
    TApplicationException: new (type?: number, message?: string) => ApplicationException;
  };
  TFramedTransport: Transport;
  TBufferedTransport: Transport;
  TBinaryProtocol: ProtocolClass;
  TCompactProtocol: ProtocolClass;
  THeaderProtocol: ProtocolClass;
  createServer(processor: typeof Processor, handler: CalcHandler, options: Options): Server;
  createMultiplexServer(processor: unknown, options: Options): Server;
  createConnection(host: string, port: number, options: Options): Connection;
  createClient(client: typeof CalcClient, connection: Connection): CalcClient;
  Multiplexer: new () => {
    createClient(service: string, client: typeof CalcClient, connection: Connection): CalcClient;
  };
  MultiplexedProcessor: new () => { registerProcessor(name: string, processor: Processor): void };
}

/** How messages are framed and written. */
export interface Options {
  readonly transport: Transport;
  readonly protocol: ProtocolClass;
}

export const thrift = createRequire(import.meta.url)('thrift') as ThriftModule;
const { Type, MessageType, TApplicationException } = thrift.Thrift;

/** The exception that `divide` declares. */
export class Bad extends Error {}

export interface CalcHandler {
  add(a: number, b: number): number | Promise<number>;
  divide(a: number, b: number): number;
  ping(): void;
  fire(s: string): void;
}

type Value = number | string | null | undefined;

/** A struct whose fields are 32-bit integers and texts; what is not given is left out. */
function writeStruct(output: Output, name: string, fields: readonly (readonly [id: number, Value])[]): void {
  output.writeStructBegin(name);
  for (const [id, value] of fields) {
    if (value === null || value === undefined) continue;
    output.writeFieldBegin('', typeof value === 'number' ? Type.I32 : Type.STRING, id);
    if (typeof value === 'number') output.writeI32(value);
    else output.writeString(value);
    output.writeFieldEnd();
  }
  output.writeFieldStop();
  output.writeStructEnd();
}

/** The fields of a struct by their ids; a struct in it counts as what its field 1 holds, in an array. */
function readStruct(input: Input): Map<number, number | string | [string]> {
  const fields = new Map<number, number | string | [string]>();
  input.readStructBegin();
  for (;;) {
    const { ftype, fid } = input.readFieldBegin();
    if (ftype === Type.STOP) break;
    if (ftype === Type.I32) fields.set(fid, input.readI32());
    else if (ftype === Type.STRING) fields.set(fid, input.readString());
    else if (ftype === Type.STRUCT) fields.set(fid, [String(readStruct(input).get(1))]);
    else input.skip(ftype);
    input.readFieldEnd();
  }
  input.readStructEnd();
  return fields;
}

type Reply = (error: Error | null, result?: number | null) => void;

/** Calls Calc; npm thrift hands it what comes back. */
export class CalcClient {
  _seqid = 0;
  _reqs: Record<number, Reply | undefined> = {};

  constructor(
    private readonly output: unknown,
    private readonly pClass: ProtocolClass,
  ) {}

  new_seqid(): number {
    return ++this._seqid;
  }

  add(a: number, b: number): Promise<number> {
    return this.call('add', [
      [1, a],
      [2, b],
    ]);
  }

  divide(a: number, b: number): Promise<number> {
    return this.call('divide', [
      [1, a],
      [2, b],
    ]);
  }

  ping(): Promise<number> {
    return this.call('ping', []);
  }

  /** A method that the service has not. */
  nosuch(): Promise<number> {
    return this.call('nosuch', []);
  }

  fire(s: string): void {
    this.send('fire', MessageType.ONEWAY, this.new_seqid(), [[1, s]]);
  }

  /** Requests that wait for their replies. */
  get waiting(): number {
    return Object.keys(this._reqs).length;
  }

  recv_add = this.receive;
  recv_divide = this.receive;
  recv_ping = this.receive;
  recv_nosuch = this.receive;

  private call(method: string, fields: readonly (readonly [number, Value])[]): Promise<number> {
    const seqid = this.new_seqid();
    return new Promise((resolve, reject) => {
      this._reqs[seqid] = (error, result) => (error === null ? resolve(result ?? 0) : reject(error));
      this.send(method, MessageType.CALL, seqid, fields);
    });
  }

  private send(
    method: string,
    type: number,
    seqid: number,
    fields: readonly (readonly [number, Value])[],
  ): void {
    const output = new this.pClass(this.output);
    output.writeMessageBegin(method, type, seqid);
    writeStruct(output, `${method}_args`, fields);
    output.writeMessageEnd();
    output.flush();
  }

  private receive(input: Input, mtype: number, rseqid: number): void {
    const reply = this._reqs[rseqid];
    delete this._reqs[rseqid];
    if (mtype === MessageType.EXCEPTION) {
      const exception = new TApplicationException();
      exception.read(input);
      input.readMessageEnd();
      reply?.(exception);
      return;
    }
    const result = readStruct(input);
    input.readMessageEnd();
    const bad = result.get(1);
    if (Array.isArray(bad)) reply?.(new Bad(bad[0]));
    else reply?.(null, result.get(0) as number | undefined);
  }
}

/** Serves Calc with a handler. */
export class Processor {
  constructor(private readonly handler: CalcHandler) {}

  process(input: Input, output: Output): void {
    const { fname, rseqid } = input.readMessageBegin();
    const args = readStruct(input);
    input.readMessageEnd();
    const [a, b] = [args.get(1), args.get(2)];
    const reply = (success: Value): void => {
      output.writeMessageBegin(fname, MessageType.REPLY, rseqid);
      writeStruct(output, `${fname}_result`, [[0, success]]);
      output.writeMessageEnd();
      output.flush();
    };
    switch (fname) {
      case 'add':
        void Promise.resolve(this.handler.add(a as number, b as number)).then(reply);
        return;
      case 'divide':
        try {
          reply(this.handler.divide(a as number, b as number));
        } catch (error) {
          output.writeMessageBegin(fname, MessageType.REPLY, rseqid);
          output.writeStructBegin('divide_result');
          output.writeFieldBegin('bad', Type.STRUCT, 1);
          writeStruct(output, 'Bad', [[1, (error as Bad).message]]);
          output.writeFieldEnd();
          output.writeFieldStop();
          output.writeStructEnd();
          output.writeMessageEnd();
          output.flush();
        }
        return;
      case 'ping':
        this.handler.ping();
        reply(null);
        return;
      case 'fire':
        this.handler.fire(a as string);
        return;
      default: {
        output.writeMessageBegin(fname, MessageType.EXCEPTION, rseqid);
        new TApplicationException(1, `Unknown function ${fname}`).write(output);
        output.writeMessageEnd();
        output.flush();
      }
    }
  }
}

/** Starts to serve Calc on a free port. @param service its name, where several share the port */
export async function serveCalc(
  handler: CalcHandler,
  options: Options,
  service: string | null = null,
): Promise<{ port: number; close(): void }> {
  let server: Server;
  if (service === null) server = thrift.createServer(Processor, handler, options);
  else {
    const all = new thrift.MultiplexedProcessor();
    all.registerProcessor(service, new Processor(handler));
    server = thrift.createMultiplexServer(all, options);
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // It tells of the errors of its connections as if they were its own.
  server.on('error', () => {});
  return { port: (server.address() as AddressInfo).port, close: () => server.close() };
}

/** A client of Calc at a port. @param service as in {@link serveCalc} */
export function callCalc(
  port: number,
  options: Options,
  service: string | null = null,
): { calc: CalcClient; connection: Connection } {
  const connection = thrift.createConnection('127.0.0.1', port, options);
  connection.on('error', () => {});
  const calc =
    service === null
      ? thrift.createClient(CalcClient, connection)
      : new thrift.Multiplexer().createClient(service, CalcClient, connection);
  return { calc, connection };
}
