import { html } from "../../../../shared/html.ts";
import { lookSearch } from "../look.ts";
import { codeBlock, elementMarkup } from "../markup.ts";
import { GALLERY_PRESENTATIONS, type GalleryPresentation } from "../presentations.ts";
import { galleryPage, GALLERY_PATHS, languageChoice, pageHead, themeChoice, type GalleryScene } from "./frame.ts";

/** One presentation, played for real. One at a time, as the customer comes back to the page's address. */
export function presentationsPage(scene: GalleryScene, shown: GalleryPresentation): string {
  const { look, serverUrl } = scene;
  const { attributes } = shown;
  const markup = elementMarkup(
    { ...attributes, ...(look.language.tag === "en" ? {} : { locale: look.language.tag }) },
    html`<a href="${serverUrl}/checkout?sku=${attributes.sku}">Check out</a>`,
  );
  return galleryPage(scene, {
    section: "presentations",
    title: "Every presentation",
    text: "Where customers meet the provider's page: played with the real server and the simulated provider.",
    choices: html`<input type="hidden" name="presentation" value="${shown.id}" />${themeChoice(look)}${languageChoice(look)}`,
    content: html`<nav class="sections" aria-label="Presentations">
        ${GALLERY_PRESENTATIONS.map(
          ({ id, title }) =>
            html`<a
              href="${GALLERY_PATHS.presentations}${lookSearch(look, { presentation: id })}"
              ${id === shown.id && html`aria-current="true"`}
              >${title}</a
            >`,
        )}
      </nav>
      <section class="once">
        <h2>Once in the page</h2>
        ${pageHead(scene)}
      </section>
      <section class="state" id="presentation-${shown.id}" aria-labelledby="title-${shown.id}">
        <header>
          <h2 id="title-${shown.id}">${shown.title}</h2>
          <p class="muted">${shown.text}</p>
        </header>
        <div class="stage">${markup}</div>
        ${codeBlock(markup, "HTML", shown.title)}
      </section>`,
  });
}
