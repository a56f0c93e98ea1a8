import type { Gateway } from "./gateway.ts";

/** The abilities that a gateway has, as `GET /v1/gateways` names them. */
export function gatewayAbilities(gateway: Gateway): string[] {
  const methods = [
    "fetchPayment",
    "cancelAttempt",
    "capture",
    "void",
    "refund",
    "createPaymentSource",
    "chargePaymentSource",
  ] as const;
  return [
    ...methods.filter((method) => gateway[method] !== undefined),
    ...(gateway.isReceivedByMerchant === true ? ["receive"] : []),
  ];
}
