/** What OpenSSL calls the reason of an error, such as `tlsv1 alert unknown ca`; else its message. */
export function tlsReason(error: Error): string {
  const reason: unknown = Reflect.get(error, 'reason');
  return typeof reason === 'string' && reason !== '' ? reason : error.message;
}
