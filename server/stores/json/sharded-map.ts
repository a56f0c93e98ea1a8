const SHARDS = 256;

/** A map whose parts grow one by one: a large `Map` that grows stops everything while it moves all its entries. */
export class ShardedMap<Value> {
  readonly #shards: (Map<string, Value> | undefined)[] = Array.from({ length: SHARDS });
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(key: string): Value | undefined {
    return this.#shards[shardOf(key)]?.get(key);
  }

  set(key: string, value: Value): void {
    const shard = (this.#shards[shardOf(key)] ??= new Map<string, Value>());
    this.#size -= shard.size;
    shard.set(key, value);
    this.#size += shard.size;
  }

  delete(key: string): void {
    if (this.#shards[shardOf(key)]?.delete(key) === true) this.#size -= 1;
  }

  /** Goes through all entries, each once, while others may be added, changed and deleted. */
  *entries(): Generator<[key: string, value: Value]> {
    for (const shard of this.#shards) if (shard !== undefined) yield* shard;
  }
}

function shardOf(key: string): number {
  // Names differ most at their ends.
  let hash = key.length;
  for (let index = Math.max(0, key.length - 6); index < key.length; index += 1) {
    hash = (Math.imul(hash, 31) + key.charCodeAt(index)) >>> 0;
  }
  return hash % SHARDS;
}
