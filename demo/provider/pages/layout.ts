import { html, type Html } from "../../../shared/html.ts";

/** Wraps a page of the provider: one style sheet, one script, and the word that nothing of it is real. */
export function layout(title: string, content: Html, { isWide = false } = {}): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <link rel="stylesheet" href="/provider.css" />
        <link rel="icon" href="data:," />
        <script type="module" src="/frame-size.js"></script>
      </head>
      <body>
        <main class="${isWide ? "wide" : ""}">
          <header class="masthead">
            <a class="brand" href="/" target="_top">${MARK}Simulated provider</a>
            <p class="notice">${WARNING} No real money</p>
          </header>
          ${content}
        </main>
      </body>
    </html>`.text;
}

const MARK = html`<svg width="28" height="28" viewBox="0 0 28 28" aria-hidden="true">
  <rect width="28" height="28" rx="8" fill="#0f766e" />
  <path
    d="M8 17.5c2.2 0 2.2-7 4.4-7s2.2 7 4.4 7 2.2-7 4.4-7"
    fill="none"
    stroke="#ffffff"
    stroke-width="2.25"
    stroke-linecap="round"
  />
</svg>`;

const WARNING = html`<svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
  <path d="M8 1.5 15 14H1z" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linejoin="round" />
  <path d="M8 6v4M8 11.5v.5" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" />
</svg>`;
