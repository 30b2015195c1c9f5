import { POINTS } from './history.js';

/** Of a chart, in its own units. */
export const WIDTH = 240;
export const HEIGHT = 64;

/**
 * The line through `values` as an SVG path, the newest at the right edge.
 *
 * @param values null leaves a gap; a value between two gaps is a dot
 * @param highest drawn at the upper edge
 */
export function pathOf(values: readonly (number | null)[], highest: number): string {
  let path = '';
  let pen = false;
  values.forEach((value, i) => {
    if (value === null) {
      pen = false;
      return;
    }
    const x = ((i + POINTS - values.length) / (POINTS - 1)) * WIDTH;
    const y = HEIGHT - 2 - (highest === 0 ? 0 : (value / highest) * (HEIGHT - 4));
    path += `${pen ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`;
    if (!pen && (values[i + 1] ?? null) === null) path += 'h0';
    pen = true;
  });
  return path;
}
