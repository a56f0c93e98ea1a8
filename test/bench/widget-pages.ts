/**
 * One shop's page in three ways, and the provider's page that all of them put into a frame. Each posts once for the
 * attempt when its button is pressed:
 *
 * - `floor`: a button, and a script that makes an iframe of what the server answered; no less does it;
 * - `element`: `<offsite-checkout>` as README has it, with the link to the session's plain page inside; it also loads
 *   the session, shows the order, and then its own button in the link's place;
 * - `zoid`: the floor's script with zoid's component in the place of the bare iframe.
 *
 * A page is usable from the frame on after which a press on what is there pays. Without their scripts, the buttons of
 * `floor` and `zoid` do nothing, so that each says so at its script's end; the element's link pays by itself, before the
 * element's script has run and while the session is loaded, so that the page says so right after it. A page with either
 * of the other scripts could have such a link, too, and would have to take it away again by itself. What this leaves
 * out, which is the wait for the element's own button, has figures of its own: from `offsite-ready` on.
 */
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { attemptsPath } from "../../shared/paths.ts";
import type { CreatedCheckoutSession } from "../../shared/records.ts";

/** What is compared. */
export type Subject = "floor" | "element" | "zoid";

/** Where the pages are, on two origins. */
export interface WidgetPages {
  /** The shop's origin. */
  shop: string;
  /** The provider's page, on another site than the shop: as with a real one, it gets a process of its own. */
  provider: string;
  /** The page of a subject for one session at a checkout server, whose answers to the press take `slowMs` longer. */
  address(subject: Subject, session: CreatedCheckoutSession, server: string, slowMs: number): string;
  close(): Promise<void>;
}

/** Where the minified file of zoid is, which the page and the frame load. */
export const ZOID_FILE = fileURLToPath(import.meta.resolve("@krakenjs/zoid/dist/zoid.min.js"));

/**
 * When something can be pressed: with the next frame that is drawn, and where nothing is over it, or never. Long tasks
 * are collected, and layout shifts as Core Web Vitals count them: not within half a second of a press. What is posted
 * takes as long as a provider may, if wanted.
 */
const MEASURE = `
globalThis.shift = 0;
globalThis.longTasks = [];
new PerformanceObserver((list) => { for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) shift += value; })
  .observe({ type: "layout-shift", buffered: true });
new PerformanceObserver((list) => {
  for (const { startTime, duration } of list.getEntries()) longTasks.push({ startTime, duration });
})
  .observe({ type: "longtask", buffered: true });
{
  const slowMs = Number(document.currentScript.dataset.slow);
  const { fetch } = globalThis;
  globalThis.fetch = async (input, init) => {
    if (slowMs && init?.method === "POST") await new Promise((resolve) => setTimeout(resolve, slowMs));
    return fetch(input, init);
  };
}
globalThis.mark = (name, selector) => requestAnimationFrame(() => {
  const at = performance.now();
  const { x, y, width, height } = document.querySelector(selector).getBoundingClientRect();
  if (!document.elementFromPoint(x + width / 2, y + height / 2)?.matches(selector)) return;
  globalThis[name] = at;
  // The element's own button may be there with the first frame, and its link no more.
  globalThis.usableAt ??= at;
});
// As of when the finger went up, however long the page took to hear of it.
addEventListener("click", ({ timeStamp }) => { globalThis.clickedAt = performance.timeOrigin + timeStamp; }, { capture: true, once: true });
`;

const POST = `
const start = async (body) => {
  const { server, secret, path } = document.body.dataset;
  const response = await fetch(server + path, {
    method: "POST",
    headers: { authorization: "Bearer " + secret, "content-type": "application/json" },
    body: JSON.stringify({ presentation: "iframe", nonce: "0123456789abcdef0123", ...body }),
  });
  return (await response.json()).handoff;
};
const button = document.querySelector("button");
`;

