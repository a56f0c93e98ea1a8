import { assertNever } from "../../shared/assert-never.ts";
import type { Choice } from "./choices.ts";
import { signExternal, type ExternalAccount } from "./external-messages.ts";
import type { Manner } from "./manners.ts";
import type { Messages } from "./payment.ts";

/** What an external gateway knows of a payment beside what all payments have. */
export interface Purse {
  account: ExternalAccount;
  /** Given to the customer; whoever has it may ask for the money. */
  token: string;
  /** What was chosen on the page; absent where there was none. */
  choice: Pick<Choice, "id" | "result" | "later"> | undefined;
  refunded: number;
  /** What the provider has promised to tell the end of; `isDone` as soon as that is settled for an operation. */
  promise: { actionId: string; isDone?: boolean } | undefined;
  /** Whether an operation that was promised has not ended yet. */
  isBusy: boolean;
}

/** Says how the page's choice makes the provider answer the calls that follow. */
export function mannerOf({ id }: Pick<Choice, "id">): Manner {
  if (id === "broken") return "broken";
  return id === "capture-later" ? "later" : "at-once";
}

/** What is charged without the page goes as the provider's manner has it. */
export function choiceFor(manner: Manner): NonNullable<Purse["choice"]> {
  switch (manner) {
    case "refuse":
      return { id: manner, result: "failed" };
    case "later":
      return { id: manner, result: "pending", later: "paid" };
    case "later-refuse":
      return { id: manner, result: "pending", later: "failed" };
    case "at-once":
    case "broken":
      return { id: manner, result: "paid" };
    default:
      return assertNever(manner);
  }
}

/** Words an external gateway's messages about one payment: the webhook that keeps a promise, and the ways back. */
export function externalMessages(purse: Purse, returnUrl: string, cancelUrl: string): Messages {
  return {
    callback: ({ result }) => {
      if (purse.promise === undefined || result === "pending") return undefined;
      const { actionId, isDone = result === "paid" } = purse.promise;
      const body = JSON.stringify({
        success: isDone,
        data: { action_id: actionId, message: isDone ? "Approved by the bank." : "Declined by the bank." },
        ...(isDone ? {} : { error: { code: "card_declined", message: "The bank declined the payment." } }),
      });
      return {
        url: purse.account.webhookUrl,
        contentType: "application/json",
        body,
        headers: { "X-CommerceLayer-Signature": signExternal(body, purse.account.secret) },
      };
    },
    returnUrl: () => returnUrl,
    cancelUrl: () => cancelUrl,
  };
}
