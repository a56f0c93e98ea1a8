/** Numbers few different words, so that a {@link Column} can hold them. */
export class Words {
  readonly #numbers = new Map<string, number>();
  readonly #words: (string | undefined)[] = [undefined];

  /** Gives the number of a word, from 1 on; 0 is that of none. */
  number(word: string | undefined): number {
    if (word === undefined) return 0;
    const known = this.#numbers.get(word);
    if (known !== undefined) return known;
    const number = this.#words.push(word) - 1;
    this.#numbers.set(word, number);
    return number;
  }

  word(number: number): string | undefined {
    return this.#words[number];
  }
}
