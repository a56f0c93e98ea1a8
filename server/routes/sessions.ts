import type Router from "@koa/router";
import { z } from "zod";
import { PATHS } from "../../shared/paths.ts";
import { ListSessionsQuery } from "../../shared/queries.ts";
import type { CheckoutSession } from "../../shared/records.ts";
import { StartAttemptRequest } from "../../shared/requests.ts";
import { acknowledgeSession } from "../checkout/acknowledge-session.ts";
import { cancelSession } from "../checkout/cancel-session.ts";
import { chargeSource } from "../checkout/charge-source.ts";
import { createSession } from "../checkout/create-session.ts";
import { createStorefrontSession } from "../checkout/create-storefront-session.ts";
import { bringUpToDate } from "../checkout/due-work.ts";
import { deriveClientSecret } from "../checkout/ids.ts";
import { readLedger } from "../checkout/settle.ts";
import { refreshSession } from "../checkout/refresh-session.ts";
import { startAttempt } from "../checkout/start-attempt.ts";
import { viewSession } from "../checkout/view.ts";
import { readStorefront, requireMerchant, requireSessionAccess } from "../http/authorize.ts";
import { readAs, readJson, readOptionalJson } from "../http/body.ts";
import { answerOnce, refuseGuessableKey } from "../http/idempotency.ts";
import { readParameters, toListRequest } from "../http/query.ts";
import { newRouter, ofRequest, type RouteContext } from "./route-context.ts";

const NoFields = z.strictObject({});

/** Serves checkout sessions: to the merchant by the secret key, and one each to the browser by its client secret. */
export function sessionRoutes({ checkout, keys, countCreation }: RouteContext): Router {
  const router = newRouter();

  router.post(PATHS.sessions, async (ctx) => {
    const secretOf = (id: string) => deriveClientSecret(checkout.clientSecretKey, id);
    const storefront = readStorefront(ctx, checkout.storefronts);
    if (storefront !== undefined) {
      countCreation(ctx.req);
      refuseGuessableKey(ctx);
      const body = readJson(ctx);
      const toAnswer = (session: CheckoutSession) => ({
        status: 201,
        body: { ...session, clientSecret: secretOf(session.id) },
      });
      await answerOnce<CheckoutSession>(ctx, checkout, { caller: `storefront ${storefront}`, toAnswer }, (keep) =>
        createStorefrontSession(ofRequest(checkout, ctx), body, keep),
      );
      return;
    }
    requireMerchant(ctx, keys);
    const body = readJson(ctx);
    const toAnswer = async (created: CheckoutSession) => {
      // What came of the charge is not known when the session, and the answer with it, is stored.
      const session = created.paymentSource === undefined ? created : await readAsMerchant(created.id);
      return { status: 201, body: { ...session, clientSecret: secretOf(session.id) } };
    };
    await answerOnce<CheckoutSession>(ctx, checkout, { caller: "merchant", toAnswer }, async (keep) => {
      const session = await createSession(checkout, body, keep);
      // The attempt that a session is made with is the one that charges its source.
      if (session.attempt !== undefined) await chargeSource(ofRequest(checkout, ctx), session.id, session.attempt.id);
      return session;
    });
  });

  router.get(PATHS.sessions, async (ctx) => {
    requireMerchant(ctx, keys);
    const { filter, page } = toListRequest(readParameters(ctx, ListSessionsQuery));
    const { items, next } = await checkout.store.listSessions(filter, page);
    ctx.body = { data: items.map((ledger) => viewSession(checkout, ledger, "merchant")), next };
  });

  router.get(PATHS.session(":id"), async (ctx) => {
    const { ledger, audience } = await readSession(ctx.params["id"], ctx);
    // An old open session may have run out or been paid: what is due is asked about first. HEAD changes nothing.
    const current = ctx.method === "GET" ? await bringUpToDate(checkout, ledger.session.id, ledger) : ledger;
    ctx.body = viewSession(checkout, current, audience);
  });

  router.post(PATHS.attempts(":id"), async (ctx) => {
    const { ledger } = await readSession(ctx.params["id"], ctx);
    const request = readAs(StartAttemptRequest, readJson(ctx));
    // Kept as the target of messages, so only what is one.
    const origin = checkout.storefronts.has(ctx.get("origin")) ? ctx.get("origin") : "";
    const toAnswer = (started: Awaited<ReturnType<typeof startAttempt>>) => ({ status: 201, body: started });
    await answerOnce(ctx, checkout, { caller: ledger.session.id, toAnswer }, (keep) =>
      startAttempt(
        ofRequest(checkout, ctx),
        ledger.session.id,
        { ...request, ...(origin === "" ? {} : { origin }) },
        keep,
      ),
    );
  });

  router.post(PATHS.cancelSession(":id"), async (ctx) => {
    requireMerchant(ctx, keys);
    readAs(NoFields, readOptionalJson(ctx));
    const id = ctx.params["id"] ?? "";
    const toAnswer = (session: CheckoutSession) => ({ status: 200, body: session });
    await answerOnce(ctx, checkout, { caller: "merchant", toAnswer }, (keep) =>
      cancelSession(ofRequest(checkout, ctx), id, keep),
    );
  });

  router.post(PATHS.refreshSession(":id"), async (ctx) => {
    requireMerchant(ctx, keys);
    readAs(NoFields, readOptionalJson(ctx));
    const toAnswer = (session: CheckoutSession) => ({ status: 200, body: session });
    await answerOnce(ctx, checkout, { caller: "merchant", toAnswer }, (keep) =>
      refreshSession(ofRequest(checkout, ctx), ctx.params["id"] ?? "", keep),
    );
  });

  router.post(PATHS.acknowledgeSession(":id"), async (ctx) => {
    requireMerchant(ctx, keys);
    readAs(NoFields, readOptionalJson(ctx));
    const toAnswer = (session: CheckoutSession) => ({ status: 200, body: session });
    await answerOnce(ctx, checkout, { caller: "merchant", toAnswer }, (keep) =>
      acknowledgeSession(checkout, ctx.params["id"] ?? "", keep),
    );
  });

  return router;

  async function readAsMerchant(id: string): Promise<CheckoutSession> {
    return viewSession(checkout, await readLedger(checkout, id), "merchant");
  }

  async function readSession(id: string | undefined, ctx: Parameters<typeof requireSessionAccess>[0]) {
    return requireSessionAccess(ctx, keys, await checkout.store.readLedger(id ?? ""));
  }
}
