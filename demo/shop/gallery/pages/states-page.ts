import { html, type Html } from "../../../../shared/html.ts";
import { lookSearch } from "../look.ts";
import { codeBlock, stateMarkup } from "../markup.ts";
import type { GalleryState, Play } from "../state.ts";
import { STATE_GROUPS } from "../states.ts";
import { galleryPage, GALLERY_PATHS, languageChoice, pageHead, themeChoice, type GalleryScene } from "./frame.ts";

const ABOUT =
  "What customers see, one state after the other. Each element is the real one, and asks a sample server of this " +
  "shop: its HTML shows the same on a page of yours, once the button is pressed where it takes that.";

/** Every state of the element, or the one that is asked for, each with its HTML. */
export function statesPage(scene: GalleryScene, only?: GalleryState): string {
  const { look } = scene;
  return galleryPage(scene, {
    section: "states",
    title: only?.title ?? "Every state",
    text: only?.text ?? ABOUT,
    choices: html`${only && html`<input type="hidden" name="state" value="${only.id}" />`}
    ${themeChoice(look)} ${languageChoice(look)}`,
    content: html`${only === undefined ? contents() : html`<p><a href="${GALLERY_PATHS.states}${lookSearch(look)}">All states</a></p>`}
      <section class="once">
        <h2>Once in the page</h2>
        ${pageHead(scene)}
      </section>
      ${
        only === undefined
          ? STATE_GROUPS.map(
              ({ title, states }) =>
                html`<section class="states" aria-label="${title}">
                  <h2>${title}</h2>
                  ${states.map((state) => stateSection(scene, state))}
                </section>`,
            )
          : html`<section class="state" id="state-${only.id}" aria-label="${only.title}">
              ${stage(scene, only, only.play)}
            </section>`
      }`,
  });
}

function contents(): Html {
  return html`<nav class="contents small" aria-label="States">
    ${STATE_GROUPS.map(
      ({ title, states }) =>
        html`<div>
          <p class="name">${title}</p>
          <ul>
            ${states.map(({ id, title }) => html`<li><a href="#state-${id}">${title}</a></li>`)}
          </ul>
        </div>`,
    )}
  </nav>`;
}

function stateSection(scene: GalleryScene, state: GalleryState): Html {
  const { id, title, text, play, isModal = false } = state;
  const address = `${GALLERY_PATHS.states}${lookSearch(scene.look, { state: id })}`;
  return html`<section class="state" id="state-${id}" aria-labelledby="title-${id}">
    <header>
      <h3 id="title-${id}">${title}</h3>
      <p class="muted">${text} ${isModal && html`<a href="${address}">See it open.</a>`}</p>
    </header>
    ${stage(scene, state, isModal ? undefined : play)}
    <p class="small alone"><a href="${address}" aria-label="${title} alone on a page">Alone on a page</a></p>
  </section>`;
}

/** The element in a state, how it gets there, and its HTML. */
function stage({ look, shopUrl }: GalleryScene, state: GalleryState, play: Play | undefined): Html {
  const markup = stateMarkup(state, shopUrl, look.language.tag);
  // Some come about only while the page's address names their session, which the page's script sees to.
  const isLater = play === "return" || play === "wait";
  return html`<div class="stage" data-state="${state.id}" ${play && html`data-play="${play}"`}>
      ${isLater ? html`<template>${markup}</template>` : markup}
    </div>
    ${codeBlock(markup, "HTML", state.title)}`;
}
