/**
 * Keeps pictures of the demo's gallery in every engine that is installed, for a phone and a desk, in light and dark,
 * from right to left and, in Chromium, in forced colours:
 *
 *     node test/journeys/gallery-screenshots.ts <folder>
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { launch, type Browser } from "puppeteer-core";
import { findFirefox } from "../support/browser.ts";
import { WebKit, webKitFault } from "../support/web-driver.ts";
import { Stage } from "./stage.ts";

/** Waiting takes a second or two, and what is asked of the server stays unanswered for as long as the page is open. */
const SETTLE_MS = 4000;
/** After it was scrolled, a page is not at once seen where it is. */
const PAINT_MS = 500;
const HEIGHT = 900;
/** Of a window twice as high, WebKit gives a black picture. */
const HIGHEST = 8000;
const WIDTHS = [360, 1280];
const PAGES: Readonly<Record<string, string>> = {
  "states-light": "/gallery?scheme=light",
  "states-dark": "/gallery?scheme=dark",
  "states-arabic": "/gallery?language=ar",
  languages: "/gallery/languages",
  themes: "/gallery/themes",
  frame: "/gallery?state=frame",
  overlay: "/gallery?state=overlay",
  "overlay-dark": "/gallery?state=overlay&scheme=dark&language=he",
  window: "/gallery?state=window",
};

/** Opens a page at a width, and gives pictures of all of it, or of the window where a dialog is over it. */
type Picture = (url: string, width: number) => Promise<Uint8Array[]>;

const settle = (durationMs = SETTLE_MS) => new Promise((resolve) => setTimeout(resolve, durationMs));

const byPuppeteer =
  (browser: Browser, { isForced = false } = {}): Picture =>
  async (url, width) => {
    const page = await browser.newPage();
    try {
      await page.setViewport({ width, height: HEIGHT });
      // puppeteer's own command knows fewer features than Chromium.
      const features = [{ name: "forced-colors", value: "active" }];
      if (isForced) await (await page.createCDPSession()).send("Emulation.setEmulatedMedia", { features });
      await page.goto(url, { waitUntil: "domcontentloaded" });
      await settle();
      return [await page.screenshot({ fullPage: !url.includes("overlay") })];
    } finally {
      await page.close();
    }
  };

/** The driver shows no more than the window, which can be higher than any screen but no narrower than 447 pixels. */
const byWebKit =
  (webKit: WebKit): Picture =>
  async (url, width) => {
    const isWhole = !url.includes("overlay");
    await webKit.command("POST", "/window/rect", { width, height: isWhole ? HIGHEST : HEIGHT });
    await webKit.goto(url);
    await settle();
    const [all, seen] = await webKit.evaluate<[number, number]>(
      "return [arguments[0] ? document.documentElement.scrollHeight : 0, innerHeight]",
      isWhole,
    );
    const pictures = [await webKit.screenshot()];
    for (let top = seen; top < all; top += seen) {
      await webKit.evaluate("scrollTo(0, arguments[0])", top);
      await settle(PAINT_MS);
      pictures.push(await webKit.screenshot());
    }
    return pictures;
  };

/** An engine's name, what takes its pictures, and how it is ended. */
interface Engine {
  name: string;
  picture: Picture;
  close?: () => Promise<void>;
}

/** Starts the engines that are installed beside Chromium; what is missing is said. */
async function startOthers(): Promise<Engine[]> {
  const engines: Engine[] = [];
  const executablePath = findFirefox();
  if (executablePath === undefined) process.stderr.write("left Firefox out: it is not installed\n");
  else {
    const firefox = await launch({ browser: "firefox", executablePath });
    engines.push({ name: "firefox", picture: byPuppeteer(firefox), close: () => firefox.close() });
  }
  const fault = webKitFault();
  if (fault === undefined) {
    const webKit = await WebKit.launch();
    engines.push({ name: "webkit", picture: byWebKit(webKit), close: () => webKit.close() });
  } else process.stderr.write(`left WebKit out: ${fault}\n`);
  return engines;
}

async function keep(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const stage = await Stage.open();
  const engines: Engine[] = [
    { name: "chromium", picture: byPuppeteer(stage.browser) },
    { name: "forced", picture: byPuppeteer(stage.browser, { isForced: true }) },
  ];
  try {
    engines.push(...(await startOthers()));
    for (const { name, picture } of engines) {
      for (const [page, path] of Object.entries(PAGES)) {
        for (const width of WIDTHS) {
          for (const [index, one] of (await picture(stage.demo.urls.shop + path, width)).entries()) {
            await writeFile(join(folder, `${name}-${page}-${width}${index === 0 ? "" : `-${index + 1}`}.png`), one);
          }
        }
      }
    }
  } finally {
    for (const { close } of engines) await close?.();
    await stage.close();
  }
}

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("name the folder for the pictures");
await keep(folder);
