import type { ReactiveControllerHost } from "lit";
import type { ListPage } from "./client.ts";
import { keepLive } from "./live.ts";
import { Loader } from "./loader.ts";

/** A list of more is not kept up to date by itself. */
const MOST_LIVE = 200;

/** Loads a list page by page, and keeps as much of it up to date as is shown. */
export class PagedLoader<Item> extends Loader<ListPage<Item>> {
  readonly #ask: (after?: string) => Promise<ListPage<Item>>;

  /** @param ask - asks for the page after an earlier one's `next`, or the first */
  constructor(host: ReactiveControllerHost, ask: (after?: string) => Promise<ListPage<Item>>) {
    super(host);
    this.#ask = ask;
    keepLive(host, () => this.#keepUp());
  }

  /** Loads the first page of another list. */
  async loadFirst(): Promise<void> {
    await this.load(() => this.#ask());
  }

  /** Loads as much again as is shown. */
  async reload(): Promise<void> {
    await this.load(() => this.#askShown(), { keeps: true });
  }

  /** Loads the page after those that are shown, if there is one. */
  async showMore(): Promise<void> {
    const { value, isLoading } = this;
    if (value === undefined || value.next === null || isLoading) return;
    const { next, data } = value;
    await this.load(
      async () => {
        const more = await this.#ask(next);
        return { data: [...data, ...more.data], next: more.next };
      },
      { keeps: true },
    );
  }

  /** Not for very many every few seconds. */
  async #keepUp(): Promise<boolean> {
    if ((this.value?.data.length ?? 0) > MOST_LIVE) return true;
    return this.refresh(() => this.#askShown());
  }

  async #askShown(): Promise<ListPage<Item>> {
    const shown = this.value?.data.length ?? 0;
    const page = await this.#ask();
    while (page.data.length < shown && page.next !== null) {
      const more = await this.#ask(page.next);
      page.data.push(...more.data);
      page.next = more.next;
    }
    return page;
  }
}
