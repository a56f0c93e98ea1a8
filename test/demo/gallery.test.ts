import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { pino } from "pino";
import type { Listening } from "../../demo/listen.ts";
import { STATES } from "../../demo/shop/gallery/states.ts";
import { THEMES } from "../../demo/shop/gallery/themes.ts";
import { startShop } from "../../demo/shop/shop.ts";
import { ProblemAnswer } from "../../shared/answers.ts";
import { PATHS } from "../../shared/paths.ts";
import { CheckoutSession, CreatedCheckoutSession, StartedAttempt } from "../../shared/records.ts";
import { RESULTS, type ResultName, type View } from "../../widget/view.ts";
import { en } from "../../widget/words/en.ts";

const SERVER = "http://localhost:9";
const PROVIDER = "http://localhost:10";

let shop: Listening;
before(async () => {
  shop = await startShop({
    port: 0,
    serverUrl: SERVER,
    providerOrigins: [PROVIDER],
    secretKey: "the-secret-key-of-these-tests",
    wallet: { providerUrl: PROVIDER, gateway: "wallet" },
    commerceLayerSecret: "the-shared-secret-of-these-tests",
    cartKey: "the-cart-key-of-these-tests-0123",
    webhookSecret: "the-webhook-secret-of-these-tests",
    log: pino({ level: "silent" }),
  });
});
after(() => shop.close());

async function read(path: string): Promise<string> {
  const response = await fetch(shop.url + path);
  assert.equal(response.status, 200, path);
  return response.text();
}

/** Calls a state's sample server as the element does. */
function call(stateId: string, path: string, { secret = "one", body }: { secret?: string; body?: object } = {}) {
  return fetch(`${shop.url}/gallery/server/${stateId}${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: { authorization: `Bearer ${secret}`, "content-type": "application/json", origin: "https://any.example" },
    redirect: "manual",
    ...(body && { body: JSON.stringify(body) }),
  });
}

describe("the gallery's states", () => {
  test("are all that the element has: each view, each result, each notice", () => {
    const views: Record<Exclude<View["name"], "idle" | ResultName>, true> = {
      offer: true,
      loading: true,
      start: true,
      starting: true,
      leaving: true,
      frame: true,
    };
    const shown = new Set<string>(STATES.flatMap(({ view, says }) => [view, says ?? view]));
    const titled = Object.entries(en).flatMap(([name, words]) => (typeof words === "string" ? [] : [name]));
    const named = [...Object.keys(views), ...Object.keys(RESULTS), ...titled];
    assert.deepEqual(
      named.filter((name) => !shown.has(name)),
      [],
    );
    assert.equal(new Set(STATES.map(({ id }) => id)).size, STATES.length);
  });

  test("are on the page by name, each with a place to link to, the element and its HTML as text", async () => {
    const page = await read("/gallery");
    for (const { id, title, view, attributes = {} } of STATES) {
      const [, section = ""] = page.split(`<section class="state" id="state-${id}"`);
      const [own = ""] = section.split('<section class="state"');
      assert.match(own, new RegExp(`<h3 id="title-${id}">${title}</h3>`), id);
      const markup = /<offsite-checkout[\s\S]*<\/offsite-checkout>/.exec(own)?.[0] ?? "";
      assert.ok(markup.includes(`server="${shop.url}/gallery/server/${id}"`), id);
      const isNamed = view !== "offer" && view !== "unconfirmed";
      assert.equal(markup.includes(`session="cs_gallery-${id}"`), isNamed, id);
      for (const [name, value] of Object.entries(attributes)) {
        assert.ok(markup.includes(value === "" ? `\n  ${name}\n` : `${name}="${value}"`), `${id} ${name}`);
      }
      const escaped = markup.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
      assert.ok(own.includes(`<code>${escaped.replaceAll('"', "&quot;")}</code>`), id);
    }
  });

  test("are each alone on a page, too, and the dialog opens only there", async () => {
    const page = await read("/gallery?state=declined");
    assert.deepEqual(
      [...page.matchAll(/id="state-([\w-]+)"/g)].map(([, id]) => id),
      ["declined"],
    );
    assert.doesNotMatch(await read("/gallery"), /data-state="overlay" data-play/);
    assert.match(await read("/gallery?state=overlay"), /data-state="overlay" data-play="start"/);
  });
});

describe("the sample server", () => {
  test("answers every state by the real schemas, to any page", async () => {
    for (const { id, mishaps = {} } of STATES) {
      if (mishaps.read === "silence" || mishaps.read === "broken") continue;
      const response = await call(id, PATHS.session(`cs_gallery-${id}`));
      assert.equal(response.headers.get("access-control-allow-origin"), "*", id);
      if (mishaps.read === undefined) {
        assert.equal(CheckoutSession.parse(await response.json()).id, `cs_gallery-${id}`);
      } else {
        const problem = ProblemAnswer.parse(await response.json());
        assert.deepEqual([problem.code, problem.status], [mishaps.read, response.status]);
        assert.match(response.headers.get("content-type") ?? "", /^application\/problem\+json/);
      }
    }
    const asked = await fetch(`${shop.url}/gallery/server/start/v1/checkout-sessions/cs_gallery-start`, {
      method: "OPTIONS",
    });
    assert.equal(asked.status, 204);
    assert.match(asked.headers.get("access-control-allow-headers") ?? "", /authorization/);
  });

  test("breaks off where the state is a broken connection, and knows no other states", async () => {
    await assert.rejects(call("network", PATHS.session("cs_gallery-network")));
    assert.equal((await call("nothing", PATHS.session("cs_gallery-nothing"))).status, 404);
  });

  test("remembers an attempt by the element's secret, and leads to the provider's sample page", async () => {
    const body = { gateway: "card", presentation: "iframe", nonce: "0123456789abcdef" };
    const started = await call("frame", PATHS.attempts("cs_gallery-frame"), { secret: "mine", body });
    assert.equal(started.status, 201);
    assert.deepEqual(StartedAttempt.parse(await started.json()).handoff, { method: "GET", url: `${PROVIDER}/sample` });
    const attemptOf = async (secret: string) =>
      CheckoutSession.parse(await (await call("frame", PATHS.session("cs_gallery-frame"), { secret })).json()).attempt;
    assert.equal((await attemptOf("mine"))?.state, "started");
    assert.equal(await attemptOf("another"), undefined);
  });

  test("refuses an attempt that the real server would refuse", async () => {
    const refused = await call("frame", PATHS.attempts("cs_gallery-frame"), { body: { presentation: "iframe" } });
    assert.equal(refused.status, 422);
  });

  test("makes a session of an order, which the next page finds over", async () => {
    const made = await call("offer", PATHS.sessions, { body: { items: [{ sku: "planter", quantity: 1 }] } });
    assert.equal(made.status, 201);
    const { id, status, clientSecret } = CreatedCheckoutSession.parse(await made.json());
    const later = await call("offer", PATHS.session(id), { secret: clientSecret });
    assert.deepEqual([status, CheckoutSession.parse(await later.json()).status], ["open", "expired"]);
  });

  test("has the words of languages from the real server, and no other file", async () => {
    const words = await call("start", "/offsite-checkout.ar.0123456789ab.json");
    assert.deepEqual(
      [words.status, words.headers.get("location")],
      [302, `${SERVER}/offsite-checkout.ar.0123456789ab.json`],
    );
    assert.equal((await call("start", "/passwords.json")).status, 404);
  });
});

describe("the gallery's looks", () => {
  test("are chosen by the address, and kept by every link", async () => {
    const page = await read("/gallery?theme=pebble&scheme=dark");
    assert.match(page, /<link rel="stylesheet" href="\/themes\/pebble\.css" \/>/);
    assert.match(page, /<div class="page-dark">/);
    assert.match(page, /<option value="pebble" selected>/);
    assert.match(page, /href="\/gallery\/languages\?theme=pebble&amp;scheme=dark"/);
  });

  test("are never what an address makes up", async () => {
    const made = encodeURIComponent(`"><script>alert(1)</script>`);
    for (const path of ["", "/languages", "/themes", "/presentations"]) {
      const query = `theme=${made}&language=${made}&scheme=${made}&state=${made}&presentation=${made}`;
      const page = await read(`/gallery${path}?${query}`);
      assert.doesNotMatch(page, /alert/, path);
      assert.doesNotMatch(page, /<script(?! type="module" src=)| style=| on\w+=/, path);
    }
  });

  test("are in every language that there are words of, and in no other", async () => {
    const page = await read("/gallery/languages");
    const files = readdirSync(new URL("../../widget/words/", import.meta.url));
    const tags = files.filter((name) => /^[a-z]{2}\.ts$/.test(name)).map((name) => name.slice(0, 2));
    const shown = [...page.matchAll(/id="language-(\w+)"/g)].map(([, tag]) => tag);
    assert.deepEqual(new Set(shown), new Set(tags));
    assert.equal(shown[0], "en");
    for (const tag of tags) if (tag !== "en") assert.ok(page.includes(`\n  locale="${tag}"\n`), tag);
  });
});

