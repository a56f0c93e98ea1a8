import { randomUUID } from "node:crypto";
import { formatDecimal } from "../../shared/money.ts";
import { clearingDate, dwollaMessages, transactionNumber, type DwollaApplication } from "./dwolla-messages.ts";
import { DwollaOrder, findOrderError } from "./dwolla-order.ts";
import type { PaymentBook, SimulatedPayment } from "./payment.ts";

/** What Dwolla's interface answers with HTTP 200, business errors among it. */
export interface DwollaAnswer {
  Success: boolean;
  Message: string;
  Response: Readonly<Record<string, unknown>> | null;
}

/** What the interface needs to know. */
export interface DwollaDesk {
  book: PaymentBook;
  applications: readonly DwollaApplication[];
  now: () => Date;
  /** How long a checkout waits for the customer, in seconds. */
  lifetimeSeconds: number;
}

interface StoredCheckout {
  payment: SimulatedPayment;
  order: DwollaOrder;
}

/**
 * Dwolla's off-site gateway as a merchant's server sees it (seed 003): create a checkout, ask how it stands, and
 * complete one that was made for later payment.
 */
export class DwollaGateway {
  readonly #desk: DwollaDesk;
  readonly #orders = new WeakMap<SimulatedPayment, DwollaOrder>();

  constructor(desk: DwollaDesk) {
    this.#desk = desk;
  }

  /** `POST /checkouts`; `undefined` where the body cannot be read, which Dwolla answers with 500 and an XML fault. */
  create(body: unknown): DwollaAnswer | undefined {
    const parsed = DwollaOrder.safeParse(body);
    if (!parsed.success) return undefined;
    const order = parsed.data;
    const application = this.#authenticate(order.client_id, order.client_secret);
    if (application === undefined) return refuse("Invalid application credentials.");
    if (order.purchaseOrder.destinationId !== application.destinationId) return refuse("Invalid destination user.");
    const error = findOrderError(order);
    if (error !== undefined) return refuse(error);
    return agree({ CheckoutId: this.#open(order, application).id });
  }

  /** `GET /checkouts/:id` with the credentials in the query. */
  read(checkoutId: string, query: URLSearchParams): DwollaAnswer {
    const checkout = this.#find(checkoutId, query.get("client_id"), query.get("client_secret"));
    if (checkout === undefined) return refuse("Invalid application credentials.");
    if (checkout === "unknown") return refuse("Invalid checkout ID.");
    const { payment, order } = checkout;
    const { tax, discount, shipping, orderItems, metadata } = order.purchaseOrder;
    const write = (cents: number) => Number(formatDecimal(cents, "USD"));
    return agree({
      CheckoutId: payment.id,
      Discount: write(discount),
      Shipping: write(shipping),
      Tax: write(tax),
      Total: write(payment.charged.amount),
      Status: statusOf(payment, this.#desk.now()),
      FundingSource: payment.state === "open" ? null : "Balance",
      TransactionId: transactionNumber(payment),
      ProfileId: null,
      DestinationTransactionId: null,
      OrderItems: orderItems.map(({ name, description, quantity, price }) => ({
        Name: name,
        Description: description ?? null,
        Quantity: quantity,
        Price: write(price),
      })),
      Metadata: metadata ?? null,
    });
  }

  /** `POST /checkouts/:id/complete`: takes the money of a checkout made with `checkoutWithApi`, once. */
  complete(checkoutId: string, body: unknown): DwollaAnswer {
    const credentials = (typeof body === "object" && body !== null ? body : {}) as Readonly<Record<string, unknown>>;
    const checkout = this.#find(checkoutId, credentials["client_id"], credentials["client_secret"]);
    if (checkout === undefined) return refuse("Invalid application credentials.");
    if (checkout === "unknown") return refuse("Invalid checkout ID.");
    const { payment, order } = checkout;
    if (payment.state === "paid") return refuse("Checkout has already been completed.");
    if (payment.state !== "authorized") return refuse("Checkout is not ready to be completed.");
    payment.state = "paid";
    return agree({
      Amount: Number(formatDecimal(payment.charged.amount, "USD")),
      CheckoutId: payment.id,
      ClearingDate: clearingDate(this.#desk.now()),
      OrderId: order.orderId ?? null,
      TestMode: String(payment.isTest),
      TransactionId: transactionNumber(payment),
      DestinationTransactionId: null,
    });
  }

  #open(order: DwollaOrder, application: DwollaApplication): SimulatedPayment {
    const { now, lifetimeSeconds, book } = this.#desk;
    const createdAt = now();
    const payment: SimulatedPayment = {
      id: randomUUID(),
      protocol: "dwolla",
      account: application.key,
      merchant: application.merchant,
      reference: order.orderId ?? "",
      orderNumber: undefined,
      description: order.purchaseOrder.orderItems.map(({ name }) => name).join(", "),
      isTest: order.test,
      createdAt,
      expiresAt: new Date(createdAt.getTime() + lifetimeSeconds * 1000),
      isAuthorizationOnly: order.checkoutWithApi,
      amount: order.purchaseOrder.total,
      currency: "USD",
      state: "open",
      charged: { amount: order.purchaseOrder.total, currency: "USD" },
      messages: dwollaMessages(order, application, now, () => payment),
      deliveries: [],
    };
    this.#orders.set(payment, order);
    book.add(payment);
    return payment;
  }

  #authenticate(key: unknown, secret: unknown): DwollaApplication | undefined {
    return this.#desk.applications.find((application) => application.key === key && application.secret === secret);
  }

  #find(checkoutId: string, key: unknown, secret: unknown): StoredCheckout | "unknown" | undefined {
    const application = this.#authenticate(key, secret);
    if (application === undefined) return undefined;
    const payment = this.#desk.book.find(checkoutId);
    const order = payment === undefined ? undefined : this.#orders.get(payment);
    if (payment === undefined || order === undefined || payment.account !== application.key) return "unknown";
    return { payment, order };
  }
}

/** The answer to a request that cannot be read: HTTP 500 with this body. */
export const XML_FAULT =
  '<Fault xmlns="http://schemas.microsoft.com/ws/2005/05/envelope/none"><Code><Value>Receiver</Value><Subcode>' +
  '<Value xmlns:a="http://schemas.microsoft.com/net/2005/12/windowscommunicationfoundation/dispatcher">' +
  'a:InternalServiceFault</Value></Subcode></Code><Reason><Text xml:lang="en-US">The server was unable to process ' +
  "the request due to an internal error.</Text></Reason></Fault>";

function statusOf({ state, expiresAt }: SimulatedPayment, now: Date): string {
  if (state === "paid") return "Completed";
  if (state === "authorized") return "ReadyForApiCheckout";
  // A refusal or a cancel leaves a checkout as it was, until its time is over.
  return expiresAt !== undefined && expiresAt <= now ? "Expired" : "Created";
}

function agree(response: Readonly<Record<string, unknown>>): DwollaAnswer {
  return { Success: true, Message: "Success", Response: response };
}

function refuse(message: string): DwollaAnswer {
  return { Success: false, Message: message, Response: null };
}
