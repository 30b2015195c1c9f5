import { element, setText } from './element.js';
import { HEIGHT, pathOf, WIDTH } from './line-path.js';

const SVG = 'http://www.w3.org/2000/svg';

/** One line of a chart. */
export interface Line {
  /** As the legend names it; its colour and dashes are those of the class `line-<name>`. */
  readonly name: string;
  /** The newest last; null leaves a gap. */
  readonly values: readonly (number | null)[];
}

/** A small chart over the last two minutes, with a legend that says the newest values as text. */
export class Chart {
  readonly root: HTMLElement;
  private readonly svg: SVGSVGElement;
  private readonly highest: HTMLElement;
  private readonly paths = new Map<string, { path: SVGPathElement; value: HTMLElement }>();

  /**
   * @param title what it shows, for the caption
   * @param format of a value with its unit
   * @param names of the lines
   */
  constructor(
    private readonly title: string,
    private readonly format: (value: number | null) => string,
    names: readonly string[],
  ) {
    this.svg = document.createElementNS(SVG, 'svg');
    this.svg.setAttribute('viewBox', `0 0 ${WIDTH} ${HEIGHT}`);
    this.svg.setAttribute('preserveAspectRatio', 'none');
    this.svg.setAttribute('role', 'img');
    this.highest = element('span', { class: 'highest' });
    const legend = element('ul', { class: 'legend' });
    for (const name of names) {
      const path = document.createElementNS(SVG, 'path');
      path.setAttribute('class', `line line-${name}`);
      this.svg.append(path);
      const value = element('span', { class: 'value' }, '–');
      legend.append(element('li', { class: `key key-${name}` }, `${name} `, value));
      this.paths.set(name, { path, value });
    }
    const caption = element('figcaption', {}, title, this.highest);
    this.root = element('figure', { class: 'chart' }, caption, this.svg, legend);
  }

  update(lines: readonly Line[]): void {
    const highest = lines.reduce(
      (most, { values }) => values.reduce<number>((high, value) => Math.max(high, value ?? 0), most),
      0,
    );
    setText(this.highest, highest > 0 ? `highest ${this.format(highest)}` : '');
    const spoken: string[] = [];
    for (const { name, values } of lines) {
      const drawn = this.paths.get(name);
      if (drawn === undefined) continue;
      drawn.path.setAttribute('d', pathOf(values, highest));
      const newest = this.format(values.at(-1) ?? null);
      setText(drawn.value, newest);
      spoken.push(`${name} ${newest}`);
    }
    this.svg.setAttribute('aria-label', `${this.title}, last two minutes; now ${spoken.join(', ')}`);
  }
}
