/**
 * Walks the demonstration and keeps a picture of every outcome, for a phone and a desk, in light and dark:
 *
 *     node test/journeys/screenshots.ts <folder>
 *
 * `readme.png` among them is the one that is kept as `demo/screenshot.png`.
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { Customer, type Way } from "./customer.ts";
import { Stage } from "./stage.ts";

const SIZES = [
  { width: 360, scheme: "light" },
  { width: 1280, scheme: "light" },
  { width: 360, scheme: "dark" },
  { width: 1280, scheme: "dark" },
];
const FRAMED: Way = { presentation: "iframe", gateway: "card" };
const REDIRECTED: Way = { presentation: "redirect", gateway: "card" };

/** Keeps a picture under a name. */
type Snap = (name: string) => Promise<void>;
/** One walk through the demonstration. */
type Walk = (customer: Customer, snap: Snap, stage: Stage) => Promise<void>;

const WALKS: readonly Walk[] = [
  async ({ page }, snap, { demo }) => {
    await page.goto(demo.urls.shop);
    await snap("shop-home");
    await page.goto(`${demo.urls.shop}/products/mug`);
    await snap("shop-product");
    await page.goto(`${demo.urls.shop}/cart`);
    await snap("shop-cart-empty");
    await page.goto(`${demo.urls.shop}/nowhere`);
    await snap("shop-not-found");
  },
  async (customer, snap, { demo }) => {
    const { page } = customer;
    await page.goto(`${demo.urls.shop}/products/print`);
    await customer.follow("form.add button");
    await customer.goToCheckout();
    await page.waitForSelector("offsite-checkout >>> [part=button][aria-disabled=false]");
    await snap("checkout");
    const url = page.url();
    await page.goto(`${demo.urls.shop}/cart`);
    await snap("shop-cart");
    await page.goto(url);
    await page.click("details.demo summary");
    await snap("checkout-demo-options");
    await page.goto(await page.$eval("offsite-checkout a", (link) => link.href));
    await snap("plain-page");
  },
  async (customer, snap) => {
    await customer.chooseWay(FRAMED);
    const provider = await customer.pressPay();
    await new Promise((resolve) => setTimeout(resolve, 500));
    await snap("provider-in-frame");
    await provider.click("details summary");
    await new Promise((resolve) => setTimeout(resolve, 500));
    await snap("provider-in-frame-choices");
    await customer.choose(provider, "pay");
    await customer.seesHeading("Thank you");
    await customer.seesInElement("Payment received");
    await snap("thanks-paid");
    await customer.page.goto(new URL("/orders", customer.page.url()).href);
    await snap("shop-orders");
  },
  async (customer, snap, { demo }) => {
    await customer.chooseWay(REDIRECTED);
    const provider = await customer.pressPay();
    await snap("provider");
    await provider.$$eval("details", (all) => {
      for (const details of all) details.open = true;
    });
    await snap("provider-choices");
    await customer.choose(provider, "decline");
    await customer.seesInElement("Payment declined");
    await snap("declined");
    await customer.choose(await customer.pressPay(), "cancel");
    await customer.seesInElement("Payment called off");
    await snap("cancelled");
    await customer.choose(await customer.pressPay(), "pending");
    await customer.seesInElement("Your payment is on its way");
    await snap("thanks-pending");
    await customer.page.goto(demo.urls.provider);
    await snap("provider-list");
  },
  async (customer, snap) => {
    await customer.chooseWay({ presentation: "redirect", gateway: "bank" });
    const provider = await customer.pressPay();
    await snap("provider-bank");
    await customer.choose(provider, "close-tab");
    await customer.page.waitForFunction(() => document.title.startsWith("Paid"));
    await snap("provider-tab-closed");
  },
  async (customer, snap) => {
    await customer.pay(FRAMED, "wrong-amount");
    await customer.seesInElement("does not match your order");
    await snap("wrong-amount");
  },
  async (customer, snap) => {
    await customer.pay(REDIRECTED, "badly-signed");
    await customer.seesInElement("Checking your payment");
    await snap("forged");
  },
  async (customer, snap) => {
    await customer.chooseWay({ presentation: "redirect", gateway: "transfer" });
    const button = await customer.page.waitForSelector("offsite-checkout >>> [part=button]");
    await Promise.all([customer.page.waitForNavigation(), button?.click()]);
    await snap("transfer-instructions");
    await customer.follow("a.button.primary");
    await customer.seesInElement("Your payment is on its way");
    await snap("thanks-transfer");
  },
  async (customer, snap, { demo }) => {
    const { page } = customer;
    await page.goto(`${demo.urls.shop}/commerce-layer`);
    await customer.follow("form button.primary");
    await page.click("input[value=wallet]");
    await customer.follow("form button.primary");
    await customer.follow("button[value=pay]");
    await customer.follow("button[value=authorize]");
    await page.select("select[name=manner]", "later");
    await customer.follow("button[value=capture]");
    await page.click(".passed summary");
    await snap("commerce-layer-order");
    await page.goto(`${demo.urls.shop}/commerce-layer`);
    await snap("commerce-layer");
  },
];

async function main(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const stage = await Stage.open();
  try {
    for (const walk of WALKS) await Promise.all(SIZES.map((size) => walkInSize(stage, walk, { size, folder })));
    await takeReadmePicture(stage, folder);
    const sessions: { customer: Customer; snap: Snap }[] = [];
    for (const size of SIZES) {
      const customer = await Customer.visit(stage, size);
      await customer.goToCheckout();
      sessions.push({ customer, snap: snapOf(customer, size, folder) });
    }
    // Last, as it moves everybody's time.
    stage.advance(86_401);
    for (const { customer, snap } of sessions) {
      await customer.page.reload();
      await customer.seesInElement("This checkout has expired");
      await snap("expired");
    }
  } finally {
    await stage.close();
  }
}

/** The whole of it in one picture: a shop's checkout with a provider's page in the element. */
async function takeReadmePicture(stage: Stage, folder: string): Promise<void> {
  await using customer = await Customer.visit(stage);
  const { page } = customer;
  await page.goto(`${stage.demo.urls.shop}/products/print`);
  await customer.follow("form.add button");
  await customer.chooseWay(FRAMED);
  await customer.pressPay();
  await page.setViewport({ width: 1280, height: 1100 });
  await page.evaluate(() => window.scrollTo(0, 0));
  await page.waitForNetworkIdle({ idleTime: 500 });
  await page.screenshot({ path: join(folder, "readme.png") });
}

async function walkInSize(
  stage: Stage,
  walk: Walk,
  { size, folder }: { size: (typeof SIZES)[number]; folder: string },
): Promise<void> {
  await using customer = await Customer.visit(stage, size);
  await walk(customer, snapOf(customer, size, folder), stage);
}

function snapOf({ page }: Customer, { width, scheme }: (typeof SIZES)[number], folder: string): Snap {
  return async (name) => {
    await page.bringToFront();
    await page.waitForNetworkIdle({ idleTime: 150 });
    await page.screenshot({ path: join(folder, `${name}-${width}-${scheme}.png`), fullPage: true });
  };
}

const folder = process.argv[2];
if (folder === undefined) throw new Error("expected the folder for the pictures as the only argument");
await main(folder);
