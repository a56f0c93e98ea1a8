import { randomBytes } from "node:crypto";
import type { CommerceLayerAction } from "../../../shared/commerce-layer.ts";
import type { Manner } from "../../provider/manners.ts";
import { Refusal } from "../../refusal.ts";
import type { MerchantApi } from "../merchant-api.ts";
import { CURRENCY } from "../products.ts";
import { Answer, readAnswer, Webhook } from "./answers.ts";
import { newResourceId, type Exchange, type OrganizationOrder, type Transaction } from "./order.ts";
import { CUSTOMER, isSigned, signBody, writePayload } from "./payloads.ts";

/** How the simulated organization is set up. */
export interface OrganizationOptions {
  api: MerchantApi;
  /** The server's `/commerce-layer`. */
  endpointUrl: string;
  /** The simulated provider, where it is chosen how calls are answered, and the server's gateway that leads to it. */
  providerUrl: string;
  providerGateway: string;
  sharedSecret: string;
  shopUrl: () => string;
}

/** What a person chooses for a call. */
export interface CallChoice {
  /** Minor units. */
  amount: number;
  /** How the provider is to answer from now on; absent where that is left as it is. */
  manner?: Manner | undefined;
  /** How often it is sent, each time anew. */
  times?: number;
}

const SIGNATURE_HEADER = "X-CommerceLayer-Signature";
const TIMEOUT_MS = 30_000;
const MOST_ORDERS = 200;
const MOST_EXCHANGES = 50;

/**
 * Commerce Layer's part towards the server's endpoint (seed 002), for a person to play by hand:
 *
 * 1. An order is made over a checkout session, which the customer pays at any gateway; or over a saved source.
 * 2. Placing the order asks the endpoint to authorize it; captures, voids, refunds and tokens follow.
 * 3. What was answered with 202 stays pending until the signed webhook has told its end.
 */
export class Organization {
  readonly #options: OrganizationOptions;
  readonly #orders = new Map<string, OrganizationOrder>();
  /** What was told of actions that nobody here knew of yet: the webhook may overtake the answer that promised it. */
  readonly #early = new Map<string, Exchange>();

  constructor(options: OrganizationOptions) {
    this.#options = options;
  }

