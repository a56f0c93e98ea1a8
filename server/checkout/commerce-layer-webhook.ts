/**
 * What Commerce Layer is told by its webhook (seed 002): how something ended that it was answered with 202. It is found
 * in the change that ends it, so that it is stored with it.
 */
import type { CommerceLayerWebhook } from "../../shared/commerce-layer.ts";
import type { Operation, RemoteDetails } from "../../shared/records.ts";
import type { Ledger, NewEvent, PaymentRecord } from "../stores/ledger.ts";

/** What a provider says beside success, and Commerce Layer takes. */
const DETAILS = ["error_detail", "avs_code", "avs_message", "cvv_code", "cvv_message", "fraud_review"] as const;

/**
 * Notes in a draft what its events promise to Commerce Layer, and which of them ends a payment that was promised.
 * Whatever had not ended when it was first heard of was answered with 202.
 */
export function keepPromises({ session: { commerceLayer }, payments }: Ledger, events: readonly NewEvent[]): void {
  if (commerceLayer === undefined) return;
  for (const { id, type, paymentId, operationId } of events) {
    const payment = payments.find((one) => one.id === paymentId);
    const operation = payment?.operations.find((one) => one.id === operationId);
    if (operation?.commerceLayer !== undefined && (type === "operation.pending" || type === "operation.unknown")) {
      operation.commerceLayer.isPromised = true;
    }
    const isEnded = payment?.id === commerceLayer.promisedPaymentId && payment?.state !== "pending";
    if (payment !== undefined && isEnded) commerceLayer.endedBy ??= id;
  }
}

/** Says what Commerce Layer is to be told of an event: `undefined` where it was promised nothing. */
export function describeEnd(event: NewEvent, ledger: Ledger): CommerceLayerWebhook | undefined {
  const payment = ledger.payments.find(({ id }) => id === event.paymentId);
  if (payment === undefined) return undefined;
  if (ledger.session.commerceLayer?.endedBy === event.id) return endOfPayment(ledger, payment);
  const operation = payment.operations.find(({ id }) => id === event.operationId);
  return operation?.commerceLayer?.isPromised === true ? endOfOperation(event, payment, operation) : undefined;
}

function endOfOperation(
  { type }: NewEvent,
  { remoteDetails }: PaymentRecord,
  { id, errorCode: code, message, remoteDetails: details = remoteDetails }: Operation,
): CommerceLayerWebhook | undefined {
  if (type !== "operation.succeeded" && type !== "operation.failed") return undefined;
  return write(id, type === "operation.succeeded", { code, message, details });
}

function endOfPayment({ attempts }: Ledger, payment: PaymentRecord): CommerceLayerWebhook {
  const { id, attemptId, duplicateOf, state, remoteDetails: details } = payment;
  // Beside other money of the same session it is held, and nothing may be done with it for the order.
  if (duplicateOf !== undefined) {
    return write(id, false, { code: "invalid_state", message: "another payment counts", details });
  }
  if (state === "authorization" || state === "completed") {
    const { message } = details ?? {};
    return write(id, true, { message: typeof message === "string" ? message : undefined, details });
  }
  const attempt = attempts.find((one) => one.id === attemptId);
  return write(id, false, { code: attempt?.code, message: attempt?.message ?? `the payment is ${state}`, details });
}

function write(
  actionId: string,
  isSuccess: boolean,
  { code = "gateway_declined", message, details = {} }: Said,
): CommerceLayerWebhook {
  const told = Object.fromEntries(
    DETAILS.flatMap((name) => (typeof details[name] === "string" ? [[name, details[name]] as const] : [])),
  );
  const data = { action_id: actionId, ...(message === undefined ? {} : { message }), ...told };
  if (isSuccess) return { success: true, data };
  const error = { code, message: message ?? "the provider refused" };
  return { success: false, data: { ...data, error_code: code }, error };
}

interface Said {
  code?: string | undefined;
  message: string | undefined;
  details: RemoteDetails | undefined;
}
