import type { InputIssue } from "../../shared/problems.ts";
import type { Handoff, RemoteDetails } from "../../shared/records.ts";
import type { Environment, Presentation } from "../../shared/states.ts";
import type { z } from "zod";
import type { Circuit } from "./circuit.ts";
import type { SavedSource, SourceRequest } from "./saved-source.ts";
import type { AttemptRecord, PaymentRecord, SessionRecord } from "../stores/ledger.ts";

/**
 * Our code for one provider, configured. It speaks the provider's protocol, proves what comes back and reports facts;
 * it never reads or writes a record and never decides.
 *
 * The flow:
 *
 * 1. `checkSession` says which of a session's fields the provider would refuse, before anything is sent.
 * 2. `start` prepares the trip at the provider and gives the handoff that sends the customer there.
 * 3. The provider's server calls `/notify/<id>`: `verifyNotification` proves that the provider sent it and says which
 *    attempt it is about. It calls nobody. What it cannot prove it throws as `VerificationError`.
 * 4. The customer comes back to the attempt's return address: `verifyReturn` does the same for what came in the query
 *    or the form. It calls nobody.
 * 5. `checkout/` compares gateway, remote id, amount, currency and environment with the stored attempt. Where the
 *    channel's proof is only `hint`, it asks `fetchPayment`, and money counts only if that says so.
 * 6. Where no news came, `fetchPayment` is asked, again and again, until the attempt ends.
 * 7. The merchant captures, voids, refunds or receives, where the method exists.
 *
 * At some providers the customer only leaves a token, and our server does the rest: `verifyReturn` gives the token, which
 * `checkout/` stores, and `fetchPayment` asks for the money itself. Such a gateway `repeatsCalls`: what ended in doubt is
 * sent again with the same key.
 *
 * What a customer has paid with can be saved, where the provider gives a token for it (`createPaymentSource`), and charged
 * for another session (`chargePaymentSource`). Both methods are there, or neither.
 *
 * A gateway declares what it can do by having the method. Amounts are integers in minor units. An answer that it does
 * not understand, and a remote state that it does not know, throws `GatewayError`: it is never paid and never pending.
 * Every call to the provider has a time limit and throws `GatewayError` (`gateway_unavailable`) where it is slow, gone,
 * answers 5xx or nonsense.
 */
export interface Gateway {
  /** The configured id, as in `/notify/<id>`. */
  readonly id: string;
  readonly type: string;
  /** What the customer reads. */
  readonly label: string;
  /** Where its page can be met, best first. */
  readonly presentations: readonly Presentation[];
  /** The origins that a shop's page must let forms and frames go to. */
  readonly origins: readonly string[];

  /** Every fault that the provider would find in a session, with the path of the field; empty where it can be paid. */
  checkSession(session: PayableSession): InputIssue[];

  /** Prepares one trip. @throws GatewayError where the provider refuses or cannot be reached */
  start(trip: Trip, urls: TripUrls): Promise<Start>;

  /** Proves what the customer's browser brought back. @throws VerificationError */
  verifyReturn(request: ProviderRequest, trip: Trip): Promise<Verified | PresentedToken>;

  /** Proves what a provider's server sent. @throws VerificationError */
  verifyNotification(request: ProviderRequest): Promise<VerifiedNotification | ActionNotification>;

  /** Asks the provider how a trip stands, or for the money itself where the gateway `repeatsCalls`. @throws GatewayError */
  fetchPayment?(trip: Trip): Promise<FetchedPayment>;

  /** Tells the provider that a trip is over, so that it can no longer be paid. @throws GatewayError */
  cancelAttempt?(trip: Trip): Promise<void>;

  /** Takes authorized money, whole or in part. @throws GatewayError */
  capture?(payment: PaymentRecord, request: OperationRequest, trip: Trip): Promise<OperationReport>;

  /** Releases money that was not taken. @throws GatewayError */
  void?(payment: PaymentRecord, request: OperationRequest, trip: Trip): Promise<OperationReport>;

