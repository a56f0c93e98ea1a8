import type { CheckoutEvent } from "../../shared/events.ts";
import type { AttemptCode } from "../../shared/problems.ts";
import type { PaymentSource } from "../../shared/payment-sources.ts";
import type { Attempt, CheckoutSession, Payment } from "../../shared/records.ts";
import type { Environment } from "../../shared/states.ts";

/**
 * The records of one session, read and written as one. Only `checkout/` changes them.
 * All are plain JSON: no `undefined` in arrays, no dates, no class instances.
 */
export interface Ledger {
  session: SessionRecord;
  /** Oldest first. */
  attempts: AttemptRecord[];
  /** Oldest first. */
  payments: PaymentRecord[];
  /** What was saved of the payment that counts, for the customer's next orders. */
  source?: SourceRecord;
  /** When something is to be asked or to expire next; absent where nothing is. */
  dueAt?: string;
}

/** A stored checkout session: the public one without what is computed for an answer. */
export interface SessionRecord extends Omit<
  CheckoutSession,
  "url" | "gateways" | "attempt" | "payment" | "attempts" | "payments"
> {
  /** SHA-256 of the client secret, hex. */
  clientSecretHash: string;
  /** The unguessable part of the plain page's address. */
  pageToken: string;
  updatedAt: string;
  /** The cart for a single use of which it was made. */
  cart?: CartUse;
  /**
   * The one order in Commerce Layer that is paid by it; the pending payment whose end that order was promised, and the
   * event that ended it. `isCharged` where it was made to charge a saved source for that order, `follows` the session that
   * was made for that before, `isReplaced` where it was called off to make another.
   */
  commerceLayer?: {
    orderId: string;
    isCharged?: true;
    follows?: string;
    isReplaced?: true;
    promisedPaymentId?: string;
    endedBy?: string;
  };
  /** What the merchant has looked at, by the names that `checkout/attention.ts` gives; it needs no attention again. */
  acknowledged?: string[];
}

/** A signed cart for a single use: its `jti`, and SHA-256 of its order, hex. */
export interface CartUse {
  id: string;
  digest: string;
}

/** A stored attempt: the public one and what binds the provider's answers to it. */
export interface AttemptRecord extends Attempt {
  /** Our own unguessable id of the trip, given to the provider. */
  reference: string;
  /** SHA-256 of the token in the return and cancel addresses, hex. */
  tokenHash: string;
  /** Comes back in every message to the element. */
  nonce?: string;
  /** The storefront's origin, the messages' target. */
  origin?: string;
  /** How often the provider has been asked without news. */
  checks: number;
  /** How often in a row the provider could not be asked; absent where it could. */
  failedChecks?: number;
  /** When the provider was asked last, answered or not, as ISO 8601. */
  checkedAt?: string;
  /** True where the provider's proven word ended it; a browser's hint or our own clock may still be overruled. */
  isEndProven?: boolean;
  /** What the customer left at the provider to pay with. Shown to nobody but the provider. */
  paymentSourceToken?: string;
  /** Whose it is, in the provider's words, where the source was saved. */
  customerToken?: string;
  /** True where the provider was sent that token and what it did is not known yet. */
  isAuthorizationInDoubt?: boolean;
  /** When it was last sent, ISO 8601, while the answer to that may still come. */
  authorizationSentAt?: string;
  /** True where that is not known because no answer came. */
  isAuthorizationUnanswered?: boolean;
  /** The provider's id of an authorization that it is still working on. */
  actionId?: string;
  /** True where an authorization is followed at once by a capture of our own. */
  isCapturedAtOnce?: boolean;
  /** True where a source is charged at a provider that can also be asked how a trip stands. */
  isAskable?: boolean;
  /** Successes that did not match, in the order in which they were told of. Never counted. */
  mismatches?: Mismatch[];
  /** The last of them, where an older server wrote it. */
  mismatch?: Mismatch;
}

/** A success that did not match: what the provider said instead, of which money; an older server did not note the id. */
export interface Mismatch {
  code: AttemptCode;
  amount: number;
  currency: string;
  environment: Environment;
  remoteId?: string;
}

/** A stored payment, the same as the public one; it has no `version` where an older server wrote it. */
export interface PaymentRecord extends Omit<Payment, "version"> {
  version?: number;
}

export type { DecidedBy } from "../../shared/events.ts";

/** A stored event, the same as the public one; `sequence` grows over all sessions, without promise of having no gaps. */
export type EventRecord = CheckoutEvent;
/** A stored payment source: the public one and what the provider knows it by. */
export interface SourceRecord extends PaymentSource {
  /** `saving` until the provider has given its token. */
  state: "saving" | "saved";
  paymentSourceToken?: string;
  /** The provider's own name of the customer, where it gave one. */
  customerToken?: string;
}

