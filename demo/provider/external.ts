import { randomBytes } from "node:crypto";
import { Refusal } from "../refusal.ts";
import type { Choice } from "./choices.ts";
import {
  agree,
  agreeToToken,
  ExternalPayload,
  isSignedExternal,
  refuse,
  refuseState,
  type ExternalAccount,
  type ExternalAnswer,
} from "./external-messages.ts";
import { planOperation, type ExternalOperation, type Plan } from "./external-operations.ts";
import { choiceFor, externalMessages, mannerOf, type Purse } from "./external-purse.ts";
import type { PaymentBook, SimulatedPayment } from "./payment.ts";
import { afterPause, sendCallback, settlePending, type Stage } from "./play.ts";

/** What a merchant's server may ask for. */
export const EXTERNAL_ACTIONS = ["authorize", "capture", "void", "refund", "token"] as const;
type ExternalAction = (typeof EXTERNAL_ACTIONS)[number];

/** What the gateway needs to know. */
export interface ExternalDesk {
  book: PaymentBook;
  accounts: readonly ExternalAccount[];
  stage: Stage;
}

const TOKEN_PREFIX = "wallet_";
const SAVED_PREFIX = "wallet_saved_";
const MOST_ANSWERS = 2000;

/**
 * Commerce Layer's external gateway (seed 002), as a merchant's server in Commerce Layer's place sees it. The customer
 * chooses on the page what is to happen and takes a token along; the server then asks for the money with it. How the
 * calls after that are answered is chosen for each payment on the provider's list.
 */
export class ExternalGateway {
  readonly #desk: ExternalDesk;
  readonly #purses = new WeakMap<SimulatedPayment, Purse>();
  /** Answers by idempotency key: the same call again is given the same. */
  readonly #answers = new Map<string, ExternalAnswer>();
  /** The payments of which something was saved, by the token for it. */
  readonly #saved = new Map<string, SimulatedPayment>();

  constructor(desk: ExternalDesk) {
    this.#desk = desk;
  }

  /** Takes a customer who comes to the page; the same reference again is the same payment. @throws Refusal */
  accept(query: URLSearchParams): SimulatedPayment {
    const account = this.#desk.accounts.find(({ id }) => id === query.get("account"));
    if (account === undefined) throw new Refusal(403, "The provider does not know the account.");
    const amount = Number(query.get("amount_cents"));
    const currency = query.get("currency") ?? "";
    const reference = query.get("reference") ?? "";
    if (!isPayable(amount, currency) || reference === "") {
      throw new Refusal(400, "The page was given no amount, currency or reference.");
    }
    const known = this.#desk.book.findReference(account.id, reference);
    if (known !== undefined) return known;
    const token = newToken(TOKEN_PREFIX);
    const returnUrl = readAddress(query, "return_url");
    returnUrl.searchParams.set("payment_source_token", token);
    const cancelUrl = readAddress(query, "cancel_url");
    const purse = newPurse(account, token);
    return this.#open(purse, { reference, amount, currency }, [returnUrl.href, cancelUrl.href]);
  }

  /** Remembers what is to happen when the money is asked for; gives the address that the customer is sent to. */
  choose(payment: SimulatedPayment, choice: Choice): string {
    if (choice.result === "cancelled") {
      payment.state = "cancelled";
      return payment.messages.cancelUrl();
    }
    const purse = this.#purses.get(payment);
    if (purse !== undefined && purse.choice === undefined) {
      purse.choice = choice;
      payment.manner = mannerOf(choice);
    }
    return payment.messages.returnUrl({ result: "paid", isForged: false }, false);
  }

  /** Answers one call of a merchant's server; `lost` where it is done, and the answer never arrives. */
  answer(action: ExternalAction, body: string, signature: string, { key }: { key: string }): ExternalAnswer | "lost" {
    const account = this.#desk.accounts.find(({ secret }) => isSignedExternal(body, secret, signature));
    if (account === undefined) return refuse("signature_invalid", "The signature is wrong.", { status: 401 });
    const known = this.#answers.get(key);
    if (known !== undefined) return known;
    const payload = ExternalPayload.safeParse(readJson(body)).data;
    const payment = payload === undefined ? undefined : this.#find(account, action, payload);
    const purse = payment === undefined ? undefined : this.#purses.get(payment);
    if (payload === undefined || payment === undefined || purse === undefined) {
      return refuse("unknown_token", "There is no such payment.");
    }
    if (payment.manner === "broken") return { status: 500, body: {} };
    const answer = this.#carryOut(action, payload, payment, purse);
    if (key !== "") keep(this.#answers, key, answer);
    return action === "authorize" && purse.choice?.id === "answer-lost" ? "lost" : answer;
  }

  #carryOut(action: ExternalAction, payload: ExternalPayload, payment: SimulatedPayment, purse: Purse): ExternalAnswer {
    if (action === "authorize") return this.#authorize(payload, payment, purse);
    if (action === "token") return this.#saveToken(payment);
    return this.#operate(action, payload, payment, purse);
  }

  #authorize({ included }: ExternalPayload, payment: SimulatedPayment, purse: Purse): ExternalAnswer {
    const { amount, currency } = payment;
    const order = included.find(({ type }) => type === "orders")?.attributes;
    if (order?.["total_amount_with_taxes_cents"] !== amount || order["currency_code"] !== currency) {
      return refuse("amount_mismatch", "The order is over another amount.", { token: payment.id, amount });
    }
    if (payment.state !== "open" || purse.choice === undefined) return refuseState(payment);
    const { result, later } = purse.choice;
    if (result === "failed") {
      payment.state = "failed";
      return refuseAsBank(payment);
    }
    if (result !== "pending") {
      payment.state = "authorized";
      return agree(payment.id, amount);
    }
    payment.state = "pending";
    purse.promise = { actionId: `${payment.id}-authorization` };
    // Where nothing is to come by itself, somebody decides on the provider's list.
    if (later !== undefined) {
      void afterPause(this.#desk.stage, () => settlePending(payment, later, this.#desk.stage));
    }
    return agree(payment.id, amount, purse.promise.actionId);
  }

