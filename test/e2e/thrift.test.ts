import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sidecar, startSidecar } from '../support/sidecar.js';
import {
  Bad,
  callCalc,
  type CalcHandler,
  type Connection,
  type Options,
  serveCalc,
  thrift,
} from './peers/calc.js';

const { TFramedTransport, TBinaryProtocol, TCompactProtocol } = thrift;
const { TApplicationException } = thrift.Thrift;

const fired: string[] = [];
/** Answers to `add` come in another order than the calls. */
const handler: CalcHandler = {
  add: (a, b) => new Promise((resolve) => setTimeout(() => resolve(a + b), (a * 7) % 11)),
  divide(a, b) {
    if (b === 0) throw new Bad('by zero');
    return Math.trunc(a / b);
  },
  ping: () => {},
  fire: (s) => void fired.push(s),
};

/** What a call ends with: its result, or the error. */
function outcome(call: Promise<number>): Promise<unknown> {
  return call.catch((error: unknown) => error);
}

describe.each([
  ['strict binary', { transport: TFramedTransport, protocol: TBinaryProtocol }],
  ['compact', { transport: TFramedTransport, protocol: TCompactProtocol }],
] satisfies [string, Options][])('npm thrift on both sides of the sidecar, %s', (form, options) => {
  let server: { port: number; close(): void };
  let sidecar: Sidecar;
  const connections: Connection[] = [];

  function client(service: string): ReturnType<typeof callCalc>['calc'] {
    const { calc, connection } = callCalc(sidecar.port, options, service);
    connections.push(connection);
    return calc;
  }

  beforeAll(async () => {
    server = await serveCalc(handler, options, 'Calc');
    sidecar = await startSidecar({
      protocol: '[thrift, thrift_compact]',
      upstreams: [server.port],
      match: `{ service: Calc }`,
    });
  });

  afterAll(async () => {
    for (const connection of connections) connection.end();
    expect(await sidecar?.stop()).toBe(0);
    server?.close();
  });

  it('calls come back with their results, and with none', async () => {
    const calc = client('Calc');
    expect(await calc.add(3, 4)).toBe(7);
    expect(await calc.divide(9, 3)).toBe(3);
    expect(await calc.ping()).toBe(0);
  });

  it('an exception that the service declares reaches the caller, and so does that of its library', async () => {
    const calc = client('Calc');
    const declared = await outcome(calc.divide(1, 0));
    expect(declared).toBeInstanceOf(Bad);
    expect((declared as Error).message).toBe('by zero');
    const unknown = await outcome(calc.nosuch());
    expect(unknown).toBeInstanceOf(TApplicationException);
    expect((unknown as Error).message).toBe('Unknown function nosuch');
  });

  it('a oneway call reaches the host, and nobody waits for a reply', async () => {
    const calc = client('Calc');
    calc.fire(`${form} once`);
    await expect.poll(() => fired.filter((s) => s === `${form} once`).length, { timeout: 10_000 }).toBe(1);
    expect(calc.waiting).toBe(0);
    expect(await calc.add(1, 1)).toBe(2);
  });

  it("a service that no route takes is answered by the proxy: a TApplicationException with the proxy's text", async () => {
    const calc = client('Nowhere');
    const refused = await outcome(calc.add(1, 2));
    expect(refused).toBeInstanceOf(TApplicationException);
    expect((refused as Error).message).toMatch(/route/i);
    expect((refused as { type: number }).type).toBe(1);
  });

  it('callers with the same sequence ids at once each get their own results', async () => {
    const calls = [1, 2, 3].flatMap((n) => {
      const calc = client('Calc');
      return Array.from({ length: 200 }, async (_, i) => {
        const a = n * 1000 + i;
        // Ids grow into another width on the way: 127 and 128 of a varint.
        return (await calc.add(a, 1_000_000)) - a;
      });
    });
    expect(new Set(await Promise.all(calls))).toEqual(new Set([1_000_000]));
  });
});

it('a service that shares its port with no other is the service `thrift`', async () => {
  const options = { transport: TFramedTransport, protocol: TBinaryProtocol };
  const server = await serveCalc(handler, options);
  const sidecar = await startSidecar({
    protocol: 'auto',
    upstreams: [server.port],
    match: '{ service: thrift, method: add }',
  });
  const { calc, connection } = callCalc(sidecar.port, options);
  expect(await calc.add(20, 22)).toBe(42);
  expect(await outcome(calc.divide(1, 0))).toBeInstanceOf(TApplicationException);
  connection.end();
  expect(await sidecar.stop()).toBe(0);
  server.close();
});

it('npm thrift on both sides with THeader: results, exceptions, and error replies of the proxy in THeader as well', async () => {
  const options = { transport: thrift.TBufferedTransport, protocol: thrift.THeaderProtocol };
  // A library that answers later has read on, and forgotten that the call had a header.
  const server = await serveCalc({ ...handler, add: (a, b) => a + b }, options, null);
  const sidecar = await startSidecar({
    protocol: '[thrift, thrift_header]',
    upstreams: [server.port],
    match: '{ service: thrift, method: { regex: "divide|ping|nosuch" } }',
  });
  const clients = [1, 2].map(() => callCalc(sidecar.port, options));
  for (const { calc } of clients) {
    expect(await calc.divide(42, 2)).toBe(21);
    expect(await outcome(calc.divide(1, 0))).toBeInstanceOf(Bad);
    expect(await calc.ping()).toBe(0);
    const unknown = await outcome(calc.nosuch());
    expect((unknown as Error).message).toBe('Unknown function nosuch');
    const refused = await outcome(calc.add(1, 2));
    expect(refused).toBeInstanceOf(TApplicationException);
    expect((refused as Error).message).toMatch(/route/i);
  }
  for (const { connection } of clients) connection.end();
  expect(await sidecar.stop()).toBe(0);
  server.close();
});
