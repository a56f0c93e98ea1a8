import type { Place } from "../cursor.ts";

/** How a list knows the age of its items: negative is what compares as the older. */
export interface ListOrder<Item> {
  placeOf(item: Item): Place;
  compare(one: Item, other: Item): number;
  compareWith(item: Item, place: Place): number;
}

/** Keeps items by age. Adding the newest, as nearly every addition is, costs the same however many there are. */
export class SortedList<Item> {
  readonly #order: ListOrder<Item>;
  readonly #items: Item[] = [];
  #isSorting = true;

  constructor(order: ListOrder<Item>) {
    this.#order = order;
  }

  get size(): number {
    return this.#items.length;
  }

  /** Takes many items in any order from now on, until {@link endBulk}. */
  beginBulk(): void {
    this.#isSorting = false;
  }

  endBulk(): void {
    this.#isSorting = true;
    this.#items.sort((one, other) => this.#order.compare(one, other));
  }

  add(item: Item): void {
    if (!this.#isSorting) {
      this.#items.push(item);
      return;
    }
    const index = this.#indexOf(item);
    if (index === this.#items.length) this.#items.push(item);
    else this.#items.splice(index, 0, item);
  }

  remove(item: Item): void {
    const index = this.#isSorting ? this.#indexOf(item) : this.#items.indexOf(item);
    if (this.#items[index] === item) this.#items.splice(index, 1);
  }

  /** Removes all items, oldest first, that are not to be retained; costs the same for many as for one. */
  retain(isRetained: (item: Item) => boolean): void {
    let kept = 0;
    for (const item of this.#items) {
      if (!isRetained(item)) continue;
      this.#items[kept] = item;
      kept += 1;
    }
    this.#items.length = kept;
  }

  /** Goes through the items that are older than a place, or all, newest first. */
  *newestFirst(after?: Place): Generator<Item> {
    for (let index = after === undefined ? this.#items.length : this.#indexFrom(after); index > 0; index -= 1) {
      const item = this.#items[index - 1];
      if (item !== undefined) yield item;
    }
  }

  #indexOf(item: Item): number {
    return this.#firstNotOlder((candidate) => this.#order.compare(candidate, item));
  }

  #indexFrom(place: Place): number {
    return this.#firstNotOlder((candidate) => this.#order.compareWith(candidate, place));
  }

  #firstNotOlder(compare: (candidate: Item) => number): number {
    const last = this.#items.at(-1);
    if (last === undefined || compare(last) < 0) return this.#items.length;
    let low = 0;
    let high = this.#items.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      const item = this.#items[middle];
      if (item !== undefined && compare(item) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
