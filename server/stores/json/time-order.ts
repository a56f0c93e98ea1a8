import { compareIds, type Place } from "../cursor.ts";
import { Column } from "./column.ts";
import type { ListOrder } from "./sorted-list.ts";

/** Orders the rows of a table by age: by their times, and by their ids, which are read only where times are the same. */
export class TimeOrder implements ListOrder<number> {
  readonly #placeOf: (row: number) => Place;
  /** Of creation, in milliseconds since 1970. */
  readonly #times = new Column(Float64Array);

  constructor(placeOf: (row: number) => Place) {
    this.#placeOf = placeOf;
  }

  /** Says when a row was created, ISO 8601 UTC. */
  set(row: number, createdAt: string): void {
    this.#times.set(row, Date.parse(createdAt));
  }

  placeOf(row: number): Place {
    return this.#placeOf(row);
  }

  compare(one: number, other: number): number {
    const difference = this.#times.get(one) - this.#times.get(other);
    if (difference !== 0 || one === other) return difference;
    return compareIds(this.#placeOf(one).id, this.#placeOf(other).id);
  }

  compareWith(row: number, { createdAt, id }: Place): number {
    const difference = this.#times.get(row) - Date.parse(createdAt);
    return difference === 0 ? compareIds(this.#placeOf(row).id, id) : difference;
  }
}
