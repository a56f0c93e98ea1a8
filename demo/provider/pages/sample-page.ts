import { html } from "../../../shared/html.ts";
import { layout } from "./layout.ts";

/** What a sample session leads to: a place for a payment page, where nothing can be paid. */
export function samplePage(): string {
  return layout(
    "Sample",
    html`<section class="card pay">
      <div class="to">
        <h1>The provider's page</h1>
        <p class="muted">
          This is a sample, and nothing can be paid here. The shop's checkout leads to a page that can be paid on.
        </p>
      </div>
    </section>`,
  );
}
