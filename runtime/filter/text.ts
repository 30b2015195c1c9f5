import { z } from 'zod';

/** A string that is not empty, in a filter's configuration. @param what for the message: `a key` */
export function text(what: string) {
  const error = `expected ${what}`;
  return z.string({ error }).min(1, { error });
}
