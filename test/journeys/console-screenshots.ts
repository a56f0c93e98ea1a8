/**
 * Keeps a picture of every state of the console, for a phone and a desk, in light and dark:
 *
 *     node test/journeys/console-screenshots.ts <folder>
 */
import { mkdir } from "node:fs/promises";
import { ConsoleStage, Merchant } from "./console-stage.ts";

const SIZES = [
  { width: 360, scheme: "light" },
  { width: 1280, scheme: "light" },
  { width: 360, scheme: "dark" },
  { width: 1280, scheme: "dark" },
];

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("name the folder for the pictures");
await mkdir(folder, { recursive: true });
const stage = await ConsoleStage.open();
try {
  const lost = await stage.unheard();
  const mismatched = await stage.mismatched();
  const duplicate = await stage.duplicate();
  stage.receiver.answer = (_request, response) => void response.writeHead(410).end();
  const held = await stage.authorized({ orderId: "1001", customer: { email: "ada@shop.example" } });
  const doubtful = await stage.authorized();
  stage.receiver.answer = (_request, response) => void response.writeHead(204).end();
  const open = await stage.server.createSession({ orderId: "1002" });
  const done = await stage.transferred();
  await stage.server.call(`/v1/payments/${done.id}/receive`, { json: {} });
  await stage.server.call(`/v1/payments/${done.id}/refund`, { json: { amount: 1000 } });
  stage.endpoint.behaviour = "lose answer";
  await stage.server.call(`/v1/payments/${doubtful.id}/capture`, { json: {} });
  const pages = {
    overview: "/",
    lost: `/sessions/${lost.id}`,
    mismatched: `/sessions/${mismatched.id}`,
    duplicate: `/payments/${duplicate.id}`,
    doubt: `/payments/${doubtful.id}`,
    held: `/payments/${held.id}`,
    payments: "/payments",
    sessions: "/sessions?attention=true",
    webhooks: "/webhooks",
    search: "/search?text=ada@shop.example",
    "search-nothing": "/search?text=nobody",
    refunded: `/payments/${done.id}`,
    problem: "/payments/pay_unknown",
    nowhere: "/nowhere",
  };
  for (const size of SIZES) {
    const snap = async ({ page }: Merchant, name: string) => {
      const path = `${folder}/${name}-${size.width}-${size.scheme}.png` as const;
      await page.screenshot({ path, fullPage: true });
    };
    await snap(await Merchant.visit(stage, "/", size), "sign-in");
    await using merchant = await Merchant.signedIn(stage, "/", size);
    for (const [name, hash] of Object.entries(pages)) {
      await merchant.goTo(hash);
      await snap(merchant, name);
    }
    await merchant.goTo(pages.held);
    await merchant.press("Capture…");
    await merchant.page.waitForSelector("dialog[open]");
    await snap(merchant, "dialog");
    await merchant.press("Go back");
    await merchant.goTo(`/sessions/${open.id}`);
    await merchant.press("Call the order off…");
    await merchant.page.waitForSelector("dialog[open]");
    await snap(merchant, "dialog-call-off");
  }
  await stage.suspended();
  for (const size of SIZES) {
    await using merchant = await Merchant.signedIn(stage, "/", size);
    for (const [name, hash] of Object.entries({ suspended: "/", "suspended-held": pages.held })) {
      await merchant.goTo(hash);
      const path = `${folder}/${name}-${size.width}-${size.scheme}.png` as const;
      await merchant.page.screenshot({ path, fullPage: true });
    }
  }
} finally {
  await stage.close();
}
