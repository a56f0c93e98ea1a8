import { PATHS } from "../../shared/paths.ts";
import type { Attempt, CheckoutSession, GatewayOption, Payment } from "../../shared/records.ts";
import type { Gateway, PayableSession } from "../gateways/gateway.ts";
import type { AttemptRecord, Ledger, PaymentRecord, SessionRecord } from "../stores/ledger.ts";
import type { Checkout } from "./checkout.ts";
import { findPaymentToShow } from "./payment.ts";

/** Who asks: the merchant by the secret key, or the browser by the client secret. */
export type Audience = "merchant" | "customer";

/** Shows a session as an audience may see it. */
export function viewSession(checkout: Checkout, ledger: Ledger, audience: Audience): CheckoutSession {
  const {
    clientSecretHash: _hash,
    pageToken,
    updatedAt: _updatedAt,
    acknowledged: _acknowledged,
    cart: _cart,
    attention,
    paymentSource,
    customer,
    metadata,
    commerceLayer: _commerceLayer,
    ...session
  } = ledger.session;
  const attempt = ledger.attempts.at(-1);
  const payment = findPaymentToShow(ledger);
  return {
    ...session,
    url: pageUrl(checkout, pageToken),
    gateways: offeredGateways(checkout, ledger.session, ledger.session.gateway).map(toOption),
    ...(attempt === undefined ? {} : { attempt: viewAttempt(attempt, audience) }),
    ...(payment === undefined ? {} : { payment: viewPayment(payment, audience) }),
    ...(audience === "merchant"
      ? {
          ...(attention === undefined ? {} : { attention }),
          ...(paymentSource === undefined ? {} : { paymentSource }),
          ...(customer === undefined ? {} : { customer }),
          ...(metadata === undefined ? {} : { metadata }),
          attempts: ledger.attempts.map((one) => viewAttempt(one, audience)),
          payments: ledger.payments.map((one) => viewPayment(one)),
        }
      : {}),
  };
}

/** Shows an attempt without what binds the provider to it. */
export function viewAttempt(attempt: AttemptRecord, audience: Audience): Attempt {
  const {
    reference: _reference,
    tokenHash: _tokenHash,
    nonce: _nonce,
    origin: _origin,
    checks: _checks,
    checkedAt: _checkedAt,
    failedChecks: _failedChecks,
    isEndProven: _isEndProven,
    mismatch: _mismatch,
    mismatches: _mismatches,
    paymentSourceToken: _paymentSourceToken,
    isAuthorizationInDoubt: _isAuthorizationInDoubt,
    isAuthorizationUnanswered: _isAuthorizationUnanswered,
    authorizationSentAt: _authorizationSentAt,
    actionId: _actionId,
    isCapturedAtOnce: _isCapturedAtOnce,
    isAskable: _isAskable,
    customerToken: _customerToken,
    paymentSource,
    ...view
  } = attempt;
  return audience === "merchant" && paymentSource !== undefined ? { ...view, paymentSource } : view;
}

/** Shows a payment; to the customer without what the provider told the merchant. */
export function viewPayment(record: PaymentRecord, audience: Audience = "merchant"): Payment {
  const payment = { ...record, version: record.version ?? 1 };
  if (audience === "merchant") return payment;
  const {
    remoteDetails: _remoteDetails,
    attention: _attention,
    contradictedAt: _contradictedAt,
    operations,
    ...view
  } = payment;
  return {
    ...view,
    operations: operations.map(
      ({
        remoteDetails: _details,
        actionId: _actionId,
        commerceLayer: _commerceLayer,
        keyHash: _keyHash,
        ...operation
      }) => operation,
    ),
  };
}

/** The address of a session's plain page. */
export function pageUrl({ publicUrl }: Checkout, pageToken: SessionRecord["pageToken"]): string {
  return `${publicUrl}${PATHS.page(pageToken)}`;
}

/** Lists the gateways that can take a session as it is: only one where the merchant chose it. */
export function offeredGateways(checkout: Checkout, session: PayableSession, only: string | undefined): Gateway[] {
  return [...checkout.gateways.values()].filter(
    (gateway) =>
      (only === undefined || gateway.id === only) &&
      canCaptureAs(gateway, session) &&
      gateway.checkSession(session).length === 0,
  );
}

/** Tells whether a gateway can capture the way that the session wants. */
export function canCaptureAs(gateway: Gateway, { capture }: Pick<PayableSession, "capture">): boolean {
  return capture === "automatic" || gateway.capture !== undefined;
}

function toOption({ id, label, presentations }: Gateway): GatewayOption {
  return { id, label, presentations: [...presentations] };
}