  /** Gives taken money back, whole or in part. @throws GatewayError */
  refund?(payment: PaymentRecord, request: OperationRequest, trip: Trip): Promise<OperationReport>;

  /**
   * Asks for a token with which the provider lets us charge again what a payment was made with; `sourceId` is the key
   * that makes a repeat harmless. A card number in its place is refused, and in no message.
   *
   * @throws GatewayError `gateway_declined` where the provider said no; in doubt where no answer came
   */
  createPaymentSource?(payment: PaymentRecord, request: SourceRequest, trip: Trip): Promise<SavedSource>;

  /**
   * Asks for the money of a trip with the token of a saved source, `attempt.paymentSourceToken`, without the customer;
   * `attempt.id` is the key that makes a repeat harmless. A refusal is a report, as are authorized, completed and
   * pending money. It is called again with the same attempt until there was an answer.
   *
   * @throws GatewayError in doubt where no answer came
   */
  chargePaymentSource?(trip: Trip): Promise<Report>;

  /** Whether an authorization stays one until we capture it, also where the session is to be paid at once. */
  readonly capturesSeparately?: boolean;

  /**
   * Whether the provider cannot be asked, but takes the same call again with the same key: `fetchPayment` then asks for
   * the money, with the attempt's id as the key, and an operation in doubt is sent again, with its own.
   */
  readonly repeatsCalls?: boolean;

  /** Whether the merchant, not the provider, says that a pending payment has arrived. */
  readonly isReceivedByMerchant?: boolean;

  /** What the plain page tells a customer whose payment is pending, in the nearest of its languages. */
  instructions?(trip: Trip, locale: string | undefined): string;
}

/** A session before and after it is stored, as far as a provider is concerned. */
export type PayableSession = Pick<
  SessionRecord,
  | "amount"
  | "currency"
  | "items"
  | "shipping"
  | "tax"
  | "discount"
  | "orderId"
  | "capture"
  | "customer"
  | "locale"
  | "metadata"
>;

/** One attempt with its session, to read and not to change. */
export interface Trip {
  readonly session: Readonly<SessionRecord>;
  readonly attempt: Readonly<AttemptRecord>;
}

/** The addresses that a provider is given; absolute, built from `publicUrl`. */
export interface TripUrls {
  /** Where the customer comes back. */
  returnUrl: string;
  /** Where the customer comes back without paying. */
  cancelUrl: string;
  /** Where the provider's server calls ours. */
  notifyUrl: string;
  /** The session's plain page. */
  pageUrl: string;
}

/** A prepared trip. */
export interface Start {
  handoff: Handoff;
  /** The provider's id of the remote checkout, where it has one already. */
  remoteId?: string;
  /** When the provider will no longer take this trip, ISO 8601. */
  expiresAt?: string;
  /** What is known at once, such as a manual payment's being pending. */
  report?: Report;
}

/** What came in the provider's name, as it came. */
export interface ProviderRequest {
  method: "GET" | "POST";
  /** Each parameter once; repeated ones are refused before they come here. */
  query: Readonly<Record<string, string>>;
  /** The bytes of the body; `null` where there was none. */
  body: Buffer | null;
  /** The media type without parameters, in lower case. */
  contentType: string | null;
  headers: Readonly<Record<string, string | undefined>>;
}

/** A fact about an attempt, in our words. */
export type Report = MoneyReport | EndReport;

/** Money that is authorized, taken or on its way. */
export interface MoneyReport {
  outcome: "authorized" | "completed" | "pending";
  /** The provider's id of the money: for ever this payment's. */
  remoteId: string;
  /** The provider's own word. */
  remoteState: string;
  /** Minor units. */
  amount: number;
  currency: string;
  environment: Environment;
  /** When an authorization lapses, ISO 8601. */
  authorizationExpiresAt?: string;
  /** How much of it was taken so far, in minor units, where the provider tells: it ends the doubt about a capture. */
  capturedAmount?: number;
  /** How much of it was given back so far, in minor units, where the provider tells: it ends the doubt about a refund. */
  refundedAmount?: number;
  /** The provider's id of what it is still doing; a notification will name it. Only with `pending`. */
  actionId?: string;
  /** What the provider added, kept as it came. */
  details?: RemoteDetails;
  message?: string;
}

