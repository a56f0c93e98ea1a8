import { readFileSync } from "node:fs";
import { Router } from "@koa/router";
import type { Context, Middleware } from "koa";
import { readLook } from "./look.ts";
import { languagesPage } from "./pages/languages-page.ts";
import { presentationsPage } from "./pages/presentations-page.ts";
import { GALLERY_PATHS, type GalleryScene } from "./pages/frame.ts";
import { statesPage } from "./pages/states-page.ts";
import { themesPage } from "./pages/themes-page.ts";
import { GALLERY_PRESENTATIONS } from "./presentations.ts";
import { findState } from "./states.ts";
import { GALLERY_STYLE } from "./style.ts";
import { themePath, THEMES, THEMES_SIDE_BY_SIDE } from "./themes.ts";

const SCRIPT = readFileSync(new URL("../public/gallery.js", import.meta.url), "utf8");

/** Builds the gallery's addresses: every state, language, theme and presentation of the element. */
export function galleryRoutes(options: {
  shopUrl: () => string;
  serverUrl: string;
  countCart: (ctx: Context) => number;
  /** Lets the page's elements call the sample server, too. */
  allowSamples: Middleware;
}): Router {
  const { shopUrl, serverUrl, countCart, allowSamples } = options;
  const router = new Router();
  const show = (path: string, render: (scene: GalleryScene, ctx: Context) => string | undefined): void => {
    router.get(path, allowSamples, (ctx) => {
      const scene = { look: readLook(ctx.query), shopUrl: shopUrl(), serverUrl, cartCount: countCart(ctx) };
      const page = render(scene, ctx);
      if (page === undefined) return;
      ctx.type = "html";
      ctx.body = page;
    });
  };
  const stateOf = ({ query }: Context) => findState(String(query["state"]));

  show(GALLERY_PATHS.states, (scene, ctx) => statesPage(scene, stateOf(ctx)));
  show(GALLERY_PATHS.languages, (scene, ctx) => languagesPage(scene, stateOf(ctx)));
  show(GALLERY_PATHS.themes, (scene) => themesPage(scene));
  show(GALLERY_PATHS.presentations, (scene, { query }) => {
    const [first] = GALLERY_PRESENTATIONS;
    const shown = GALLERY_PRESENTATIONS.find(({ id }) => id === query["presentation"]) ?? first;
    return shown && presentationsPage(scene, shown);
  });
  serve(router, "/gallery.css", "css", GALLERY_STYLE);
  serve(router, "/gallery.js", "js", SCRIPT);
  serve(router, themePath("side-by-side"), "css", THEMES_SIDE_BY_SIDE);
  for (const { id, css } of THEMES) serve(router, themePath(id), "css", css);
  return router;
}

function serve(router: Router, path: string, type: "css" | "js", body: string): void {
  router.get(path, (ctx) => {
    ctx.type = type;
    ctx.body = body;
  });
}