/** The scripts of the pages without the element. */
export const SCRIPTS: Record<"floor" | "zoid", string> = {
  floor: `${POST}
button.addEventListener("click", async () => {
  const { url, fields } = await start();
  const frame = Object.assign(document.createElement("iframe"), { name: "pay", height: 560, width: "100%" });
  const form = Object.assign(document.createElement("form"), { action: url, method: "post", target: "pay" });
  for (const [name, value] of Object.entries(fields)) form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  button.replaceWith(frame, form);
  form.submit();
});
mark("usableAt", "main button");`,
  zoid: `${POST}
const Pay = zoid.create({ tag: "bench-pay", url: document.body.dataset.provider, dimensions: { width: "100%", height: "560px" } });
button.addEventListener("click", async () => {
  await start();
  const place = document.createElement("div");
  button.replaceWith(place);
  Pay({}).render(place);
});
mark("usableAt", "main button");`,
};

/** Serves the pages on two sites. */
export async function serveWidgetPages(): Promise<WidgetPages> {
  const zoid = await readFile(ZOID_FILE);
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
    request.resume();
    if (pathname.endsWith(".js")) {
      response.setHeader("content-type", "text/javascript").setHeader("cache-control", "max-age=3600");
      response.end(pathname === "/zoid.js" ? zoid : SCRIPTS[pathname === "/zoid-page.js" ? "zoid" : "floor"]);
      return;
    }
    response.setHeader("content-type", "text/html");
    response.end(pathname === "/pay" ? providerPage(request.method === "GET") : shopPage(searchParams));
  };
  const servers = [createServer(listener), createServer(listener)] as const;
  const [shopPort, providerPort] = await Promise.all(servers.map(listen));
  const shop = `http://localhost:${shopPort}`;
  // Another port alone would be the same site.
  const provider = `http://127.0.0.1:${providerPort}/pay`;
  return {
    shop,
    provider,
    address: (subject, { id, clientSecret: secret, url: link }, server, slowMs) =>
      `${shop}/?${new URLSearchParams({ subject, id, secret, link, server, provider, slow: String(slowMs) })}`,
    close: async () => {
      for (const server of servers) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
}

/** @param isForZoid - only zoid asks for the page by GET, and it must be in there, too */
function providerPage(isForZoid: boolean): string {
  const zoid = `<script src="/zoid.js"></script><script>zoid.create({ tag: "bench-pay", url: location.href,
    dimensions: { width: "100%", height: "560px" } });</script>`;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Provider</title>
    <script>globalThis.firstScriptAt = performance.timeOrigin + performance.now()</script>
    ${isForZoid ? zoid : ""}</head><body><h1>Pay here</h1></body></html>`;
}

function shopPage(search: URLSearchParams): string {
  const { subject, id, secret, link, server, provider, slow } = Object.fromEntries(search);
  const zoid = `<script defer src="/zoid.js"></script><script defer src="/zoid-page.js"></script>`;
  const element = `<script type="module" src="${server}/offsite-checkout.js"></script>
    <script>addEventListener("offsite-ready", () => mark("ownUsableAt", "offsite-checkout"))</script>`;
  const scripts = { floor: `<script defer src="/floor.js"></script>`, element, zoid }[subject as Subject];
  const button = `<button style="block-size: 44px">Pay €43.00</button>`;
  const checkout = `<offsite-checkout session="${id}" client-secret="${secret}" gateway="card" presentation="iframe">
    <a href="${link}">Check out</a></offsite-checkout><script>mark("usableAt", "offsite-checkout a")</script>`;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Shop</title>
    <meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">
    <script data-slow="${slow}">${MEASURE}</script>${scripts}</head>
    <body data-server="${server}" data-secret="${secret}" data-path="${attemptsPath(id ?? "")}" data-provider="${provider}">
    <h1>Checkout</h1><main>${subject === "element" ? checkout : button}</main>
    <p>${"Free returns within thirty days. ".repeat(20)}</p></body></html>`;
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => {
    server.listen(0, resolve);
  });
  return (server.address() as AddressInfo).port;
}
