import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { freePort } from "../../demo/free-port.ts";
import { pino } from "pino";
import { launch, TargetType, type Browser } from "puppeteer-core";
import { parseConfig, startServer } from "../../server/index.ts";
import type { CreatedCheckoutSession } from "../../shared/records.ts";
import { findBrowser } from "../support/browser.ts";
import { BarePage } from "./bare-page.ts";
import { SECRET_KEY } from "./lifecycle.ts";
import { median, takeTurns } from "./rounds.ts";
import type { Scale } from "./scale.ts";
import { formatNumber, type Row } from "./table.ts";
import { SCRIPTS, serveWidgetPages, ZOID_FILE, type Subject, type WidgetPages } from "./widget-pages.ts";

const MOST_OF_FLOOR = 1.2;
const MOST_OF_ZOID = 0.6;

/** What one visit of a page came to. */
interface Visit {
  /** From the navigation until something can be pressed that pays. */
  usableMs: number;
  /** From the navigation until the button can be pressed that is pressed then: the element's own. */
  ownUsableMs: number;
  /** From the click until the first script of the page in the frame. */
  clickMs: number;
  /** All of the visit's, the click's among them. */
  layoutShift: number;
  longTasksAfterClick: number;
}

interface Visits {
  cold: Visit;
  warm: Visit;
  /** Where the provider takes its time, so that what moves then is not the press's own doing. */
  slow: Visit;
}

/** As long as a provider takes that is asked over the internet, in milliseconds. */
const SLOW_MS = 800;

const SETTLE_MS = 200;

/** A checkout server, the pages, and a browser to visit them with. */
interface Ground {
  browser: Browser;
  pages: WidgetPages;
  serverUrl: string;
}

/**
 * Measures what the element costs a page beside a bare iframe and beside zoid, on the same page, in turns: in a browser
 * with an empty cache and with a full one, on this processor and on one four times as slow.
 */
export async function measureWidget(folder: string, scale: Scale): Promise<Row[]> {
  const pages = await serveWidgetPages();
  const port = await freePort();
  const serverUrl = `http://localhost:${port}`;
  const server = await startServer(parseConfig(configure(pages, serverUrl, port), { folder, environment: {} }), {
    log: pino({ level: "silent" }),
  });
  const browser = await launchBare();
  const ground: Ground = { browser, pages, serverUrl };
  try {
    const rows: Row[] = [];
    for (const slowdown of [1, 4]) {
      const visit = (subject: Subject) => () => visitTwice(ground, subject, slowdown);
      const subjects = { floor: visit("floor"), element: visit("element"), zoid: visit("zoid") };
      // The first visits of a browser are like no other.
      if (scale.name === "full") await takeTurns(1, subjects);
      const visits = await takeTurns(scale.visits, subjects);
      rows.push(...compareTimes(visits, slowdown));
      if (slowdown === 4) rows.push(...compareCalm(visits));
    }
    return [...rows, await compareBytes()];
  } finally {
    await browser.close();
    await server.close();
    await pages.close();
  }
}

function configure({ shop, provider }: WidgetPages, publicUrl: string, port: number): object {
  const gateway = { label: "Card", accountId: "bench", secret: "bench-secret", shopName: "Bench", shopCountry: "IE" };
  return {
    publicUrl,
    port,
    environment: "test",
    secretKey: SECRET_KEY,
    storefronts: [shop],
    store: "json:./widget",
    gateways: { card: { type: "universal", forwardUrl: provider, ...gateway } },
  };
}

/** Launches a browser that shows puppeteer none of its pages. */
async function launchBare(): Promise<Browser> {
  return launch({
    ...(await findBrowser()),
    waitForInitialPage: false,
    targetFilter: (target) => target.type() === TargetType.BROWSER,
  });
}

async function createSession(serverUrl: string, shop: string): Promise<CreatedCheckoutSession> {
  const response = await fetch(`${serverUrl}/v1/checkout-sessions`, {
    method: "POST",
    headers: { authorization: `Bearer ${SECRET_KEY}`, "content-type": "application/json" },
    body: JSON.stringify({ currency: "EUR", amount: 4300, returnUrl: `${shop}/` }),
  });
  if (!response.ok) throw new Error(`the session was refused: ${await response.text()}`);
  return (await response.json()) as CreatedCheckoutSession;
}

/** Visits a page with a new profile, and once more with what that has in its cache. */
async function visitTwice(ground: Ground, subject: Subject, slowdown: number): Promise<Visits> {
  await using page = await BarePage.open(ground.browser, slowdown);
  const cold = await visit(ground, page, subject);
  return { cold, warm: await visit(ground, page, subject), slow: await visit(ground, page, subject, SLOW_MS) };
}

