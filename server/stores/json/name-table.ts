/** 64 bits of a name, as two numbers of 32. */
export type NameHash = (name: string) => { low: number; high: number };

const SHARDS = 64;
const LEAST_CAPACITY = 64;

/**
 * Finds the owners of names by 64-bit hashes, without keeping the names: a hundred bytes less for each of the six or
 * so that a session has, and nothing for the garbage collector to look through. Two names may share a hash, so that
 * whoever asks must look whether an owner really has the name.
 */
export class NameTable {
  readonly #shards: (Shard | undefined)[] = Array.from({ length: SHARDS });

  /** Notes that a name is of an owner, a number from 0 on; noting it twice is noting it once. */
  add(low: number, high: number, owner: number): void {
    (this.#shards[shardOf(high)] ??= new Shard()).add(low, high, owner);
  }

  /** Gives the owner that was noted first, or notes `owner` where there is none, and gives that. */
  firstOr(low: number, high: number, owner: number): number {
    return (this.#shards[shardOf(high)] ??= new Shard()).firstOr(low, high, owner);
  }

  /** Gives the owner that was noted first, where there is one. */
  first(low: number, high: number): number | undefined {
    return this.#shards[shardOf(high)]?.first(low, high);
  }

  /** Gives all that may own a name: mostly none or one. */
  candidates(low: number, high: number): number[] {
    return this.#shards[shardOf(high)]?.find(low, high) ?? [];
  }
}

function shardOf(high: number): number {
  // The last bits choose within the shard, so these are the first.
  return (high >>> 26) % SHARDS;
}

/** Makes a hash that nobody can foresee who does not know its seed. It is part of the format: it never changes. */
export function seededHash(seed: number): NameHash {
  return (name) => {
    let low = seed ^ name.length;
    let high = ~seed;
    for (let index = 0; index < name.length; index += 1) {
      const code = name.charCodeAt(index);
      low = Math.imul(low ^ code, 0x85ebca6b);
      high = Math.imul(high ^ code, 0xc2b2ae35);
      low ^= low >>> 15;
      high ^= high >>> 13;
    }
    low = Math.imul(low ^ (high >>> 16), 0x27d4eb2f);
    high = Math.imul(high ^ (low >>> 15), 0x165667b1);
    return { low: (low ^ (low >>> 13)) >>> 0, high: (high ^ (high >>> 16)) >>> 0 };
  };
}

/** An open-addressed table; small enough that its growth stops nobody. */
class Shard {
  #capacity = LEAST_CAPACITY;
  #count = 0;
  #low = new Uint32Array(LEAST_CAPACITY);
  #high = new Uint32Array(LEAST_CAPACITY);
  /** One more than the owner; 0 where there is none. */
  #owners = new Uint32Array(LEAST_CAPACITY);

  add(low: number, high: number, owner: number): void {
    if (this.#count * 4 >= this.#capacity * 3) this.#grow();
    let slot = low & (this.#capacity - 1);
    for (let other = this.#owners[slot]; other !== undefined && other !== 0; other = this.#owners[slot]) {
      if (other === owner + 1 && this.#low[slot] === low && this.#high[slot] === high) return;
      slot = (slot + 1) & (this.#capacity - 1);
    }
    this.#put(slot, low, high, owner);
  }

  firstOr(low: number, high: number, owner: number): number {
    if (this.#count * 4 >= this.#capacity * 3) this.#grow();
    let slot = low & (this.#capacity - 1);
    for (let other = this.#owners[slot]; other !== undefined && other !== 0; other = this.#owners[slot]) {
      if (this.#low[slot] === low && this.#high[slot] === high) return other - 1;
      slot = (slot + 1) & (this.#capacity - 1);
    }
    this.#put(slot, low, high, owner);
    return owner;
  }

  first(low: number, high: number): number | undefined {
    let slot = low & (this.#capacity - 1);
    for (let owner = this.#owners[slot]; owner !== undefined && owner !== 0; owner = this.#owners[slot]) {
      if (this.#low[slot] === low && this.#high[slot] === high) return owner - 1;
      slot = (slot + 1) & (this.#capacity - 1);
    }
    return undefined;
  }

  find(low: number, high: number): number[] {
    const found: number[] = [];
    let slot = low & (this.#capacity - 1);
    for (let owner = this.#owners[slot]; owner !== undefined && owner !== 0; owner = this.#owners[slot]) {
      if (this.#low[slot] === low && this.#high[slot] === high) found.push(owner - 1);
      slot = (slot + 1) & (this.#capacity - 1);
    }
    return found;
  }

  #put(slot: number, low: number, high: number, owner: number): void {
    this.#low[slot] = low;
    this.#high[slot] = high;
    this.#owners[slot] = owner + 1;
    this.#count += 1;
  }

  #grow(): void {
    const low = this.#low;
    const high = this.#high;
    const owners = this.#owners;
    this.#capacity *= 2;
    this.#count = 0;
    this.#low = new Uint32Array(this.#capacity);
    this.#high = new Uint32Array(this.#capacity);
    this.#owners = new Uint32Array(this.#capacity);
    for (let from = 0; from < owners.length; from += 1) {
      const owner = owners[from] ?? 0;
      if (owner === 0) continue;
      let slot = (low[from] ?? 0) & (this.#capacity - 1);
      while (this.#owners[slot] !== 0) slot = (slot + 1) & (this.#capacity - 1);
      this.#put(slot, low[from] ?? 0, high[from] ?? 0, owner - 1);
    }
  }
}
