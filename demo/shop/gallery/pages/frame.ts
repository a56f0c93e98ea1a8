import { html, type Html } from "../../../../shared/html.ts";
import { layout } from "../../pages/layout.ts";
import { LANGUAGES } from "../languages.ts";
import { lookSearch, SCHEMES, type Look } from "../look.ts";
import { THEMES, themePath } from "../themes.ts";
import { codeBlock } from "../markup.ts";

/** What every page of the gallery is made with. */
export interface GalleryScene {
  look: Look;
  /** The origin that the page was asked for at. */
  shopUrl: string;
  serverUrl: string;
  cartCount: number;
}

/** The gallery's pages. */
export const GALLERY_PATHS = {
  states: "/gallery",
  languages: "/gallery/languages",
  themes: "/gallery/themes",
  presentations: "/gallery/presentations",
} as const;

const SECTIONS: readonly [name: keyof typeof GALLERY_PATHS, title: string][] = [
  ["states", "States"],
  ["languages", "Languages"],
  ["themes", "Themes"],
  ["presentations", "Presentations"],
];

/** Puts a page of the gallery together. */
export function galleryPage(
  { look, serverUrl, cartCount }: GalleryScene,
  page: {
    section: keyof typeof GALLERY_PATHS;
    title: string;
    text: string;
    content: Html;
    /** Whether the style sheet of every theme is needed, each for its own part of the page. */
    isEveryTheme?: boolean;
    /** More to choose by, as fields of the form; absent where there is nothing to choose at all. */
    choices?: Html | undefined;
  },
): string {
  const style = page.isEveryTheme ? themePath("side-by-side") : look.theme && themePath(look.theme.id);
  return layout({
    title: `Gallery: ${page.title}`,
    cartCount,
    head: html`<link rel="stylesheet" href="/gallery.css" />
      ${style !== undefined && html`<link rel="stylesheet" href="${style}" />`}
      <script type="module" src="/gallery.js"></script>
      <script type="module" src="${serverUrl}/offsite-checkout.js"></script>`,
    content: html`<header class="page-title">
        <h1>${page.title}</h1>
        <p class="muted lead">${page.text}</p>
      </header>
      <nav class="sections" aria-label="Gallery">
        ${SECTIONS.map(
          ([name, title]) =>
            html`<a href="${GALLERY_PATHS[name]}${lookSearch(look)}" ${name === page.section && html`aria-current="page"`}>${title}</a>`,
        )}
      </nav>
      ${page.choices !== undefined && lookForm(look, GALLERY_PATHS[page.section], page.choices)}
      <noscript><p class="card note">The element needs JavaScript. Its HTML is here without.</p></noscript>
      <div class="page-${look.scheme}">${page.content}</div>`,
  });
}

/** What a page has once, before any element. */
export function pageHead({ look, shopUrl, serverUrl }: GalleryScene): Html {
  const script = `<script type="module" src="${serverUrl}/offsite-checkout.js"></script>`;
  const sheet = look.theme && `<link rel="stylesheet" href="${shopUrl}${themePath(look.theme.id)}" />`;
  return codeBlock([script, sheet].filter(Boolean).join("\n"), "HTML", "the page's head");
}

/** A field to choose one of a few by. */
export function choice(
  name: string,
  label: string,
  options: readonly (readonly [value: string, title: string])[],
  chosen: string,
): Html {
  return html`<label>
    <span class="small muted">${label}</span>
    <select class="field" name="${name}">
      ${options.map(
        ([value, title]) => html`<option value="${value}" ${value === chosen && html`selected`}>${title}</option>`,
      )}
    </select>
  </label>`;
}

/** The fields of themes and languages. */
export const themeChoice = ({ theme }: Look): Html =>
  choice(
    "theme",
    "Theme",
    [["", "The element's own"], ...THEMES.map(({ id, title }) => [id, title] as const)],
    theme?.id ?? "",
  );
export const languageChoice = ({ language }: Look): Html =>
  choice(
    "language",
    "Language",
    LANGUAGES.map(({ tag, name }) => [tag, name] as const),
    language.tag,
  );

/** A form that works without JavaScript: the next page's address says what was chosen. */
function lookForm({ scheme }: Look, path: string, choices: Html): Html {
  const titles = { auto: "As the browser", light: "Light", dark: "Dark" } as const;
  return html`<form class="look" method="get" action="${path}">
    ${choices} ${choice(
      "scheme",
      "Appearance",
      SCHEMES.map((name) => [name, titles[name]] as const),
      scheme,
    )}
    <button class="button">Show</button>
  </form>`;
}
