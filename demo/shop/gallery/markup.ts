import { html, Html } from "../../../shared/html.ts";
import { sampleId } from "./samples.ts";
import { samplePath, sampleSecret } from "./sample-server.ts";
import type { GalleryState } from "./state.ts";

/** Writes the element as a page has it: one attribute a line where there are several; an empty value is left out. */
export function elementMarkup(attributes: Readonly<Record<string, string>>, content?: Html): Html {
  const pairs = Object.entries(attributes);
  const [before, after] = pairs.length > 1 ? ["\n  ", "\n"] : [" ", ""];
  const written = pairs.map(([name, value]) =>
    value === "" ? html`${before}${name}` : html`${before}${name}="${value}"`,
  );
  return html`<offsite-checkout${written}${after}>${content && html`\n  ${content}\n`}</offsite-checkout>`;
}

/** Writes the element in a state of the sample server at `shopUrl`, in a language. */
export function stateMarkup(state: GalleryState, shopUrl: string, languageTag: string): Html {
  const named = state.view === "offer" || isStranger(state);
  return elementMarkup(
    {
      server: shopUrl + samplePath(state.id),
      ...(named ? {} : { session: sampleId(state), "client-secret": sampleSecret() }),
      ...state.attributes,
      ...(languageTag === "en" ? {} : { locale: languageTag }),
    },
    contentOf(state, shopUrl),
  );
}

/** Shows HTML or CSS as text to copy; `about` says of what. */
export function codeBlock(code: Html | string, language: "HTML" | "CSS", about: string): Html {
  const text = code instanceof Html ? code.text : code;
  return html`<div class="code">
    <div class="bar small muted"><span>${language}</span></div>
    <pre role="group" aria-label="${language}: ${about}"><code>${text}</code></pre>
  </div>`;
}

function contentOf({ id, hasLink, slotted }: GalleryState, shopUrl: string): Html | undefined {
  if (hasLink) return html`<a href="${shopUrl}/gallery?state=${id}">Check out</a>`;
  return slotted === undefined ? undefined : html`<p slot="${id}" dir="auto">${slotted}</p>`;
}

/** The customer is back in a browser that has no secret: only the page's address names the session. */
function isStranger({ view }: GalleryState): boolean {
  return view === "unconfirmed";
}
