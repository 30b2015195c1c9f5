import { Status } from '@proto-frame/api';
import { z } from 'zod';

type ErrorName = Exclude<keyof typeof Status, 'OK'>;

const NAMES = Object.keys(Status).filter((name): name is ErrorName => name !== 'OK');

/** A canonical status by name, but OK: what a filter may answer with. */
export function errorStatus(normal: ErrorName) {
  return z
    .enum(NAMES, { error: `expected one of ${NAMES.join(', ')}` })
    .prefault(normal)
    .transform((name) => Status[name])
    .describe(`the answer's canonical status; ${normal} if left out`);
}
