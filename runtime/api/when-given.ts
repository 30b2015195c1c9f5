/** A function's value where there is something to call it with. */
export function whenGiven<Given, Result>(
  value: Given | undefined,
  of: (value: Given) => Result,
): Result | undefined {
  return value === undefined ? undefined : of(value);
}
