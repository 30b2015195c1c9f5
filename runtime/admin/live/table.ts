import { element, setText } from './element.js';

/** One column: its heading, the text of a row, and whether it holds numbers. */
export interface Column<T> {
  readonly title: string;
  readonly numeric?: boolean;
  text(row: T): string;
  /** A class for the cell's badge, by which it is coloured; the text alone has to be enough. */
  badge?(row: T): string;
}

/** A table whose rows keep their place in the document as long as their key stays. */
export class Table<T> {
  readonly root: HTMLElement;
  private readonly body = element('tbody');
  private readonly rows = new Map<string, { row: HTMLTableRowElement; cells: Element[] }>();

  constructor(
    caption: string,
    private readonly columns: readonly Column<T>[],
    private readonly empty: string,
  ) {
    const head = columns.map(({ title, numeric }) =>
      element('th', { scope: 'col', ...(numeric === true && { class: 'number' }) }, title),
    );
    const table = element(
      'table',
      {},
      element('caption', {}, caption),
      element('thead', {}, element('tr', {}, ...head)),
      this.body,
    );
    // Wide tables scroll by themselves; who uses a keyboard has to be able to get there.
    this.root = element(
      'div',
      { class: 'table', tabindex: '0', role: 'region', 'aria-label': caption },
      table,
    );
  }

  /** Shows `rows`, in this order. */
  update(rows: readonly T[], keyOf: (row: T, index: number) => string): void {
    const left = new Set(this.rows.keys());
    let previous: Element | null = null;
    rows.forEach((value, index) => {
      const key = keyOf(value, index);
      left.delete(key);
      const { row, cells } = this.rows.get(key) ?? this.add(key);
      this.fill(cells, value);
      const place: Element | null =
        previous === null ? this.body.firstElementChild : previous.nextElementSibling;
      if (place !== row) this.body.insertBefore(row, place);
      previous = row;
    });
    for (const key of left) {
      this.rows.get(key)?.row.remove();
      this.rows.delete(key);
    }
    const note = this.body.querySelector('.empty');
    if (rows.length > 0) note?.remove();
    else if (note === null) {
      const cell = element('td', { colspan: String(this.columns.length) }, this.empty);
      this.body.append(element('tr', { class: 'empty' }, cell));
    }
  }

  private add(key: string): { row: HTMLTableRowElement; cells: Element[] } {
    const cells: Element[] = [];
    const row = element('tr');
    for (const { numeric, badge } of this.columns) {
      const inner = badge === undefined ? null : element('span');
      const cell = element(
        'td',
        numeric === true ? { class: 'number' } : {},
        ...(inner === null ? [] : [inner]),
      );
      row.append(cell);
      cells.push(inner ?? cell);
    }
    const made = { row, cells };
    this.rows.set(key, made);
    return made;
  }

  private fill(cells: readonly Element[], value: T): void {
    this.columns.forEach(({ text, badge }, i) => {
      setText(cells[i]!, text(value));
      if (badge !== undefined) cells[i]!.className = `badge ${badge(value)}`;
    });
  }
}
