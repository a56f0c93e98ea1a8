/** What a column may be made of. */
type Numbers = Uint8Array | Int32Array | Uint32Array | Float64Array;

const LEAST_CAPACITY = 1024;

/**
 * One number for each row of a table that grows, outside the garbage-collected heap: an object for each row would take
 * several times the room, and be looked through again and again.
 */
export class Column<Values extends Numbers> {
  readonly #kind: new (length: number) => Values;
  #values: Values;

  constructor(kind: new (length: number) => Values) {
    this.#kind = kind;
    this.#values = new kind(LEAST_CAPACITY);
  }

  /** Gives what was last put into a row; 0 where nothing was. */
  get(row: number): number {
    return this.#values[row] ?? 0;
  }

  set(row: number, value: number): void {
    if (row >= this.#values.length) this.#grow(row);
    this.#values[row] = value;
  }

  #grow(row: number): void {
    const larger = new this.#kind(Math.max(this.#values.length * 2, row + 1));
    larger.set(this.#values);
    this.#values = larger;
  }
}