  #operate(
    action: ExternalOperation,
    payload: ExternalPayload,
    payment: SimulatedPayment,
    purse: Purse,
  ): ExternalAnswer {
    if (purse.isBusy) return refuse("busy", "Another call is still being worked on.", { token: payment.id });
    const plan = planOperation(action, payload, payment, purse);
    if ("status" in plan) return plan;
    switch (payment.manner) {
      case "refuse":
        return refuseAsBank(payment);
      case "later":
      case "later-refuse":
        return this.#promise(plan, payment, purse);
      default:
        plan.apply();
        return agree(plan.token, plan.amount);
    }
  }

  #promise({ token, amount, apply }: Plan, payment: SimulatedPayment, purse: Purse): ExternalAnswer {
    const { stage } = this.#desk;
    const isDone = payment.manner === "later";
    const actionId = `${token}-${randomBytes(4).toString("hex")}`;
    purse.isBusy = true;
    void afterPause(stage, () => {
      purse.isBusy = false;
      purse.promise = { actionId, isDone };
      if (isDone) apply();
      return sendCallback(payment, { result: isDone ? "paid" : "failed", isForged: false }, stage);
    });
    return agree(token, amount, actionId);
  }

  /** A token is given at once or not at all: the protocol has no later for it. */
  #saveToken(payment: SimulatedPayment): ExternalAnswer {
    if (payment.state !== "authorized" && payment.state !== "paid") return refuseState(payment);
    if (payment.manner === "refuse" || payment.manner === "later-refuse") return refuseAsBank(payment);
    const token = newToken(SAVED_PREFIX);
    keep(this.#saved, token, payment);
    return agreeToToken(token);
  }

  /** A call names the payment by the customer's token, or by one that it was given for it. */
  #find(account: ExternalAccount, action: ExternalAction, payload: ExternalPayload): SimulatedPayment | undefined {
    const { payment_source_token: sourceToken, token } = payload.data.attributes;
    const saved = this.#saved.get(sourceToken ?? "");
    if (saved?.account === account.id) return action === "authorize" ? this.#charge(saved, payload) : saved;
    const own = this.#desk.book.list().filter((payment) => payment.account === account.id);
    return own.find((payment) =>
      sourceToken === undefined
        ? token === payment.id || token === `${payment.id}-capture`
        : this.#purses.get(payment)?.token === sourceToken,
    );
  }

  /** Opens a payment of what was saved of another, as large as the order; the same reference again is the same one. */
  #charge(saved: SimulatedPayment, { data, included }: ExternalPayload): SimulatedPayment | undefined {
    const purse = this.#purses.get(saved);
    const order = included.find(({ type }) => type === "orders")?.attributes;
    const amount = Number(order?.["total_amount_with_taxes_cents"]);
    const currency = String(order?.["currency_code"]);
    if (purse === undefined || data.id === undefined || !isPayable(amount, currency)) return undefined;
    const known = this.#desk.book.findReference(saved.account, data.id);
    if (known !== undefined) return known;
    const manner = saved.manner ?? "at-once";
    const own = { ...newPurse(purse.account, newToken(TOKEN_PREFIX)), choice: choiceFor(manner) };
    const payment = this.#open(own, { reference: data.id, amount, currency }, ["/", "/"]);
    payment.manner = manner;
    return payment;
  }

  #open(
    purse: Purse,
    asked: { reference: string; amount: number; currency: string },
    [returnUrl, cancelUrl]: readonly [string, string],
  ): SimulatedPayment {
    const { amount, currency, reference } = asked;
    const payment: SimulatedPayment = {
      id: randomBytes(16).toString("hex"),
      protocol: "external",
      account: purse.account.id,
      merchant: purse.account.merchant,
      reference,
      orderNumber: undefined,
      description: undefined,
      isTest: true,
      createdAt: this.#desk.stage.now(),
      expiresAt: undefined,
      isAuthorizationOnly: false,
      amount,
      currency,
      state: "open",
      charged: { amount, currency },
      messages: externalMessages(purse, returnUrl, cancelUrl),
      deliveries: [],
      manner: "at-once",
    };
    this.#purses.set(payment, purse);
    this.#desk.book.add(payment);
    return payment;
  }
}

function newPurse(account: ExternalAccount, token: string): Purse {
  return { account, token, choice: undefined, refunded: 0, promise: undefined, isBusy: false };
}

function newToken(prefix: string): string {
  return `${prefix}${randomBytes(16).toString("hex")}`;
}

function isPayable(amount: number, currency: string): boolean {
  return Number.isSafeInteger(amount) && amount >= 1 && /^[A-Z]{3}$/.test(currency);
}

function refuseAsBank({ id, amount }: SimulatedPayment): ExternalAnswer {
  return refuse("card_declined", "The bank declined the payment.", { token: id, amount, status: 402 });
}

/** Remembers one more, and forgets the oldest where there are too many. */
function keep<Value>(known: Map<string, Value>, key: string, value: Value): void {
  known.set(key, value);
  const [oldest] = known.keys();
  if (known.size > MOST_ANSWERS && oldest !== undefined) known.delete(oldest);
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
