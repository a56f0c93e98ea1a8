import { PassThrough } from "node:stream";
import type Router from "@koa/router";
import { ListEventsQuery } from "../../shared/events.ts";
import { PATHS } from "../../shared/paths.ts";
import { bringUpToDate } from "../checkout/due-work.ts";
import { viewSession, type Audience } from "../checkout/view.ts";
import { requireMerchant, requireSessionAccess } from "../http/authorize.ts";
import { readParameters } from "../http/query.ts";
import { newRouter, type RouteContext } from "./route-context.ts";

const HEARTBEAT_MS = 15_000;
/** A stream ends after this, and the page asks again: nothing is held open for ever. */
const STREAM_LIMIT_MS = 600_000;

/** Serves what happened: all of it to the merchant, and one session's state as it changes to whoever may see it. */
export function eventRoutes({ checkout, keys, closing }: RouteContext): Router {
  const router = newRouter();

  router.get(PATHS.events, async (ctx) => {
    requireMerchant(ctx, keys);
    const { after, limit, sessionId } = readParameters(ctx, ListEventsQuery);
    const data = await checkout.store.listEvents(after, limit, sessionId);
    ctx.body = { data, next: data.length < limit ? null : String(data.at(-1)?.sequence) };
  });

  router.get(PATHS.sessionEvents(":id"), async (ctx) => {
    const id = ctx.params["id"] ?? "";
    const { audience } = requireSessionAccess(ctx, keys, await checkout.store.readLedger(id));
    ctx.type = "text/event-stream";
    // Proxies that gather an answer before they pass it on would keep the news from the page.
    ctx.set("X-Accel-Buffering", "no");
    if (ctx.method === "HEAD") {
      ctx.status = 200;
      return;
    }
    await bringUpToDate(checkout, id);
    ctx.body = streamSession(id, audience);
  });

  return router;

  function streamSession(id: string, audience: Audience): PassThrough {
    const stream = new PassThrough();
    let lastVersion = 0;
    let sending = Promise.resolve();
    const sendNews = async () => {
      const ledger = await checkout.store.readLedger(id);
      if (ledger === null || ledger.session.version <= lastVersion || stream.writableEnded) return;
      lastVersion = ledger.session.version;
      const data = JSON.stringify(viewSession(checkout, ledger, audience));
      stream.write(`event: session\nid: ${lastVersion}\ndata: ${data}\n\n`);
    };
    // One after the other, so that an older state is never sent after a newer one.
    const send = () => {
      sending = sending.then(sendNews).catch((error: unknown) => {
        checkout.log.warn({ sessionId: id, err: error }, "a stream of events could not go on");
        stream.end();
      });
    };
    // Listens before it reads, so that no change falls between.
    const unsubscribe = checkout.store.subscribe((changed) => {
      if (changed === id) send();
    });
    const heartbeat = setInterval(() => {
      stream.write(": still here\n\n");
      // Another process may end before it has told of its change, and the connection to hear it on may break.
      send();
    }, HEARTBEAT_MS);
    const end = () => stream.end();
    const limit = setTimeout(end, STREAM_LIMIT_MS);
    closing.addEventListener("abort", end, { once: true });
    stream.once("close", () => {
      unsubscribe();
      clearInterval(heartbeat);
      clearTimeout(limit);
      closing.removeEventListener("abort", end);
    });
    send();
    // A page whose stream ends with the server may ask again before its connection is closed.
    if (closing.aborted) end();
    return stream;
  }
}
