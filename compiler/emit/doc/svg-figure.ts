import type { Cell } from './figure.js';
import { BITS_A_ROW, gridOf, Labels } from './grid.js';

/** In pixels. */
const BIT = 20;
const ROW = 32;
const MARGIN = 8;
const RULER = 20;
const LINE = 16;
/** A character of the font used, at most. */
const CHARACTER = 7.3;

/** Boxes carry their own ground, so that they can be read wherever they are shown; the ruler is grey on any. */
const STYLE = [
  'rect,path{fill:#ffffff;stroke:#57606a}',
  'path.open{stroke-dasharray:4 3}',
  'text{font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;fill:#1f2328;text-anchor:middle}',
  'text.ruler{font-size:10px;fill:#7d8590}',
  'text.legend{fill:#7d8590;text-anchor:start}',
  '@media (prefers-color-scheme:dark){rect,path{fill:#161b22;stroke:#8b949e}text{fill:#e6edf3}}',
].join('');

/** The same diagram as `asciiFigure`, as an SVG text of its own that ends with a line break. */
export function svgFigure(title: string, cells: readonly Cell[]): string {
  const labels = new Labels();
  const shapes: string[] = [];
  let y = MARGIN + RULER;
  for (const row of gridOf(cells)) {
    if (row.open !== null) {
      const label = labels.fit(row.open, Math.floor((BITS_A_ROW * BIT - 16) / CHARACTER));
      const x = MARGIN + BITS_A_ROW * BIT;
      shapes.push(
        `<path class="open" d="M${MARGIN} ${y}H${x}V${y + ROW}H${MARGIN}Z"/>`,
        text(MARGIN + (BITS_A_ROW * BIT) / 2, y + ROW / 2 + 4, label),
      );
    } else
      for (const { cell, from, to, labelled, continued } of row.segments) {
        const x = MARGIN + from * BIT;
        const width = (to - from) * BIT;
        const room = Math.floor((width - 4) / CHARACTER);
        const label = labelled ? labels.fit(cell, room) : continued ? '...'.slice(0, room) : '';
        shapes.push(
          `<rect x="${x}" y="${y}" width="${width}" height="${ROW}"><title>${xml(cell.labels[0]!)}</title></rect>`,
          ...(label === '' ? [] : [text(x + width / 2, y + ROW / 2 + 4, label)]),
        );
      }
    y += ROW;
  }
  const ruler = Array.from({ length: BITS_A_ROW }, (_, bit) =>
    text(MARGIN + (bit + 0.5) * BIT, MARGIN + RULER - 6, String(bit), 'ruler'),
  );
  const legend = labels.legend.map((line, i) => text(MARGIN, y + (i + 1) * LINE, line, 'legend'));
  const width = 2 * MARGIN + BITS_A_ROW * BIT;
  const height = y + MARGIN + legend.length * LINE;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${xml(title)}</title>`,
    `<style>${STYLE}</style>`,
    ...ruler,
    ...shapes,
    ...legend,
    '</svg>',
    '',
  ].join('\n');
}

function text(x: number, y: number, label: string, kind: string | null = null): string {
  const attribute = kind === null ? '' : ` class="${kind}"`;
  return `<text${attribute} x="${x}" y="${y}">${xml(label)}</text>`;
}

function xml(value: string): string {
  return value
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd');
}
