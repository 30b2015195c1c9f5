import { EncodeError } from '../errors.js';

/**
 * Refuses a number that the field can't carry, so that nothing wraps round on the wire.
 * @throws EncodeError
 */
export function requireInteger(field: string, value: number, low: number, high: number): void {
  if (!(value >= low && value <= high && Number.isInteger(value))) {
    throw new EncodeError(field, `${value} is no whole number from ${low} to ${high}`);
  }
}

/** As {@link requireInteger}, for fields of 56 and 64 bits. */
export function requireBigInteger(field: string, value: bigint, low: bigint, high: bigint): void {
  if (!(value >= low && value <= high))
    throw new EncodeError(field, `${value} is not from ${low} to ${high}`);
}

/**
 * Refuses a frame that lacks a field which its form has.
 * @throws EncodeError
 */
export function requirePresent<T>(field: string, value: T | undefined): T {
  if (value === undefined) throw new EncodeError(field, 'this form of the frame needs it');
  return value;
}
