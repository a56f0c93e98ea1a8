/**
 * What Commerce Layer is told by its webhook (seed 002): how something ended that it was answered with 202. It is found
 * in the change that ends it, so that it is stored with it.
 */
import type { CommerceLayerWebhook } from "../../shared/commerce-layer.ts";
import type { Operation, RemoteDetails } from "../../shared/records.ts";
import type { Ledger, NewEvent, PaymentRecord } from "../stores/ledger.ts";

/** The end of something that was promised, and the event that brought it. */
export interface KeptPromise {
  event: NewEvent;
  webhook: CommerceLayerWebhook;
}

/** What a provider says beside success, and Commerce Layer takes. */
const DETAILS = ["error_detail", "avs_code", "avs_message", "cvv_code", "cvv_message", "fraud_review"] as const;

/**
 * Notes in a draft what its events promise to Commerce Layer, and gives what they end of it. Whatever had not ended when
 * it was first heard of was answered with 202.
 */
export function keepPromises(ledger: Ledger, events: readonly NewEvent[]): KeptPromise[] {
  if (ledger.session.commerceLayer === undefined) return [];
  return events.flatMap((event) => {
    const payment = ledger.payments.find(({ id }) => id === event.paymentId);
    if (payment === undefined) return [];
    const operation = payment.operations.find(({ id }) => id === event.operationId);
    const webhook = operation === undefined ? endOfPayment(ledger, payment) : endOfOperation(event, payment, operation);
    return webhook === undefined ? [] : [{ event, webhook }];
  });
}

function endOfOperation(
  { type }: NewEvent,
  payment: PaymentRecord,
  operation: Operation,
): CommerceLayerWebhook | undefined {
  const { commerceLayer, id, errorCode, message, remoteDetails } = operation;
  if (commerceLayer === undefined) return undefined;
  switch (type) {
    case "operation.pending":
    case "operation.unknown":
      commerceLayer.isPromised = true;
      return undefined;
    case "operation.succeeded":
    case "operation.failed": {
      if (commerceLayer.isPromised !== true) return undefined;
      delete commerceLayer.isPromised;
      const isSuccess = type === "operation.succeeded";
      return write(id, isSuccess, { code: errorCode, message, details: remoteDetails ?? payment.remoteDetails });
    }
    default:
      return undefined;
  }
}

function endOfPayment({ session, attempts }: Ledger, payment: PaymentRecord): CommerceLayerWebhook | undefined {
  const { commerceLayer } = session;
  if (commerceLayer?.promisedPaymentId !== payment.id || payment.state === "pending") return undefined;
  delete commerceLayer.promisedPaymentId;
  const { id, duplicateOf, state, remoteDetails: details } = payment;
  // Beside other money of the same session it is held, and nothing may be done with it for the order.
  if (duplicateOf !== undefined) {
    return write(id, false, { code: "invalid_state", message: "another payment counts", details });
  }
  const isSuccess = state === "authorization" || state === "completed";
  const attempt = attempts.find(({ id: attemptId }) => attemptId === payment.attemptId);
  const message = attempt?.message ?? (isSuccess ? undefined : `the payment is ${state}`);
  return write(id, isSuccess, { code: isSuccess ? undefined : attempt?.code, message, details });
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
  code: string | undefined;
  message: string | undefined;
  details: RemoteDetails | undefined;
}
