import { randomBytes } from "node:crypto";
import { assertNever } from "../../shared/assert-never.ts";
import { Refusal } from "../refusal.ts";
import type { Choice } from "./choices.ts";
import {
  agree,
  ExternalPayload,
  isSignedExternal,
  refuse,
  signExternal,
  type ExternalAccount,
  type ExternalAnswer,
} from "./external-messages.ts";
import type { Messages, PaymentBook, SimulatedPayment } from "./payment.ts";
import { afterPause, sendCallback, settlePending, type Stage } from "./play.ts";

/** What a merchant's server may ask for. */
export const EXTERNAL_ACTIONS = ["authorize", "capture", "void", "refund"] as const;
type ExternalAction = (typeof EXTERNAL_ACTIONS)[number];

/** What the gateway needs to know. */
export interface ExternalDesk {
  book: PaymentBook;
  accounts: readonly ExternalAccount[];
  stage: Stage;
}

/** What the provider knows of a payment beside what all payments have. */
interface Purse {
  account: ExternalAccount;
  /** Given to the customer; whoever has it may ask for the money. */
  token: string;
  choice: Choice | undefined;
  refunded: number;
  /** What the provider has promised to tell the end of. */
  actionId: string | undefined;
}

const TOKEN_PREFIX = "wallet_";
const MOST_ANSWERS = 2000;

/**
 * Commerce Layer's external gateway (seed 002), as a merchant's server in Commerce Layer's place sees it. The customer
 * chooses on the page what is to happen and takes a token along; the server then asks for the money with it.
 */
export class ExternalGateway {
  readonly #desk: ExternalDesk;
  readonly #purses = new WeakMap<SimulatedPayment, Purse>();
  /** Answers by idempotency key: the same call again is given the same. */
  readonly #answers = new Map<string, ExternalAnswer>();

  constructor(desk: ExternalDesk) {
    this.#desk = desk;
  }

  /** Takes a customer who comes to the page; the same reference again is the same payment. @throws Refusal */
  accept(query: URLSearchParams): SimulatedPayment {
    const { book, accounts, stage } = this.#desk;
    const account = accounts.find(({ id }) => id === query.get("account"));
    if (account === undefined) throw new Refusal(403, "The provider does not know the account.");
    const amount = Number(query.get("amount_cents"));
    const currency = query.get("currency") ?? "";
    const reference = query.get("reference") ?? "";
    if (!Number.isSafeInteger(amount) || amount < 1 || !/^[A-Z]{3}$/.test(currency) || reference === "") {
      throw new Refusal(400, "The page was given no amount, currency or reference.");
    }
    const known = book.findReference(account.id, reference);
    if (known !== undefined) return known;
    const returnUrl = readAddress(query, "return_url");
    const cancelUrl = readAddress(query, "cancel_url");
    const purse: Purse = {
      account,
      token: `${TOKEN_PREFIX}${randomBytes(16).toString("hex")}`,
      choice: undefined,
      refunded: 0,
      actionId: undefined,
    };
    returnUrl.searchParams.set("payment_source_token", purse.token);
    const payment: SimulatedPayment = {
      id: randomBytes(16).toString("hex"),
      protocol: "external",
      account: account.id,
      merchant: account.merchant,
      reference,
      orderNumber: undefined,
      description: undefined,
      isTest: true,
      createdAt: stage.now(),
      expiresAt: undefined,
      isAuthorizationOnly: false,
      amount,
      currency,
      state: "open",
      charged: { amount, currency },
      messages: messagesOf(purse, returnUrl.href, cancelUrl.href),
      deliveries: [],
    };
    this.#purses.set(payment, purse);
    book.add(payment);
    return payment;
  }

  /** Remembers what is to happen when the money is asked for; gives the address that the customer is sent to. */
  choose(payment: SimulatedPayment, choice: Choice): string {
    if (choice.result === "cancelled") {
      payment.state = "cancelled";
      return payment.messages.cancelUrl();
    }
    const purse = this.#purses.get(payment);
    if (purse !== undefined) purse.choice ??= choice;
    return payment.messages.returnUrl({ result: "paid", isForged: false }, false);
  }

  /** Answers one call of a merchant's server; `lost` where it is done, and the answer never arrives. */
  answer(action: ExternalAction, body: string, signature: string, { key }: { key: string }): ExternalAnswer | "lost" {
    const account = this.#desk.accounts.find(({ secret }) => isSignedExternal(body, secret, signature));
    if (account === undefined) return refuse("signature_invalid", "The signature is wrong.", { status: 401 });
    const known = this.#answers.get(key);
    if (known !== undefined) return known;
    const payload = ExternalPayload.safeParse(readJson(body)).data;
    const payment = payload === undefined ? undefined : this.#find(account, payload);
    const purse = payment === undefined ? undefined : this.#purses.get(payment);
    if (payload === undefined || payment === undefined || purse === undefined) {
      return refuse("unknown_token", "There is no such payment.");
    }
    if (purse.choice?.id === "broken") return { status: 500, body: {} };
    const answer = this.#carryOut(action, payload, payment, purse);
    if (key !== "") this.#keep(key, answer);
    return action === "authorize" && purse.choice?.id === "answer-lost" ? "lost" : answer;
  }

