/** A number that stands in a text, such as a timeout in a header: 0 if there is none, or it is no whole number. */
export function textNumber(text: string | null | undefined): number {
  if (text === null || text === undefined || !/^-?\d{1,15}$/.test(text)) return 0;
  return Number(text);
}
