/** A view that shows one thing and is kept as long as that thing is there. */
interface View<T> {
  readonly root: HTMLElement;
  update(value: T): void;
}

/** Views of named things inside `parent`, in the order given, made and removed as the things come and go. */
export class KeyedList<T, V extends View<T>> {
  private readonly views = new Map<string, V>();

  constructor(
    private readonly parent: HTMLElement,
    private readonly nameOf: (value: T) => string,
    private readonly make: (name: string) => V,
  ) {}

  update(values: readonly T[]): void {
    const left = new Set(this.views.keys());
    values.forEach((value, i) => {
      const name = this.nameOf(value);
      left.delete(name);
      let view = this.views.get(name);
      if (view === undefined) this.views.set(name, (view = this.make(name)));
      view.update(value);
      const place = this.parent.children[i] ?? null;
      if (place !== view.root) this.parent.insertBefore(view.root, place);
    });
    for (const name of left) {
      this.views.get(name)?.root.remove();
      this.views.delete(name);
    }
  }
}
