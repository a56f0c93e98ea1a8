import { html, type Html } from "../../../../shared/html.ts";
import { lookSearch } from "../look.ts";
import { codeBlock, stateMarkup } from "../markup.ts";
import { findState } from "../states.ts";
import { THEMES, type Theme } from "../themes.ts";
import { galleryPage, GALLERY_PATHS, type GalleryScene } from "./frame.ts";

/** What shows most of a theme: a notice with the choice of gateways, and a result. */
const SHOWN = ["declined", "complete"];

/** Every sample theme in light and dark, each with its style sheet. */
export function themesPage(scene: GalleryScene): string {
  return galleryPage(scene, {
    section: "themes",
    title: "Three themes",
    text: "Style sheets of custom properties and parts, and nothing else. Take one as a beginning.",
    isEveryTheme: true,
    content: html`${THEMES.map((theme) => themeSection(scene, theme))}`,
  });
}

function themeSection({ look, shopUrl }: GalleryScene, theme: Theme): Html {
  const { id, title, text, css } = theme;
  const states = SHOWN.flatMap((name) => findState(name) ?? []);
  return html`<section class="theme" id="theme-${id}" aria-labelledby="title-${id}">
    <header>
      <h2 id="title-${id}">${title}</h2>
      <p class="muted">
        ${text} <a href="${GALLERY_PATHS.states}${lookSearch({ ...look, theme })}">Every state of it</a>
      </p>
    </header>
    ${(["light", "dark"] as const).map(
      (scheme) =>
        html`<div class="theme-${id} scheme-${scheme} tiles">
          ${states.map(
            (state) =>
              html`<div class="stage" data-state="${state.id}">${stateMarkup(state, shopUrl, look.language.tag)}</div>`,
          )}
        </div>`,
    )}
    <details>
      <summary>The style sheet of ${title}</summary>
      ${codeBlock(css, "CSS", title)}
    </details>
  </section>`;
}
