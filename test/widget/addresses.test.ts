import { equal } from "./support/assert.ts";
import { afterEach, describe, it } from "./support/mocha.ts";
import type { serverBase as findServer } from "../../widget/addresses.ts";

/** Reads the module anew on a page with these scripts, which are not run; gives the base that it finds. */
async function findBase(...sources: string[]): Promise<string> {
  for (const src of sources) {
    const script = Object.assign(document.createElement("script"), { type: "text/plain", src });
    script.dataset["stage"] = "";
    document.head.append(script);
  }
  const address = new URL(`../../widget/addresses.ts?${sources.join()}`, import.meta.url).href;
  const { serverBase } = (await import(address)) as { serverBase: typeof findServer };
  try {
    return serverBase(null);
  } catch {
    return "none";
  }
}

describe("the server that an element asks where none is named", () => {
  afterEach(() => {
    for (const script of document.head.querySelectorAll("script[data-stage]")) script.remove();
  });

  for (const [what, expected, ...sources] of [
    ["is where the script came from", "https://pay.example/a", "https://pay.example/a/offsite-checkout.js"],
    ["is found by a pinned script", "https://pay.example", "https://pay.example/offsite-checkout.0123abcd.js?1"],
    [
      "is never another one's whose script is called alike: it would be given the client secret",
      "https://pay.example",
      "https://shop.example/js/offsite-checkout-init.js",
      "https://offsite-checkout.example/x.js",
      "https://pay.example/offsite-checkout.js",
    ],
    ["is none where another script brought the element", "none", "https://shop.example/bundle.js"],
  ] as const) {
    it(what, async () => {
      equal(await findBase(...sources), expected);
    });
  }

  it("is not named by a form of the page that is called like the list of its scripts", async () => {
    const form = Object.assign(document.createElement("form"), { name: "scripts" });
    form.append(Object.assign(document.createElement("input"), { src: "https://evil.example/offsite-checkout.js" }));
    document.body.append(form);
    try {
      equal(await findBase("https://pay.example/offsite-checkout.js?clobbered"), "https://pay.example");
    } finally {
      form.remove();
    }
  });
});