/** Something that happened, before the store gives it its place in the order of all. */
export type NewEvent = Omit<EventRecord, "sequence">;

/** The stored result of a request that carried an `Idempotency-Key`, from which its answer is made again. */
export interface IdempotencyRecord {
  /** Caller and path. */
  scope: string;
  key: string;
  /** SHA-256 of the request's body, hex. */
  requestHash: string;
  /** JSON text. */
  result: string;
  createdAt: string;
  expiresAt: string;
}

/** The names by which a session's records are found, each unique over the whole store. */
export const ledgerKey = {
  page: (token: string) => `page:${token}`,
  /** The `jti` of a cart for a single use. */
  cart: (id: string) => `cart:${id}`,
  /** An order of Commerce Layer that a saved source is charged for: the first session made for it. */
  chargedOrder: (orderId: string) => `order:${orderId}`,
  /** The one session that is made for such an order after another. */
  chargedAfter: (sessionId: string) => `order-after:${sessionId}`,
  attemptToken: (hash: string) => `token:${hash}`,
  reference: (gateway: string, reference: string) => `reference:${gateway}:${reference}`,
  /** The provider's id of a remote checkout. */
  remoteAttempt: (gateway: string, environment: string, remoteId: string) =>
    `attempt:${gateway}:${environment}:${remoteId}`,
  /** The provider's id of money: belongs to one payment for ever. */
  remotePayment: (gateway: string, environment: string, remoteId: string) =>
    `payment:${gateway}:${environment}:${remoteId}`,
  payment: (id: string) => `payment:${id}`,
  source: (id: string) => `source:${id}`,
  operation: (id: string) => `operation:${id}`,
  /** The provider's id of an authorization or an operation that it is still working on. */
  action: (gateway: string, environment: string, actionId: string) => `action:${gateway}:${environment}:${actionId}`,
};

/** Lists every unique name of a ledger; a store indexes exactly these. */
export function ledgerKeys({ session, attempts, payments, source }: Ledger): string[] {
  return [
    ledgerKey.page(session.pageToken),
    ...(session.cart === undefined ? [] : [ledgerKey.cart(session.cart.id)]),
    ...chargeKeys(session),
    ...(source === undefined ? [] : [ledgerKey.source(source.id)]),
    ...attempts.flatMap(({ gateway, environment, reference, tokenHash, remoteId, actionId }) => [
      ledgerKey.attemptToken(tokenHash),
      ledgerKey.reference(gateway, reference),
      ...(remoteId === undefined ? [] : [ledgerKey.remoteAttempt(gateway, environment, remoteId)]),
      ...(actionId === undefined ? [] : [ledgerKey.action(gateway, environment, actionId)]),
    ]),
    ...payments.flatMap(({ id, gateway, environment, remoteId, operations }) => [
      ledgerKey.payment(id),
      ledgerKey.remotePayment(gateway, environment, remoteId),
      ...operations.flatMap(({ id: operationId, actionId }) => [
        ledgerKey.operation(operationId),
        ...(actionId === undefined ? [] : [ledgerKey.action(gateway, environment, actionId)]),
      ]),
    ]),
  ];
}

function chargeKeys({ commerceLayer }: SessionRecord): string[] {
  if (commerceLayer?.isCharged !== true) return [];
  const { orderId, follows } = commerceLayer;
  return [follows === undefined ? ledgerKey.chargedOrder(orderId) : ledgerKey.chargedAfter(follows)];
}

/** What a session is listed by beside its order and age; a store indexes exactly these. */
export interface SessionListing {
  status: SessionRecord["status"];
  /** The gateway of the latest attempt, else the one that the session is for. */
  gateway?: string;
  /** The merchant's own id of the customer, and the e-mail address; those of a saved source where there are none. */
  customers: string[];
  needsAttention: boolean;
  /** Whether a payment source was saved of it. */
  hasSource: boolean;
}

/** Tells what a session is listed by. */
export function listSession({ session, attempts, source }: Ledger): SessionListing {
  const { status, customer, attention } = session;
  const gateway = attempts.at(-1)?.gateway ?? session.gateway;
  const namesOf = (one: SourceRecord["customer"] | undefined) =>
    [one?.reference, one?.email].filter((name) => name !== undefined);
  const own = namesOf(customer);
  const customers = own.length > 0 ? own : namesOf(source?.customer);
  return {
    status,
    ...(gateway === undefined ? {} : { gateway }),
    customers: [...new Set(customers)],
    needsAttention: attention !== undefined,
    hasSource: source?.state === "saved",
  };
}
