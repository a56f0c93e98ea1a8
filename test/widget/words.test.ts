import ar from "../../widget/words/ar.ts";
import de from "../../widget/words/de.ts";
import fi from "../../widget/words/fi.ts";
import fr from "../../widget/words/fr.ts";
import italian from "../../widget/words/it.ts";
import ja from "../../widget/words/ja.ts";
import nb from "../../widget/words/nb.ts";
import pl from "../../widget/words/pl.ts";
import sv from "../../widget/words/sv.ts";
import { equal, includes, ok } from "./support/assert.ts";
import { settle } from "./support/clock.ts";
import { describe, it } from "./support/mocha.ts";
import { SERVER } from "./support/scripted-server.ts";
import { findPart, part, press, spoken, textOf, useStage, viewOf } from "./support/stage.ts";
import type { Stage } from "./support/stage.ts";

// What has come stays for the page's life: each test has a language of its own, but where it has to be the same.

/** Keeps words back; what is returned lets them come. */
function holdWords(stage: Stage): () => Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  stage.server.wordsOnTheirWay = promise;
  return async () => {
    resolve();
    await settle();
  };
}

/** Puts an empty element with a language on the page. */
function addPlace(lang: string, parent: ParentNode = document.body): HTMLElement {
  const place = Object.assign(document.createElement("div"), { lang });
  place.dataset["stage"] = "";
  parent.append(place);
  return place;
}

describe("words on demand", () => {
  const stage = useStage();

  it("ask for none where the page is in English, or in a language without words", async () => {
    for (const locale of ["en-GB", "eo", ""]) includes(textOf(await stage.mount({ locale })), "Total");
    equal(stage.server.askedWords, []);
  });

  it("are asked for once, however many elements need them", async () => {
    stage.server.words = { de };
    const elements = await Promise.all([1, 2, 3].map(() => stage.mount({ locale: "de-AT" })));
    elements.push(await stage.mount({ locale: "de" }));
    equal(stage.server.askedWords, ["de"]);
    for (const element of elements) {
      includes(textOf(element, "button"), "bezahlen");
      equal(part(element, "base").lang, "de");
    }
  });

  it("are those of `locale`, else of the nearest `lang`", async () => {
    stage.server.words = { fr, it: italian };
    const place = addPlace("fr");
    const nearer = addPlace("it", place);
    includes(textOf(await stage.mount({}, place), "button"), "Payer");
    includes(textOf(await stage.mount({}, nearer), "button"), "Paga");
    includes(textOf(await stage.mount({ locale: "en" }, place), "button"), "Pay");
    equal(stage.server.askedWords, ["fr", "it"]);
  });

  it("are those of what is around the shadow root that the element is in", async () => {
    stage.server.words = { sv };
    const host = document.createElement("div");
    addPlace("sv").append(host);
    const element = await stage.mount({}, host.attachShadow({ mode: "open" }));
    includes(textOf(element, "button"), "Betala");
    // A form answers `form.lang` with its field of that name.
    const form = document.createElement("form");
    form.innerHTML = `<input name="lang">`;
    form.setAttribute("lang", "sv");
    addPlace("en").append(form);
    includes(textOf(await stage.mount({}, form), "button"), "Betala");
  });

  it("never flash: nothing is said in English before they come", async () => {
    stage.server.words = { fi };
    const arrive = holdWords(stage);
    const element = await stage.mount({ locale: "fi" });
    equal([viewOf(element), findPart(element, "summary"), findPart(element, "button")], ["loading", null, null]);
    equal(getComputedStyle(part(element, "skeleton")).color, "rgba(0, 0, 0, 0)");
    equal(spoken(element, "status"), "");
    await arrive();
    equal(viewOf(element), "start");
    includes(textOf(element, "summary"), "Yhteensä");
    includes(textOf(element, "button"), "Maksa");
  });

  it("take the place of another language's at once, and leave the provider's page open", async () => {
    stage.server.words = { nb };
    const element = await stage.mount({ locale: "en" });
    await press(element, "button");
    const frame = part(element, "frame");
    const arrive = holdWords(stage);
    element.locale = "nb";
    await settle();
    equal([viewOf(element), part(element, "cancel").textContent], ["frame", "Cancel payment"]);
    await arrive();
    equal(part(element, "cancel").textContent, "Avbryt betalingen");
    ok(part(element, "frame") === frame, "expected the same frame");
  });

  it("keep no payment waiting that the page starts before they come", async () => {
    stage.server.words = { pl };
    const arrive = holdWords(stage);
    const element = await stage.mount({ locale: "pl", overlay: "" });
    await element.start();
    await settle();
    ok((part(element, "dialog") as HTMLDialogElement).open && (part(element, "frame") as HTMLIFrameElement).src);
    await arrive();
    equal(part(element, "cancel").textContent, "Anuluj płatność");
  });

  it("are English where they do not come, and are asked for again by the next element", async () => {
    for (const words of [undefined, "no JSON", ["an array"], null]) {
      stage.server.words = { tr: words };
      const element = await stage.mount({ locale: "tr", server: `${SERVER}/${String(words)}` });
      equal([textOf(element, "button"), part(element, "base").lang], ["Pay €43,00", "en"]);
    }
    stage.server.words = {};
    await stage.mount({ locale: "cs" });
    await stage.mount({ locale: "cs" });
    equal(stage.server.askedWords.slice(-2), ["cs", "cs"]);
  });

  it("throw nothing into the page where the server's address is none", async () => {
    const element = await stage.mount({ locale: "hu", server: "http://[" });
    await settle();
    equal([viewOf(element), part(element, "base").lang], ["lost", "en"]);
    equal(stage.thrown.length, 0);
  });

  it("are English where the file lacks them, or has another kind of thing", async () => {
    const { total: _total, ...most } = ja;
    stage.server.words = { ja: { ...most, subtotal: ["x", "y"], declined: "x", extra: "x" } };
    const summary = textOf(await stage.mount({ locale: "ja" }), "summary");
    includes(summary, "Total");
    includes(summary, "Subtotal");
    includes(summary, "送料");
  });

  it("turn the element from right to left", async () => {
    stage.server.words = { ar };
    const element = await stage.mount({ locale: "ar" });
    const base = part(element, "base");
    equal([base.lang, base.dir, getComputedStyle(base).direction], ["ar", "rtl", "rtl"]);
    const [label, sum] = [...part(element, "total").children].map((child) => child.getBoundingClientRect());
    ok(label && sum && label.left > sum.right, "expected the label on the right of its sum");
  });
});
