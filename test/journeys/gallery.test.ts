import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Page, Permission } from "puppeteer-core";
import { LANGUAGES } from "../../demo/shop/gallery/languages.ts";
import { GALLERY_PRESENTATIONS } from "../../demo/shop/gallery/presentations.ts";
import type { GalleryState } from "../../demo/shop/gallery/state.ts";
import { STATES } from "../../demo/shop/gallery/states.ts";
import { THEMES } from "../../demo/shop/gallery/themes.ts";
import { en } from "../../widget/words/en.ts";
import { findViolations } from "../support/axe-in-page.ts";
import { choose } from "../support/depth.ts";
import { Customer } from "./customer.ts";
import { Stage, until } from "./stage.ts";

/** Every element names its landmarks alike, and no page but this one has more than one of them. */
const WITHOUT = { without: ["landmark-unique"] };

let stage: Stage;
before(async () => {
  stage = await Stage.open();
});
after(() => stage.close());

/** Opens a page of the gallery; `troubles` are what its console calls errors, with the address that each is about. */
async function open(customer: Customer, path: string): Promise<string[]> {
  const troubles: string[] = [];
  customer.page.on("console", (message) => {
    if (message.type() === "error") troubles.push(`${message.text()} ${message.location().url ?? ""}`);
  });
  customer.page.on("pageerror", (error) => troubles.push(String(error)));
  await customer.page.emulateMediaFeatures([{ name: "prefers-reduced-motion", value: "reduce" }]);
  await customer.page.goto(`${stage.demo.urls.shop}/gallery${path}`);
  return troubles;
}

/** What a state's element shows, in words: its view, and its title where it has one. */
function describeState({ id, view, says, isModal = false }: GalleryState): string {
  const words = says === undefined ? undefined : en[says];
  return [id, isModal ? "start" : view, Array.isArray(words) ? words[0] : ""].join(" | ");
}

/** Reads the same from the page. */
function readStates(page: Page): Promise<string[]> {
  return page.$$eval("[data-state]", (stages) =>
    stages.map((stage) => {
      const root = stage.querySelector("offsite-checkout")?.shadowRoot;
      const view = root?.querySelector("[part~=base]")?.part.item(1)?.replace("view-", "") ?? "nothing";
      const title = root?.querySelector("[part~=title], [part~=heading]")?.textContent?.trim() ?? "";
      return [(stage as HTMLElement).dataset["state"], view, title].join(" | ");
    }),
  );
}

/** Leaves of what every element shows alike, and of the page around them, so much that looking takes seconds. */
async function hideRepeated(page: Page): Promise<void> {
  await page.evaluate(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(".state:not(#state-start) offsite-checkout::part(summary), .code, .contents{display:none}");
    document.adoptedStyleSheets = [sheet];
  });
}

async function showTheme(page: Page, href: string, scheme: string): Promise<void> {
  await page.evaluate(
    async (href, scheme) => {
      document.querySelector("link[data-theme]")?.remove();
      document.querySelector("main > :last-child")?.setAttribute("class", `page-${scheme}`);
      const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href });
      link.dataset["theme"] = "";
      const loaded = new Promise((resolve) => link.addEventListener("load", resolve));
      document.head.append(link);
      await loaded;
    },
    href,
    scheme,
  );
}

