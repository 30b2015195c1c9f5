import { Status } from '@proto-frame/api';
import { z } from 'zod';

/** What several parts of the file's shape are made of. */
const LONGEST_NAME = 128;
export const LONGEST_TEXT = 1_024;

/** Of a listener, a cluster, a protocol and the like. */
export const name = z
  .string({ error: 'expected a name' })
  .regex(/^[A-Za-z0-9_][A-Za-z0-9_.:/-]*$/, { error: 'expected a name of letters, digits and _ . : / -' })
  .max(LONGEST_NAME, { error: `expected a name of at most ${LONGEST_NAME} characters` });

/** Any string, an empty one included. */
export const anyText = z
  .string({ error: 'expected a string' })
  .max(LONGEST_TEXT, { error: `expected at most ${LONGEST_TEXT} characters` });

export const text = anyText.min(1, { error: 'expected a string that is not empty' });

export const flag = z.boolean({ error: 'expected true or false' });

/** A share of requests, in percent. */
export const percentage = z
  .number({ error: 'expected a number from 0 to 100' })
  .min(0, { error: 'expected a number from 0 to 100' })
  .max(100, { error: 'expected a number from 0 to 100' });

const STATUS_NAMES = Object.keys(Status) as [keyof typeof Status, ...(keyof typeof Status)[]];

/** One of the canonical statuses. */
export const statusName = z.enum(STATUS_NAMES, { error: `expected one of ${STATUS_NAMES.join(', ')}` });

const KINDS = {
  exact: text.optional().describe('the same string'),
  prefix: text.optional().describe('starts with it'),
  suffix: text.optional().describe('ends with it'),
  contains: text.optional().describe('has it somewhere'),
  regex: text.optional().describe('RE2, has to match from the first to the last character'),
};

export const stringMatch = z.union([text, z.strictObject(KINDS)], {
  error: 'expected a string, or a map with exact, prefix, suffix, contains or regex',
});
export type StringMatchFile = z.output<typeof stringMatch>;

/** Of a string that may be empty. */
export const stringKinds = { ...KINDS, exact: anyText.optional().describe('the same string') };

/** Strings by strings, such as the metadata of a host. */
export const stringMap = z.record(text, text, { error: 'expected a map of strings' });