  /** Newest first. */
  list(): OrganizationOrder[] {
    return [...this.#orders.values()].toReversed();
  }

  find(id: string): OrganizationOrder | undefined {
    return this.#orders.get(id);
  }

  /**
   * Makes an order: with a session that its customer pays, or with what another order has saved.
   *
   * @throws ServerError where the server does not make the session
   */
  async createOrder(
    amount: number,
    { capture, paidLike }: { capture: "automatic" | "manual"; paidLike?: OrganizationOrder | undefined },
  ): Promise<OrganizationOrder> {
    const id = newResourceId();
    const source = paidLike?.source;
    const session = source === undefined ? await this.#createSession(id, amount, capture) : undefined;
    const order: OrganizationOrder = {
      id,
      amount,
      currency: CURRENCY,
      createdAt: new Date(),
      token: source ?? session?.id ?? "",
      session,
      providerPaymentId: source === undefined ? undefined : paidLike?.providerPaymentId,
      transactions: [],
      source,
      exchanges: [],
    };
    this.#orders.set(id, order);
    const [oldest] = this.#orders.keys();
    if (this.#orders.size > MOST_ORDERS && oldest !== undefined) this.#orders.delete(oldest);
    return order;
  }

  /** Asks the endpoint for something. @throws Refusal where the provider cannot be told how to answer */
  async ask(order: OrganizationOrder, action: CommerceLayerAction, choice: CallChoice): Promise<void> {
    const { amount, manner, times = 1 } = choice;
    if (manner !== undefined && order.providerPaymentId !== undefined) {
      await this.#setManner(order.providerPaymentId, manner);
    }
    for (let time = 1; time < times; time += 1) {
      await this.#send(action, writePayload(order, action, { amount, at: new Date() }));
    }
    await this.#exchange(order, action, writePayload(order, action, { amount, at: new Date() }), times);
  }

  /** Sends the very same call again, as Commerce Layer may. */
  async repeat(order: OrganizationOrder, exchangeId: string): Promise<void> {
    const exchange = order.exchanges.find(({ id }) => id === exchangeId);
    if (exchange === undefined || exchange.name === "webhook") throw new Refusal(400, "There is no such call.");
    await this.#exchange(order, exchange.name, exchange.body, 1);
  }

  /** Takes the webhook; gives the status that it is answered with. */
  hear(body: string, signature: string): number {
    if (!isSigned(body, this.#options.sharedSecret, signature)) return 401;
    const told = readAnswer(Webhook, body);
    if (told === undefined) return 422;
    const exchange: Exchange = { ...newExchange("webhook", body, 1), status: 200, answer: "" };
    const { action_id: actionId } = told.data;
    const order = this.list().find(({ transactions }) => transactions.some((one) => one.actionId === actionId));
    if (order === undefined) keepSome(this.#early, actionId, exchange);
    else applyWebhook(order, exchange);
    return 200;
  }

  async #createSession(orderId: string, amount: number, capture: "automatic" | "manual") {
    const page = `${this.#options.shopUrl()}/commerce-layer/orders/${orderId}`;
    const { id, url } = await this.#options.api.createSession(
      {
        currency: CURRENCY,
        items: [{ name: `Order ${orderId}`, sku: orderId, quantity: 1, unitAmount: amount }],
        shipping: 0,
        orderId,
        returnUrl: page,
        cancelUrl: page,
        locale: "en",
        capture,
        customer: CUSTOMER,
      },
      orderId,
    );
    return { id, url };
  }

  async #exchange(order: OrganizationOrder, action: CommerceLayerAction, body: string, times: number): Promise<void> {
    const exchange: Exchange = { ...newExchange(action, body, times), ...(await this.#send(action, body)) };
    noteExchange(order, exchange);
    const answer = readAnswer(Answer, exchange.answer);
    if (answer === undefined) return;
    if (answer.data?.payment_source_token !== undefined) order.source = answer.data.payment_source_token;
    const { gateway, gateway_reference: reference } = answer.data?.metadata ?? {};
    if (gateway === this.#options.providerGateway) order.providerPaymentId = reference;
    if (action === "token") return;
    const transaction = toTransaction(action, exchange.status, answer);
    noteTransaction(order, transaction);
    const early = this.#early.get(transaction.actionId ?? "");
    if (early !== undefined) applyWebhook(order, early);
  }

  async #send(action: CommerceLayerAction, body: string): Promise<Pick<Exchange, "status" | "answer">> {
    const { endpointUrl, sharedSecret } = this.#options;
    try {
      const response = await fetch(`${endpointUrl}/${action}`, {
        method: "POST",
        headers: { "content-type": "application/vnd.api+json", [SIGNATURE_HEADER]: signBody(body, sharedSecret) },
        body,
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      return { status: response.status, answer: await response.text() };
    } catch {
      return { status: undefined, answer: "No answer came." };
    }
  }

  async #setManner(paymentId: string, manner: Manner): Promise<void> {
    const body = new URLSearchParams({ manner });
    const url = `${this.#options.providerUrl}/payments/${paymentId}/manner`;
    const isSet = await fetch(url, { method: "POST", body, redirect: "manual" }).then(
      ({ status }) => status === 303,
      () => false,
    );
    // Only the wallet's provider can be told how to answer.
    if (!isSet) throw new Refusal(409, "The provider of this payment does not let you choose how it answers.");
  }
}

function newExchange(name: Exchange["name"], body: string, times: number): Omit<Exchange, "status" | "answer"> {
  return { id: randomBytes(9).toString("base64url"), at: new Date(), name, body, times };
}

function noteExchange({ exchanges }: OrganizationOrder, exchange: Exchange): void {
  exchanges.unshift(exchange);
  exchanges.length = Math.min(exchanges.length, MOST_EXCHANGES);
}

function toTransaction(action: Transaction["action"], status: number | undefined, answer: Answer): Transaction {
  const { data, error } = answer;
  return {
    action,
    token: data?.transaction_token ?? "",
    amount: data?.amount_cents ?? 0,
    state: !answer.success ? "refused" : status === 202 ? "pending" : "done",
    actionId: data?.action_id,
    message: error === undefined ? undefined : `${error.code}: ${error.message}`,
  };
}

/** The same call again is answered with the same transaction, which is then known already. */
function noteTransaction({ transactions }: OrganizationOrder, transaction: Transaction): void {
  const known = transactions.find(
    ({ action, token, state }) => action === transaction.action && token === transaction.token && state !== "refused",
  );
  if (known === undefined || transaction.state === "refused") transactions.push(transaction);
  else if (transaction.state === "done") known.state = "done";
}

function applyWebhook(order: OrganizationOrder, exchange: Exchange): void {
  const told = readAnswer(Webhook, exchange.body);
  const transaction = order.transactions.find(({ actionId }) => actionId === told?.data.action_id);
  noteExchange(order, exchange);
  if (told === undefined || transaction === undefined) return;
  transaction.state = told.success ? "done" : "refused";
  transaction.message = told.error === undefined ? told.data.message : `${told.error.code}: ${told.error.message}`;
}

function keepSome(early: Map<string, Exchange>, actionId: string, exchange: Exchange): void {
  early.set(actionId, exchange);
  const [oldest] = early.keys();
  if (early.size > MOST_EXCHANGES && oldest !== undefined) early.delete(oldest);
}
