import { html } from "../../../../shared/html.ts";
import { LANGUAGES } from "../languages.ts";
import { codeBlock, stateMarkup } from "../markup.ts";
import type { GalleryState } from "../state.ts";
import { STATES } from "../states.ts";
import { choice, galleryPage, themeChoice, type GalleryScene } from "./frame.ts";

/** States that need nothing to be done: as many elements as there are languages show one at once. */
const QUIET = STATES.filter(({ play, view }) => play === undefined && view !== "loading");

/** One state in every language. */
export function languagesPage(scene: GalleryScene, asked?: GalleryState): string {
  const { look, shopUrl } = scene;
  const state = QUIET.find(({ id }) => id === asked?.id) ?? QUIET.find(({ id }) => id === "declined") ?? QUIET[0];
  return galleryPage(scene, {
    section: "languages",
    title: "Every language",
    text: "Taken from the attribute locale, else from the page. English is in the script, the others come when they are needed.",
    choices: html`${choice(
      "state",
      "State",
      QUIET.map(({ id, title }) => [id, title] as const),
      state?.id ?? "",
    )}${themeChoice(look)}`,
    content: html`<div class="tiles">
      ${
        state &&
        LANGUAGES.map(({ tag, name }) => {
          const markup = stateMarkup(state, shopUrl, tag);
          return html`<section class="state" id="language-${tag}" aria-labelledby="title-${tag}">
            <h2 id="title-${tag}">${name}</h2>
            <div class="stage" data-state="${state.id}">${markup}</div>
            <details>
              <summary class="small">HTML</summary>
              ${codeBlock(markup, "HTML", name)}
            </details>
          </section>`;
        })
      }
    </div>`,
  });
}
