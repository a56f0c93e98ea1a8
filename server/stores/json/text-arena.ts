/** Where an arena keeps a text: its first block, and its length in bytes. */
export interface Place {
  readonly block: number;
  readonly length: number;
}

const BLOCK_LENGTH = 32;
const SLAB_BLOCKS = 8192;
/** The longest text, in blocks, whose room is used again for another; longer ones are rare and stand alone. */
const LARGEST_SHARED = 2048;

/**
 * Holds many texts as UTF-8 outside the garbage-collected heap, which would grow to a multiple of them and stop the
 * process for as long as it takes to look through them. Room is given in blocks; what is freed is given again to a
 * text of as many blocks.
 */
export class TextArena {
  readonly #slabs: Buffer[] = [];
  /** Freed places, by how many blocks they have. */
  readonly #free = new Map<number, number[]>();
  /** Texts that stand alone, by the negative number that is their block. */
  readonly #alone = new Map<number, Buffer>();
  #nextAlone = -1;
  #nextBlock = 0;

  /** Takes in a text. */
  write(text: string): Place {
    const length = Buffer.byteLength(text);
    const block = this.#take(length);
    this.#slabOf(block).write(text, startOf(block));
    return { block, length };
  }

  /** Takes in a text that is UTF-8 already. */
  copy(bytes: Uint8Array): Place {
    const { length } = bytes;
    const block = this.#take(length);
    this.#slabOf(block).set(bytes, startOf(block));
    return { block, length };
  }

  read(place: Place): string {
    return this.bytes(place).toString();
  }

  /** Gives the bytes themselves: they are another text's as soon as the place is freed. */
  bytes({ block, length }: Place): Buffer {
    const start = startOf(block);
    return this.#slabOf(block).subarray(start, start + length);
  }

  free({ block, length }: Place): void {
    if (this.#alone.delete(block)) return;
    const count = blockCount(length);
    const places = this.#free.get(count);
    if (places === undefined) this.#free.set(count, [block]);
    else places.push(block);
  }

  #slabOf(block: number): Buffer {
    const slab = block < 0 ? this.#alone.get(block) : this.#slabs[Math.floor(block / SLAB_BLOCKS)];
    if (slab === undefined) throw new RangeError(`there is no block ${block}`);
    return slab;
  }

  #take(length: number): number {
    const count = blockCount(length);
    if (count > LARGEST_SHARED) {
      this.#alone.set(this.#nextAlone, Buffer.allocUnsafeSlow(length));
      this.#nextAlone -= 1;
      return this.#nextAlone + 1;
    }
    const freed = this.#free.get(count)?.pop();
    if (freed !== undefined) return freed;
    const left = SLAB_BLOCKS * this.#slabs.length - this.#nextBlock;
    if (left < count) {
      // The rest of the slab, which is shorter than any text that is shared, is used by a shorter one.
      if (left > 0) this.free({ block: this.#nextBlock, length: left * BLOCK_LENGTH });
      this.#nextBlock = SLAB_BLOCKS * this.#slabs.length;
      this.#slabs.push(Buffer.allocUnsafeSlow(SLAB_BLOCKS * BLOCK_LENGTH));
    }
    const block = this.#nextBlock;
    this.#nextBlock += count;
    return block;
  }
}

/** Where a block begins in its slab; a text that stands alone has one to itself. */
function startOf(block: number): number {
  return block < 0 ? 0 : (block % SLAB_BLOCKS) * BLOCK_LENGTH;
}

function blockCount(length: number): number {
  return Math.max(1, Math.ceil(length / BLOCK_LENGTH));
}