describe("the gallery", { concurrency: 2 }, () => {
  test("shows every state as it should be, clean in light, dark and every theme, and nothing is refused", async () => {
    await using customer = await Customer.visit(stage);
    const { page } = customer;
    const troubles = await open(customer, "");
    const expected = STATES.map(describeState);
    let shown: string[] = [];
    await until(async () => (shown = await readStates(page)).join() === expected.join(), "every state").catch(() =>
      assert.deepEqual(shown, expected),
    );
    assert.deepEqual(await findViolations(page, WITHOUT), []);
    await hideRepeated(page);
    const hrefs = ["/gallery.css", ...THEMES.map(({ id }) => `/themes/${id}.css`)];
    const looks = hrefs.flatMap((href) => ["light", "dark"].map((scheme) => ({ href, scheme })));
    // Each theme in one of its two schemes.
    for (const { href, scheme } of choose(
      "looks of the gallery",
      looks,
      (look) => (looks.indexOf(look) % 4) % 3 === 0,
    )) {
      await showTheme(page, href, scheme);
      assert.deepEqual(await findViolations(page, { only: ["color-contrast"] }), [], `${href} ${scheme}`);

      await page.setViewport({ width: 320, height: 800 });
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 320, `${href} ${scheme}`);
      await page.setViewport({ width: 1280, height: 800 });
    }
    const failing = STATES.filter(({ mishaps }) => mishaps !== undefined).map(({ id }) => `/gallery/server/${id}/`);
    assert.deepEqual(
      troubles.filter((text) => !text.startsWith("Failed to load") || !failing.some((path) => text.includes(path))),
      [],
    );
  });

  test("opens the dialog where that state is alone, and Escape calls the attempt off", async () => {
    await using customer = await Customer.visit(stage);
    const { page } = customer;
    const troubles = await open(customer, "?state=overlay&scheme=dark");
    await page.waitForSelector("offsite-checkout >>> dialog:modal");
    const frame = await page.waitForFrame((frame) => frame.url().startsWith(stage.demo.urls.provider));
    await frame.waitForSelector("h1");
    assert.deepEqual(await findViolations(page, WITHOUT), []);
    await page.focus("offsite-checkout >>> [part=cancel]");
    await page.keyboard.press("Escape");
    await customer.seesInElement(en.cancelled[0]);
    assert.deepEqual(troubles, []);
  });

  test("shows every language in its own words, and every theme in light and dark", async () => {
    await using customer = await Customer.visit(stage);
    const { page } = customer;
    const troubles = await open(customer, "/languages");
    const read = () =>
      page.$$eval("offsite-checkout", (elements) =>
        elements.map((element) =>
          element.shadowRoot?.querySelector("[part~=view-start]")?.getAttribute("lang")?.slice(0, 2),
        ),
      );
    const tags = LANGUAGES.map(({ tag }) => tag).join();
    await until(async () => (await read()).join() === tags, `the languages ${tags}`);
    assert.deepEqual(await findViolations(page, WITHOUT), []);
    await page.goto(`${stage.demo.urls.shop}/gallery/themes`);
    await page.waitForFunction(() =>
      [...document.querySelectorAll("offsite-checkout")].every((element) =>
        element.shadowRoot?.querySelector("[part~=view-start], [part~=view-complete]"),
      ),
    );
    assert.deepEqual(await findViolations(page, WITHOUT), []);
    assert.deepEqual(troubles, []);
  });

  test("needs no JavaScript to choose a look and to read the HTML", async () => {
    await using customer = await Customer.visit(stage, { hasJavaScript: false });
    const { page } = customer;
    await open(customer, "");
    await page.select("select[name=theme]", "ledger");
    await page.select("select[name=scheme]", "dark");
    await customer.follow("form.look button");
    assert.equal(new URL(page.url()).search, "?theme=ledger&language=en&scheme=dark");
    assert.match(await page.$eval("#state-declined code", (code) => code.textContent ?? ""), /^<offsite-checkout\n/);
    assert.equal((await page.$$(".code button")).length, 0);
  });

  test("copies the HTML, or selects it where the browser forbids that", async () => {
    await using customer = await Customer.visit(stage);
    const { page } = customer;
    const troubles = await open(customer, "?state=complete");
    const press = async (answer: string) => {
      await page.click(".state .code button");
      await page.waitForFunction(
        (answer: string) => document.querySelector(".state .code button")?.textContent === answer,
        {},
        answer,
      );
    };
    await page.emulateFocusedPage(true);
    const html = await page.$eval(".state code", (code) => code.textContent);
    const allow = (...permissions: Permission[]) =>
      page.browserContext().overridePermissions(stage.demo.urls.shop, permissions);
    await allow();
    await press("Selected");
    assert.equal(await page.evaluate(() => String(window.getSelection())), html);
    await allow("clipboard-read", "clipboard-sanitized-write");
    await press("Copied");
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), html);
    assert.deepEqual(troubles, []);
  });

  const presentations = choose("presentations of the gallery", GALLERY_PRESENTATIONS, ({ id }) => id === "auto");
  for (const { id, attributes } of presentations) {
    test(`plays the presentation ${id} for real`, async () => {
      await using customer = await Customer.visit(stage);
      const { page } = customer;
      const troubles = await open(customer, `/presentations?presentation=${id}`);
      if (id === "popup") {
        const popup = await customer.pressPayForWindow();
        await popup.click("button[value=pay]");
      } else {
        const button = await page.waitForSelector("offsite-checkout >>> [part=button]");
        await button?.click();
        // By itself, the customer chooses among the gateways first.
        if (attributes["gateway"] === undefined) await page.waitForSelector("offsite-checkout >>> [part=gateways]");
        await customer.choose(
          await (attributes["gateway"] === undefined ? customer.pressPay() : customer.atProvider()),
          "pay",
        );
      }
      await customer.seesInElement(en.complete[0]);
      assert.deepEqual(troubles, []);
    });
  }
});
