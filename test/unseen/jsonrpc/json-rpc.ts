// What JSON-RPC 2.0 says in a message; what is none is taken for a notification without a method.

/** A number that says which message it is. */
const [REQUEST, NOTIFICATION, RESPONSE] = [0, 1, 2];
/** Internal error (JSON-RPC 2.0, 5.1): stands for an error without a code. */
const INTERNAL = -32603;

function parse(text: string): Record<string, unknown> {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** 0 for a request, 1 for a notification, 2 for a response. */
export function messageKind(content: string): number {
  const message = parse(content);
  if (!('method' in message)) return 'id' in message ? RESPONSE : NOTIFICATION;
  return 'id' in message ? REQUEST : NOTIFICATION;
}

/** The method that is called; empty in a response. */
export function methodName(content: string): string {
  const { method } = parse(content);
  return typeof method === 'string' ? method : '';
}

/** The code of an error, 0 without one. */
export function errorNumber(content: string): number {
  const { error } = parse(content);
  if (typeof error !== 'object' || error === null) return 0;
  const { code } = error as { code?: unknown };
  return Number.isInteger(code) ? (code as number) : INTERNAL;
}

/** The response that says of a request that it failed. */
export function errorResponse(request: string, code: number, reason: string): string {
  return JSON.stringify({ jsonrpc: '2.0', id: parse(request).id ?? null, error: { code, message: reason } });
}
