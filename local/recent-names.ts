/** Remembers the names that were added last, at most so many. */
export class RecentNames {
  readonly #max: number;
  readonly #names = new Set<string>();

  constructor(max: number) {
    this.#max = max;
  }

  has(name: string): boolean {
    return this.#names.has(name);
  }

  add(name: string): void {
    this.#names.add(name);
    const [oldest] = this.#names;
    if (this.#names.size > this.#max && oldest !== undefined) this.#names.delete(oldest);
  }
}