async function visit({ pages, serverUrl }: Ground, page: BarePage, subject: Subject, slowMs = 0): Promise<Visit> {
  const session = await createSession(serverUrl, pages.shop);
  await page.goTo(pages.address(subject, session, serverUrl, slowMs));
  const usableMs = await page.readTime("usableAt");
  const ownUsableMs = subject === "element" ? await page.readTime("ownUsableAt") : usableMs;
  await page.press(
    subject === "element"
      ? `document.querySelector("offsite-checkout").shadowRoot.querySelector("[part=button]")`
      : `document.querySelector("main button")`,
  );
  // Times of two processes, by one clock: to a fraction of a millisecond.
  const firstScriptAt = await page.readFrameTime("firstScriptAt");
  // What is observed is told a little later.
  await setTimeout(SETTLE_MS);
  const clickedAt = await page.readTime("clickedAt");
  return {
    usableMs,
    ownUsableMs,
    clickMs: firstScriptAt - clickedAt,
    layoutShift: await page.readTime("shift"),
    longTasksAfterClick: await page.evaluate<number>(
      `longTasks.filter(({ startTime, duration }) => performance.timeOrigin + startTime + duration > clickedAt).length`,
    ),
  };
}

function compareTimes(visits: Record<Subject, Visits[]>, slowdown: number): Row[] {
  const rows: Row[] = [];
  for (const cache of ["cold", "warm"] as const) {
    const middle = (subject: Subject, name: keyof Visit) => median(visits[subject].map((visit) => visit[cache][name]));
    const own = middle("element", "ownUsableMs");
    for (const [name, label] of [
      ["usableMs", "button usable"],
      ["clickMs", "click to the frame's first script"],
    ] as const) {
      const of = (subject: Subject) => middle(subject, name);
      const isJudged = slowdown === 4 && cache === "cold";
      for (const [beside, most] of [
        ["floor", MOST_OF_FLOOR],
        ["zoid", MOST_OF_ZOID],
      ] as const) {
        const ratio = of("element") / of(beside);
        rows.push({
          what: `${label}, ${cache}, ${slowdown}× slowdown`,
          measured: `${formatNumber(of("element"))} ms`,
          floor: `${formatNumber(of(beside))} ms, ${beside === "floor" ? "bare iframe" : "zoid 10"}`,
          ratio: formatNumber(ratio),
          ...(isJudged ? { goal: `≤ ${most}`, isMet: ratio <= most } : {}),
        });
      }
    }
    rows.push({
      what: `the element's own button, ${cache}, ${slowdown}× slowdown`,
      measured: `${formatNumber(own)} ms`,
      floor: `${formatNumber(middle("floor", "usableMs"))} ms, bare iframe; ${formatNumber(middle("zoid", "usableMs"))} ms, zoid 10`,
      ratio: formatNumber(own / middle("floor", "usableMs")),
    });
  }
  return rows;
}

/** What a customer sees move where the provider is slow, and what keeps the page from answering, four times slower. */
function compareCalm(visits: Record<Subject, Visits[]>): Row[] {
  const shiftOf = (subject: Subject) => median(visits[subject].map(({ slow }) => slow.layoutShift));
  const tasksOf = (subject: Subject) => median(visits[subject].map(({ cold }) => cold.longTasksAfterClick));
  return [
    {
      what: `layout shift of the visit, provider ${SLOW_MS} ms away`,
      measured: shiftOf("element").toFixed(3),
      floor: `${shiftOf("floor").toFixed(3)}, bare iframe; ${shiftOf("zoid").toFixed(3)}, zoid 10`,
      goal: "below the bare iframe's",
      isMet: shiftOf("element") < shiftOf("floor"),
    },
    {
      what: "long tasks after the click",
      measured: String(tasksOf("element")),
      floor: `${tasksOf("floor")}, bare iframe; ${tasksOf("zoid")}, zoid 10`,
      goal: "0",
      isMet: tasksOf("element") === 0,
    },
  ];
}

async function compareBytes(): Promise<Row> {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const gzipped = async (path: string) => gzipSync(await readFile(path)).byteLength;
  const element = await gzipped(join(root, "dist/offsite-checkout.js"));
  const zoid = (await gzipped(ZOID_FILE)) + gzipSync(SCRIPTS.zoid).byteLength;
  return {
    what: "script, gzip",
    measured: `${formatNumber(element / 1000)} kB`,
    floor: `${formatNumber(gzipSync(SCRIPTS.floor).byteLength / 1000)} kB, bare iframe; ${formatNumber(zoid / 1000)} kB, zoid 10`,
    ratio: formatNumber(element / zoid),
  };
}
