/** Pages with the strictest policies there are, as `npx offsite-checkout csp` prints them, and nothing is refused. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { listen, type Listening } from "../../demo/listen.ts";
import { describeCsp } from "../../server/csp-command.ts";
import { Customer, type Way } from "./customer.ts";
import { Stage } from "./stage.ts";

/** A page of a shop, by its path. */
interface StrictPage {
  headers: Record<string, string>;
  body: string;
}

const pages = new Map<string, StrictPage>();
let shop: Listening;
let stage: Stage;
let policy: string;
let scriptTag: string;
before(async () => {
  shop = await listen((request, response) => {
    const page = pages.get(request.url?.split("?")[0] ?? "");
    response.writeHead(page === undefined ? 404 : 200, { "content-type": "text/html", ...page?.headers });
    response.end(page?.body);
  }, 0);
  stage = await Stage.open(undefined, [shop.url]);
  const lines = (await describeCsp(stage.demo.config)).split("\n");
  policy = (lines[0] ?? "").replace("Content-Security-Policy: ", "");
  scriptTag = lines.find((line) => line.startsWith("<script")) ?? "";
});
after(async () => {
  await stage.close();
  await shop.close();
});

/** Opens a page of the shop with the element on it. */
async function openPage(
  { page }: Customer,
  attributes: string,
  { headers = {}, script = scriptTag }: { headers?: Record<string, string>; script?: string } = {},
): Promise<void> {
  const path = `/${pages.size}`;
  pages.set(path, {
    // The page's own source: its icon, which no browser then asks for by itself.
    headers: { "content-security-policy": `${policy}; img-src data:`, ...headers },
    body: `<!doctype html><html lang="en"><title>Strict</title><link rel="icon" href="data:,">${script}
      <main><offsite-checkout ${attributes}></offsite-checkout></main></html>`,
  });
  await page.goto(shop.url + path);
}

const WAYS: readonly Way[] = [
  { presentation: "iframe", gateway: "card" },
  { presentation: "iframe", gateway: "bank" },
  { presentation: "redirect", gateway: "card" },
];

describe("under the policy that csp prints, with trusted types and a pinned script", () => {
  for (const { presentation, gateway } of WAYS) {
    test(`a customer pays by ${presentation} at the gateway ${gateway}, and nothing is refused`, async () => {
      await using customer = await Customer.visit(stage);
      await openPage(customer, `sku="mug" gateway="${gateway}" presentation="${presentation}"`);
      await customer.choose(await customer.pressPay(), "pay");
      await customer.seesInElement("Payment received");
      assert.deepEqual(customer.troubles, []);
    });
  }

  test("a customer pays in a window, and nothing is refused", async () => {
    await using customer = await Customer.visit(stage);
    await openPage(customer, `sku="mug" gateway="card" presentation="popup"`);
    await (await customer.pressPayForWindow()).click("button[value=pay]");
    await customer.seesInElement("Payment received");
    assert.deepEqual(customer.troubles, []);
  });

  test("the element speaks another language, and nothing is refused", async () => {
    await using customer = await Customer.visit(stage);
    await openPage(customer, `sku="mug" overlay locale="en" words='{"checkOut":"<b>Kaufen</b>"}'`);
    await customer.seesInElement("<b>Kaufen</b>");
    assert.deepEqual(customer.troubles, []);
  });

  test("a nonce stands for the script's origin", async () => {
    await using customer = await Customer.visit(stage);
    await openPage(customer, `sku="mug" gateway="card"`, {
      headers: {
        "content-security-policy": `${policy.replace(/script-src [^;]+/, "script-src 'nonce-c2hvcA'")}; img-src data:`,
      },
      script: scriptTag.replace("<script", '<script nonce="c2hvcA"'),
    });
    await customer.choose(await customer.pressPay(), "pay");
    await customer.seesInElement("Payment received");
    assert.deepEqual(customer.troubles, []);
  });

  test("a page has the script twice, and the second one is not refused what the first one has made", async () => {
    await using customer = await Customer.visit(stage);
    const script = `${scriptTag}${scriptTag.replace('type="module" ', "")}`;
    await openPage(customer, `sku="mug" gateway="card"`, { script });
    await customer.choose(await customer.pressPay(), "pay");
    await customer.seesInElement("Payment received");
    assert.deepEqual(customer.troubles, []);
  });

  test("a script that is not the one that was pinned does not run", async () => {
    await using customer = await Customer.visit(stage);
    await openPage(customer, `sku="mug"`, {
      script: scriptTag.replace(/sha384-.{8}/, "sha384-AAAAAAAA"),
    });
    assert.equal(await customer.page.$eval("offsite-checkout", (element) => element.shadowRoot), null);
    assert.match(customer.troubles.join(), /integrity/);
  });
});

describe("on a page that is isolated from others", () => {
  for (const embedder of ["require-corp", "credentialless"]) {
    test(`a customer pays under ${embedder}, by leaving the page, and nothing is refused`, async () => {
      await using customer = await Customer.visit(stage);
      await openPage(customer, `sku="mug" gateway="card"`, {
        headers: { "cross-origin-embedder-policy": embedder, "cross-origin-opener-policy": "same-origin" },
      });
      assert.equal(await customer.page.evaluate(() => crossOriginIsolated), true);
      await customer.choose(await customer.pressPay(), "pay");
      await customer.seesInElement("Payment received");
      assert.deepEqual(customer.troubles, []);
    });
  }
});
