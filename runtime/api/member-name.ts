/** What a number is called: by its name in an enum, else by its digits. */
export function memberName(names: ReadonlyMap<number, string>, value: number): string {
  return names.get(value) ?? String(value);
}
