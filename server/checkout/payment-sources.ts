/**
 * What a customer has paid with, saved with the customer's consent for the next orders.
 *
 * 1. The source is stored as `saving`, with the payment that it is saved of, before the provider is called.
 * 2. The provider is asked for its token, with the source's id as the key. Where no answer came, the same request made
 *    again asks again with that key; where the provider said no, nothing is left.
 * 3. The token is stored, and never shown. A deleted source is gone from the records, and charged no more.
 *
 * A source lives in the records of the session that it was saved of, as nothing else is needed to use or forget it.
 */
import type { PaymentSource, SavePaymentSourceRequest, SourceCustomer } from "../../shared/payment-sources.ts";
import { GatewayError, InputError, StateError } from "../errors.ts";
import type { Trip } from "../gateways/gateway.ts";
import type { SavedSource } from "../gateways/saved-source.ts";
import { ledgerKey, type Ledger, type PaymentRecord, type SourceRecord } from "../stores/ledger.ts";
import type { Page, PageRequest } from "../stores/store.ts";
import { Change } from "./change.ts";
import { requireGateway, type Checkout, type KeepAnswer } from "./checkout.ts";
import { findPaymentSession, requirePayment, tripOf } from "./find-payment.ts";
import { newId } from "./ids.ts";
import { findCountingPayment } from "./payment.ts";
import { changeSession } from "./settle.ts";

/**
 * Saves what a payment was made with; a second time gives the same source.
 *
 * @throws StateError `not_found`; `invalid_state` where the payment does not count, or was saved with other words
 * @throws InputError where whose it is cannot be told
 * @throws GatewayError `unsupported_operation`; `gateway_declined` where the provider said no; `gateway_unavailable`
 */
export async function savePaymentSource(
  checkout: Checkout,
  request: Omit<SavePaymentSourceRequest, "consent">,
  keep?: KeepAnswer<PaymentSource>,
): Promise<PaymentSource> {
  const sessionId = await findPaymentSession(checkout, request.paymentId);
  const { source, payment, trip } = await storeUnsaved(checkout, sessionId, request);
  const saved = source.state === "saved" ? undefined : await createAtProvider(checkout, source, payment, trip);
  return checkout.store.transact(sessionId, (ledger) => {
    const { records } = requirePayment(ledger, payment.id);
    const change = new Change(records, "merchant", checkout);
    const current = requireSource(records, source.id);
    if (saved !== undefined && current.state === "saving") {
      Object.assign(current, saved, { state: "saved" });
      change.record("payment_source.saved", { payment, data: { sourceId: current.id } });
    }
    return change.commit(() => viewSource(current), keep);
  });
}

/** Reads one source. @throws StateError `not_found` */
export async function readPaymentSource(checkout: Checkout, id: string): Promise<PaymentSource> {
  return viewSource((await findSource(checkout, id)) ?? throwNotFound());
}

/** Lists the sources that are saved, of one customer or of all; the latest session's first. */
export async function listPaymentSources(
  { store }: Checkout,
  customer: string | undefined,
  page: PageRequest,
): Promise<Page<PaymentSource>> {
  const filter = { hasSource: true as const, ...(customer === undefined ? {} : { customer }) };
  const { items, next } = await store.listSessions(filter, page);
  return { items: items.flatMap(({ source }) => (source === undefined ? [] : [viewSource(source)])), next };
}

/** Forgets a source, with the provider's token for it. @throws StateError `not_found` */
export async function deletePaymentSource(checkout: Checkout, id: string): Promise<void> {
  const { sessionId } = (await findSource(checkout, id)) ?? throwNotFound();
  await changeSession(checkout, sessionId, "merchant", (change) => {
    const { paymentId } = requireSource(change.ledger, id);
    const payment = change.ledger.payments.find((one) => one.id === paymentId);
    delete change.ledger.source;
    change.record("payment_source.deleted", { ...(payment === undefined ? {} : { payment }), data: { sourceId: id } });
  });
}

/** Finds a source that can be charged; `undefined` where it was never saved, or is deleted. */
export async function findSource({ store }: Checkout, id: string): Promise<SourceRecord | undefined> {
  const sessionId = await store.findSessionId(ledgerKey.source(id));
  const source = sessionId === null ? undefined : (await store.readLedger(sessionId))?.source;
  return source?.id === id && source.state === "saved" ? source : undefined;
}

