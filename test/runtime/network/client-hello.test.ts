import { describe, expect, it } from 'vitest';
import { alternativeNames } from '../../../runtime/network/tls/alternative-names.js';
import { clientHello, Hello } from '../../../runtime/network/tls/client-hello.js';

describe('clientHello', () => {
  const hello = [22, 3, 1, 0, 3, 1, 0, 0];

  it('needs the whole first record', () => {
    for (let length = 0; length < hello.length; length++) {
      expect(clientHello(Uint8Array.from(hello.slice(0, length))), `${length} bytes`).toBe(Hello.more);
    }
    expect(clientHello(Uint8Array.from(hello))).toBe(Hello.complete);
    expect(clientHello(Uint8Array.from([...hello, 20, 3, 3]))).toBe(Hello.complete);
  });

  it.each([
    ['another kind of record', [21]],
    ['SSL 2', [0x80, 46, 1]],
    ['version 2', [22, 2]],
    ['a version that is not there yet', [22, 3, 5]],
    ['an empty record', [22, 3, 1, 0, 0]],
    ['a record that is too long', [22, 3, 1, 0x40, 1]],
    ['another message', [22, 3, 1, 0, 9, 2]],
  ])('says no to %s at the first byte that is wrong', (_what, bytes) => {
    expect(clientHello(Uint8Array.from(bytes))).toBe(Hello.none);
    if (bytes.length > 1 && bytes[0] === 22 && bytes.length !== 5) {
      expect(clientHello(Uint8Array.from(bytes.slice(0, -1)))).toBe(Hello.more);
    }
  });
});

describe('alternativeNames', () => {
  it.each([
    [undefined, []],
    ['', []],
    ['DNS:a.example, IP Address:10.0.0.1', ['a.example', '10.0.0.1']],
    ['DNS:a.example, URI:spiffe://demo/a, DNS:b', ['spiffe://demo/a', 'a.example', 'b']],
    // As Node writes a name that looks like two.
    ['DNS:"a, URI:spiffe://demo/admin", DNS:b', ['a, URI:spiffe://demo/admin', 'b']],
    ['URI:"x\\"y", othername:<unsupported>, email:a@b', ['x"y', 'a@b']],
  ])('%s', (text, names) => {
    expect(alternativeNames(text)).toEqual(names);
  });
});