  #keep(key: string, answer: ExternalAnswer): void {
    this.#answers.set(key, answer);
    const [oldest] = this.#answers.keys();
    if (this.#answers.size > MOST_ANSWERS && oldest !== undefined) this.#answers.delete(oldest);
  }

  #carryOut(action: ExternalAction, payload: ExternalPayload, payment: SimulatedPayment, purse: Purse): ExternalAnswer {
    switch (action) {
      case "authorize":
        return this.#authorize(payload, payment, purse);
      case "capture":
        return this.#capture(payload.data.attributes.capture_amount_cents ?? payment.amount, payment, purse);
      case "void":
        if (payment.state !== "authorized" && payment.state !== "pending") return refuseState(payment);
        payment.state = "cancelled";
        return agree(`${payment.id}-void`, payment.amount);
      case "refund": {
        const amount = payload.data.attributes.refund_amount_cents ?? 0;
        if (payment.state !== "paid") return refuseState(payment);
        if (amount < 1 || amount > payment.charged.amount - purse.refunded) {
          return refuse("amount_too_large", "More than what is left.", { token: payment.id, amount });
        }
        purse.refunded += amount;
        return agree(`${payment.id}-refund-${purse.refunded}`, amount);
      }
      default:
        return assertNever(action);
    }
  }

  #authorize({ included }: ExternalPayload, payment: SimulatedPayment, purse: Purse): ExternalAnswer {
    const { amount, currency } = payment;
    const order = included.find(({ type }) => type === "orders")?.attributes;
    if (order?.["total_amount_with_taxes_cents"] !== amount || order["currency_code"] !== currency) {
      return refuse("amount_mismatch", "The order is over another amount.", { token: payment.id, amount });
    }
    if (payment.state !== "open" || purse.choice === undefined) return refuseState(payment);
    if (purse.choice.result === "failed") {
      payment.state = "failed";
      return refuse("card_declined", "The bank declined the payment.", { token: payment.id, amount, status: 402 });
    }
    const { later } = purse.choice;
    if (later === undefined) {
      payment.state = "authorized";
      return agree(payment.id, amount);
    }
    payment.state = "pending";
    purse.actionId = `${payment.id}-authorization`;
    void afterPause(this.#desk.stage, () => settlePending(payment, later, this.#desk.stage));
    return agree(payment.id, amount, purse.actionId);
  }

  #capture(amount: number, payment: SimulatedPayment, purse: Purse): ExternalAnswer {
    if (payment.state !== "authorized") return refuseState(payment);
    if (amount < 1 || amount > payment.amount) {
      return refuse("amount_too_large", "More than was authorized.", { token: payment.id, amount });
    }
    const { stage } = this.#desk;
    payment.charged = { amount, currency: payment.currency };
    payment.state = "paid";
    const token = `${payment.id}-capture`;
    if (purse.choice?.id !== "capture-later") return agree(token, amount);
    purse.actionId = token;
    void afterPause(stage, () => sendCallback(payment, { result: "paid", isForged: false }, stage));
    return agree(token, amount, purse.actionId);
  }

  /** A call names the payment by the customer's token, or by one that it was given for it. */
  #find(account: ExternalAccount, { data: { attributes } }: ExternalPayload): SimulatedPayment | undefined {
    const { payment_source_token: sourceToken, token } = attributes;
    const own = this.#desk.book.list().filter((payment) => payment.account === account.id);
    return own.find((payment) =>
      sourceToken === undefined
        ? token === payment.id || token === `${payment.id}-capture`
        : this.#purses.get(payment)?.token === sourceToken,
    );
  }
}

function messagesOf(purse: Purse, returnUrl: string, cancelUrl: string): Messages {
  return {
    callback: ({ result }) => {
      if (purse.actionId === undefined) return undefined;
      const isSuccess = result === "paid";
      const body = JSON.stringify({
        success: isSuccess,
        data: { action_id: purse.actionId, message: isSuccess ? "Approved by the bank." : "Declined by the bank." },
        ...(isSuccess ? {} : { error: { code: "card_declined", message: "The bank declined the payment." } }),
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

function refuseState({ id, state, amount }: SimulatedPayment): ExternalAnswer {
  return refuse("wrong_state", `The payment is ${state}.`, { token: id, amount });
}

function readAddress(query: URLSearchParams, name: string): URL {
  const url = URL.parse(query.get(name) ?? "");
  if (url === null || !/^https?:$/.test(url.protocol)) throw new Refusal(400, `${name} is not a web address.`);
  return url;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