function storeUnsaved(
  checkout: Checkout,
  sessionId: string,
  { paymentId, customer: given, label }: Omit<SavePaymentSourceRequest, "consent">,
): Promise<{ source: SourceRecord; payment: PaymentRecord; trip: Trip }> {
  return checkout.store.transact(sessionId, (ledger) => {
    const { payment, records } = requirePayment(ledger, paymentId);
    if (requireGateway(checkout, payment.gateway).createPaymentSource === undefined) {
      throw new GatewayError("unsupported_operation", `${payment.gateway} cannot save what was paid with`);
    }
    if (findCountingPayment(records.payments)?.id !== payment.id) {
      throw new StateError("invalid_state", `${payment.id} is ${payment.state} and is not the payment that counts`);
    }
    const customer = whose(records, given);
    const change = new Change(records, "merchant", checkout);
    const known = records.source;
    if (known?.state === "saved" && (known.label !== label || !isSame(known.customer, customer))) {
      throw new StateError("invalid_state", `${known.id} is saved of this payment, with another customer or label`);
    }
    const source = known ?? newSource(change, payment);
    if (source.state === "saving") {
      source.customer = customer;
      if (label === undefined) delete source.label;
      else source.label = label;
      records.source = source;
      change.record("payment_source.requested", { payment, data: { sourceId: source.id } });
    }
    return change.commit(() => structuredClone({ source, payment, trip: tripOf(records, payment) }));
  });
}

async function createAtProvider(
  checkout: Checkout,
  source: SourceRecord,
  payment: PaymentRecord,
  trip: Trip,
): Promise<SavedSource> {
  const gateway = requireGateway(checkout, payment.gateway);
  try {
    const saved = await gateway.createPaymentSource?.(
      payment,
      { sourceId: source.id, customer: source.customer },
      trip,
    );
    if (saved === undefined) throw new GatewayError("unsupported_operation", `${gateway.id} cannot save it any more`);
    return saved;
  } catch (error) {
    // What may have been done is asked for again with the same key; of a refusal nothing is kept.
    if (error instanceof GatewayError && !error.inDoubt) await forgetUnsaved(checkout, source);
    throw error;
  }
}

async function forgetUnsaved(checkout: Checkout, { id, sessionId }: SourceRecord): Promise<void> {
  await changeSession(checkout, sessionId, "merchant", (change) => {
    if (change.ledger.source?.id !== id || change.ledger.source.state !== "saving") return;
    delete change.ledger.source;
    change.record("payment_source.refused", { data: { sourceId: id } });
  });
}

/** Tells whose a source is: the session's customer, whom the merchant may name again, but not as somebody else. */
function whose({ session }: Ledger, given: SourceCustomer | undefined): SourceCustomer {
  const { reference, email } = session.customer ?? {};
  const own = { ...(reference === undefined ? {} : { reference }), ...(email === undefined ? {} : { email }) };
  if (reference === undefined && email === undefined) {
    if (given !== undefined) return given;
    throw new InputError([{ path: "/customer", message: "is required, as the payment's session names no customer" }]);
  }
  const isOther =
    (given?.reference !== undefined && given.reference !== reference) ||
    (given?.email !== undefined && given.email !== email);
  if (isOther) throw new InputError([{ path: "/customer", message: "must be the customer of the payment's session" }]);
  return own;
}

function isSame(one: SourceCustomer, other: SourceCustomer): boolean {
  return one.reference === other.reference && one.email === other.email;
}

function newSource({ time }: Change, { id: paymentId, sessionId, gateway, environment }: PaymentRecord): SourceRecord {
  const fields = { paymentId, sessionId, gateway, environment, customer: {}, createdAt: time };
  return { id: newId("src"), ...fields, state: "saving" };
}

function requireSource({ source }: Ledger, id: string): SourceRecord {
  return source?.id === id ? source : throwNotFound();
}

function throwNotFound(): never {
  throw new StateError("not_found", "there is no such payment source");
}

function viewSource(source: SourceRecord): PaymentSource {
  const { state: _state, paymentSourceToken: _token, customerToken: _customerToken, ...view } = source;
  return view;
}