/** No money. */
export interface EndReport {
  outcome: "declined" | "cancelled" | "failed";
  remoteState: string;
  remoteId?: string;
  environment?: Environment;
  code?: "gateway_declined" | "provider_error" | "gateway_unavailable" | "circuit_open";
  /** The provider's own words, for people; never markup. */
  message?: string;
}

/**
 * A report with what proves it. `signed`: every field of the report is covered by the provider's signature, and it
 * counts as it is. `hint`: something in it could have been altered on the way; it counts as money only if
 * `fetchPayment` says the same.
 */
export interface Verified {
  proof: "signed" | "hint";
  report: Report;
}

/**
 * What a customer brought back to pay with: a token, which proves nothing and moves nothing. `checkout/` stores it with
 * the attempt, and then `fetchPayment` asks the provider for the money.
 */
export interface PresentedToken {
  proof: "token";
  paymentSourceToken: string;
}

/** A notification, and the attempt that it is about. */
export interface VerifiedNotification extends Verified {
  /** Our reference, or the provider's id of the remote checkout. */
  attempt: { reference: string } | { remoteId: string };
  /** What the provider wants to hear; without it an empty 200. */
  answer?: { contentType: string; body: string };
}

/** A notification that ends what an earlier answer called pending: an authorization, or an operation. */
export interface ActionNotification {
  proof: "signed";
  /** The provider's id of what it was doing. */
  actionId: string;
  isSuccess: boolean;
  remoteState: string;
  errorCode?: string;
  /** The provider's own words, for people; never markup. */
  message?: string;
  /** What it says beside, kept as it came. */
  details?: RemoteDetails;
  answer?: VerifiedNotification["answer"];
}

/**
 * How the provider says a trip stands: a report; not paid yet; or `expired`: it can no longer be paid, and where money
 * was authorized or pending, that has lapsed and will not come. It is final: what may still come is `unpaid`.
 */
export type FetchedPayment = Report | "unpaid" | "expired";

/** One operation to carry out. */
export interface OperationRequest {
  /** Our operation id, the same on every retry: the idempotency key for the provider. */
  operationId: string;
  /** Minor units. */
  amount: number;
}

/** What became of an operation; one whose answer never came is thrown as a `GatewayError` that is in doubt. */
export interface OperationReport {
  status: "succeeded" | "pending" | "failed";
  remoteId?: string;
  remoteState?: string;
  /** The provider's id of what it is still doing; a notification will name it. Only with `pending`. */
  actionId?: string;
  /** What the provider added, kept as it came. */
  details?: RemoteDetails;
  errorCode?: string;
  message?: string;
}

/** What a gateway is given beside its own configuration. */
export interface GatewayContext {
  id: string;
  environment: Environment;
  fetch: typeof globalThis.fetch;
  now: () => Date;
  /** Suspends the calls of a gateway that uses one; without it none are. */
  circuit?: Circuit;
}

/** What each file of a gateway exports, under the name of its type. */
export interface GatewayType<Config> {
  /** The word in the configuration's `type`. */
  type: string;
  /** Its own part of the configuration, `type` included. */
  configSchema: z.ZodType<Config>;
  /** The provider's addresses by their field of the configuration; in live each must be `https:` and public. */
  addresses(config: Config): Record<string, string>;
  create(config: Config, context: GatewayContext): Gateway;
}

/** Tells whether a report speaks of money. */
export function isMoneyReport(report: Report): report is MoneyReport {
  return report.outcome === "authorized" || report.outcome === "completed" || report.outcome === "pending";
}
