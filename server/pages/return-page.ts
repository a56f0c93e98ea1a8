import type { Context } from "koa";
import { html } from "../../shared/html.ts";
import { MAX_FRAME_HEIGHT, MESSAGE_SOURCE, MESSAGE_VERSION, type CheckoutMessage } from "../../shared/messages.ts";
import type { Trip } from "../gateways/gateway.ts";
import { answerPage } from "./page.ts";

/**
 * The page to which a provider sends the customer back in a frame or popup.
 *
 * 1. It tells the page that started the attempt, and only that origin, that the customer is back: no result.
 * 2. The element there asks the server and takes this page away.
 * 3. Where no element listens any more, the link brings the customer to the shop.
 */
export function answerReturnPage(
  ctx: Context,
  { session, attempt }: Trip,
  {
    type,
    shopAddress,
    storefronts,
  }: { type: "returned" | "cancelled"; shopAddress: string; storefronts: readonly string[] },
): void {
  const { nonce, origin } = attempt;
  const message = (messageType: CheckoutMessage["type"]) => ({
    source: MESSAGE_SOURCE,
    version: MESSAGE_VERSION,
    type: messageType,
    sessionId: session.id,
    nonce,
  });
  answerPage(ctx, 200, {
    title: type === "cancelled" ? "Payment called off" : "Back to the shop",
    locale: "en",
    body: html`<main class="notice">
      <h1>${type === "cancelled" ? "The payment was called off" : "Thank you"}</h1>
      <p class="muted">
        ${
          type === "cancelled"
            ? "Nothing was paid here. You can take it up again in the shop."
            : "The shop is being told that you are back."
        }
      </p>
      <p><a class="button" href="${shopAddress}" target="_top" rel="noopener">Back to the shop</a></p>
    </main>`,
    style: ".notice{max-width:32rem;margin:0 auto;padding:32px 16px;display:grid;gap:16px;text-align:center}",
    ...(nonce === undefined || origin === undefined
      ? {}
      : {
          script: RETURN_SCRIPT,
          data: {
            id: "message",
            value: { target: origin, messages: [message("ready"), message("resize"), message(type)] },
          },
        }),
    frameAncestors: storefronts,
  });
}

/** Sends what the page carries to the opener or parent, at that one origin, and how high the page is. */
const RETURN_SCRIPT = `(() => {
  const { target, messages } = JSON.parse(document.getElementById("message").textContent);
  const listener = window.opener ?? (window.parent === window ? null : window.parent);
  if (listener === null) return;
  const height = Math.min(document.documentElement.scrollHeight, ${MAX_FRAME_HEIGHT});
  for (const message of messages) {
    listener.postMessage(message.type === "resize" ? { ...message, height } : message, target);
  }
})();`;
