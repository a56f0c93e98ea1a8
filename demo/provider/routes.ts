import { Router } from "@koa/router";
import type { Context } from "koa";
import { readBody, readForm } from "../read-body.ts";
import { choicesFor } from "./choices.ts";
import { XML_FAULT, type DwollaGateway } from "./dwolla.ts";
import { EXTERNAL_ACTIONS, type ExternalGateway } from "./external.ts";
import { readManner } from "./manners.ts";
import { FRAME_SIZE_SCRIPT } from "./pages/frame-size.ts";
import { closedTabPage, paymentPage } from "./pages/payment-page.ts";
import { pagePath, paymentsPage } from "./pages/payments-page.ts";
import { samplePage } from "./pages/sample-page.ts";
import { PROVIDER_STYLE } from "./pages/style.ts";
import { currentStatement, isExpired, type PaymentBook, type Protocol, type SimulatedPayment } from "./payment.ts";
import { play, sendCallback, settlePending, type Stage } from "./play.ts";
import { Refusal } from "../refusal.ts";
import { acceptUniversal } from "./universal.ts";
import type { UniversalAccount } from "./universal-messages.ts";

const DWOLLA_PATH = "/oauth/rest/offsitegateway/checkouts";

/** What the provider's addresses lead to. */
export interface ProviderDesk {
  book: PaymentBook;
  dwolla: DwollaGateway;
  stage: Stage;
  universalAccounts: readonly UniversalAccount[];
  external: ExternalGateway;
}

/** Builds the provider's addresses: the two protocols', the payment pages, and the desk where payments are listed. */
export function providerRoutes(desk: ProviderDesk): Router {
  const router = new Router();
  addUniversal(router, desk);
  addDwolla(router, desk);
  addExternal(router, desk);
  addPages(router, desk);
  addDesk(router, desk);
  return router;
}

function addUniversal(router: Router, { book, stage, universalAccounts }: ProviderDesk): void {
  router.post("/universal/pay", async (ctx) => {
    const form = await readForm(ctx);
    const payment = acceptUniversal(form, { book, accounts: universalAccounts, now: stage.now });
    redirect(ctx, pagePath(payment));
  });
  router.get("/pay/:id", (ctx) => showPayment(ctx, find(book, ctx.params["id"], "universal", "external"), stage.now()));
}

function addDwolla(router: Router, { book, stage, dwolla }: ProviderDesk): void {
  router.post(DWOLLA_PATH, async (ctx) => {
    const answer = dwolla.create(readJson(await readBody(ctx)));
    if (answer !== undefined) {
      ctx.body = answer;
      return;
    }
    ctx.status = 500;
    ctx.type = "application/xml";
    ctx.body = XML_FAULT;
  });
  router.get(`${DWOLLA_PATH}/:id`, (ctx) => {
    ctx.body = dwolla.read(ctx.params["id"] ?? "", new URLSearchParams(ctx.querystring));
  });
  router.post(`${DWOLLA_PATH}/:id/complete`, async (ctx) => {
    ctx.body = dwolla.complete(ctx.params["id"] ?? "", readJson(await readBody(ctx)));
  });
  router.get("/payment/checkout/:id", (ctx) => showPayment(ctx, find(book, ctx.params["id"], "dwolla"), stage.now()));
}

function addExternal(router: Router, { external }: ProviderDesk): void {
  router.get("/external/page", (ctx) => {
    redirect(ctx, pagePath(external.accept(new URLSearchParams(ctx.querystring))));
  });
  for (const action of EXTERNAL_ACTIONS) {
    router.post(`/external/${action}`, async (ctx) => {
      const answer = external.answer(action, await readBody(ctx), ctx.get("x-commercelayer-signature"), {
        key: ctx.get("idempotency-key"),
      });
      if (answer === "lost") {
        ctx.respond = false;
        ctx.res.destroy();
        return;
      }
      ctx.status = answer.status;
      ctx.body = answer.body;
    });
  }
}

function addPages(router: Router, { book, stage, external }: ProviderDesk): void {
  router.post("/payments/:id/choice", async (ctx) => {
    const payment = find(book, ctx.params["id"]);
    const form = await readForm(ctx);
    const choice = choicesFor(payment).find(({ id }) => id === form.get("choice"));
    if (choice === undefined) throw new Refusal(400, "There is no such choice.");
    // A second click, or a decision in another tab: the payment's page says how it stands.
    if (payment.state !== "open" || isExpired(payment, stage.now())) {
      redirect(ctx, pagePath(payment));
      return;
    }
    const url = payment.protocol === "external" ? external.choose(payment, choice) : await play(payment, choice, stage);
    if (url === undefined) showPage(ctx, closedTabPage(payment));
    else redirect(ctx, url);
  });
  router.get("/sample", (ctx) => showPage(ctx, samplePage()));
  router.get("/provider.css", (ctx) => {
    ctx.type = "css";
    ctx.body = PROVIDER_STYLE;
  });
  router.get("/frame-size.js", (ctx) => {
    ctx.type = "js";
    ctx.body = FRAME_SIZE_SCRIPT;
  });
}

function addDesk(router: Router, { book, stage }: ProviderDesk): void {
  router.get("/", (ctx) => showPage(ctx, paymentsPage(book.list(), stage.now())));
  router.post("/payments/:id/settle", async (ctx) => {
    const payment = find(book, ctx.params["id"]);
    const result = (await readForm(ctx)).get("result");
    if (result !== "paid" && result !== "failed") throw new Refusal(400, "A payment is marked as paid or as failed.");
    await settlePending(payment, result, stage);
    redirect(ctx, "/");
  });
  router.post("/payments/:id/manner", async (ctx) => {
    const payment = find(book, ctx.params["id"], "external");
    const manner = readManner((await readForm(ctx)).get("manner"));
    if (manner === undefined) throw new Refusal(400, "There is no such way to answer.");
    payment.manner = manner;
    redirect(ctx, "/");
  });
  router.post("/payments/:id/callback", async (ctx) => {
    const payment = find(book, ctx.params["id"]);
    const statement = currentStatement(payment);
    if (statement !== undefined) await sendCallback(payment, statement, stage);
    redirect(ctx, "/");
  });
}

function find(book: PaymentBook, id: string | undefined, ...protocols: Protocol[]): SimulatedPayment {
  const payment = book.find(id ?? "");
  if (payment === undefined || (protocols.length > 0 && !protocols.includes(payment.protocol))) {
    throw new Refusal(404, "There is no such payment.");
  }
  return payment;
}

function showPayment(ctx: Context, payment: SimulatedPayment, now: Date): void {
  showPage(ctx, paymentPage(payment, now));
}

function showPage(ctx: Context, page: string): void {
  ctx.type = "html";
  ctx.body = page;
}

function redirect(ctx: Context, url: string): void {
  ctx.redirect(url);
  // 303 turns a posted form into a GET, wherever it leads.
  ctx.status = 303;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
