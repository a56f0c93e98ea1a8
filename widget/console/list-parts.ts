import { html } from "lit";
import type { TemplateResult } from "lit";
import { renderProblem, renderSkeleton } from "./console-part.ts";
import { listAddress } from "./routes.ts";
import type { ListSection } from "./routes.ts";
import type { PagedLoader } from "./paged-loader.ts";

/** The most elements that a list asks for at once. */
export const PAGE = 50;

/** Renders the filters of a list, which go into the address as soon as they are chosen. */
export function renderFilters(section: ListSection, fields: TemplateResult): TemplateResult {
  const filter = (event: Event): void => {
    event.preventDefault();
    const given = new FormData(event.currentTarget as HTMLFormElement);
    const query = [...given].flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : []));
    location.hash = listAddress(section, Object.fromEntries(query));
  };
  return html`<form class="filters" aria-label="Filters" @change=${filter} @submit=${filter}>
    ${fields}
    <a class="button quiet" href=${listAddress(section, {})}>Clear</a>
  </form>`;
}

/** Renders one choice among several, the first of them `All`. */
export function renderSelect(
  label: string,
  name: string,
  options: readonly (readonly [value: string, text: string])[],
  chosen: string | undefined,
): TemplateResult {
  return html`<label
    >${label}
    <select name=${name}>
      ${[["", "All"] as const, ...options].map(([value, text]) => html`<option value=${value} ?selected=${value === (chosen ?? "")}>${text}</option>`)}
    </select>
  </label>`;
}

/** Renders what a list has loaded: its rows and a way to more of them, that there is none, or what went wrong. */
export function renderList<Item>(
  list: PagedLoader<Item>,
  query: Readonly<Record<string, string>>,
  renderRows: (items: readonly Item[]) => unknown,
): TemplateResult {
  const { value, problem, isLoading } = list;
  const isFiltered = Object.keys(query).length > 0;
  return html`${renderProblem(problem)} ${isLoading && value === undefined ? renderSkeleton() : ""}
  ${
    value?.data.length === 0
      ? html`<p class="card pad muted" role="status">
          ${isFiltered ? "Nothing matches these filters." : "There is none yet."}
        </p>`
      : ""
  }
  ${value === undefined || value.data.length === 0 ? "" : html`<ul class="card rows">${renderRows(value.data)}</ul>`}
  ${
    value === undefined || value.next === null
      ? ""
      : html`<button class="button" aria-disabled=${isLoading} @click=${() => void list.showMore()}>Show more</button>`
  }`;
}