describe("a sample theme", () => {
  const source = readFileSync(new URL("../../widget/offsite-checkout.ts", import.meta.url), "utf8");
  const parts = new Set([...source.matchAll(/@csspart (\S+)/g)].map(([, name]) => name));
  const properties = new Set([...source.matchAll(/@cssprop \[(--[\w-]+)/g)].map(([, name]) => name));

  for (const { id, css } of THEMES) {
    test(`${id} is made of the documented custom properties and parts alone`, async () => {
      assert.equal(await read(`/themes/${id}.css`), css);
      const rules = [...css.replaceAll(/\/\*[\s\S]*?\*\//g, "").matchAll(/([^{}]+)\{([^{}]*)\}/g)];
      assert.ok(rules.length > 3);
      for (const [, selectors = "", declarations = ""] of rules) {
        for (const selector of selectors.split(",")) {
          const [, , part] = /^\s*offsite-checkout(::part\(([\w-]+)\))?\s*$/.exec(selector) ?? assert.fail(selector);
          if (part !== undefined) assert.ok(parts.has(part), part);
          else for (const [name] of declarations.matchAll(/[\w-]+(?=:)/g)) assert.ok(properties.has(name), name);
        }
      }
      assert.doesNotMatch(css, /@import|url\(|!important/);
    });
  }

  test("is shown in light and dark beside its style sheet, and the others beside it", async () => {
    const page = await read("/gallery/themes");
    for (const { id, title } of THEMES) {
      for (const scheme of ["light", "dark"]) assert.ok(page.includes(`class="theme-${id} scheme-${scheme} tiles"`));
      assert.ok(page.includes(`aria-label="CSS: ${title}"`));
    }
    assert.match(page, /href="\/themes\/side-by-side\.css"/);
  });
});
