import type { Context } from "koa";
import { html } from "../../shared/html.ts";
import type { CheckoutError } from "../errors.ts";
import { answerPage } from "./page.ts";

/** Answers a customer's browser with what went wrong and what to do, in the customer's words. */
export function answerProblemPage(ctx: Context, error: CheckoutError): void {
  const { title, advice } = wordsFor(error);
  answerPage(ctx, error.status, {
    title,
    body: html`<main class="problem">
      <h1>${title}</h1>
      <p>${advice}</p>
      <p class="muted small">If you ask the shop for help, tell it this number: ${String(ctx.state["requestId"])}</p>
    </main>`,
    style: ".problem{max-width:32rem;margin:0 auto;padding:64px 16px;display:grid;gap:16px}",
  });
}

function wordsFor({ code }: CheckoutError): { title: string; advice: string } {
  switch (code) {
    case "not_found":
      return {
        title: "Page not found",
        advice: "The link is incomplete or no longer valid. Go back to the shop and start again.",
      };
    case "session_complete":
      return { title: "Already paid", advice: "This order is already paid. You need not pay again." };
    case "session_closed":
      return { title: "This checkout is closed", advice: "Nothing was paid. Go back to the shop to start again." };
    case "invalid_state":
      return {
        title: "A payment is being processed",
        advice: "Wait a little before you try again, so that you do not pay twice. Go back to see how it stands.",
      };
    case "gateway_unavailable":
    case "gateway_declined":
    case "circuit_open":
      return {
        title: "The payment provider cannot be reached",
        advice: "Nothing was paid. Go back and try again in a few minutes, or pay another way.",
      };
    default:
      return { title: "Something went wrong", advice: "Go back and try again. If it happens again, tell the shop." };
  }
}
