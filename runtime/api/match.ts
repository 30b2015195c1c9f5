/**
 * The answer of {@link XProtocol.match} on the first bytes of a connection. `no` is given at the first
 * byte that contradicts the protocol, so that a wrong guess never waits for more bytes.
 */
export const Match = { no: 0, yes: 1, more: 2 } as const;
export type Match = (typeof Match)[keyof typeof Match];
