import { ListedPayment, PaymentPage } from "../../shared/answers.ts";
import { PATHS } from "../../shared/paths.ts";
import type { ProblemCode } from "../../shared/problems.ts";
import { ListPaymentsQuery } from "../../shared/queries.ts";
import { Payment } from "../../shared/records.ts";
import { OperatePaymentRequest } from "../../shared/requests.ts";
import { payment, refundedPayment } from "./examples.ts";
import { NoFields } from "./no-fields.ts";
import type { DescribedOperation } from "./operation.ts";

const tag = "Payments";
const nothing = { schema: NoFields, examples: { "No fields": {} }, isOptional: true } as const;
const underWay = {
  description: "The provider is working on it, or its answer never came: read the payment later, or ask by `refresh`.",
  schema: Payment,
  example: { ...payment, operations: [{ ...refundedPayment.operations[0], status: "pending" }] },
};
const refusals: readonly ProblemCode[] = [
  "not_found",
  "invalid_state",
  "unsupported_operation",
  "operation_in_doubt",
  "gateway_declined",
  "gateway_unavailable",
  "circuit_open",
];

/** The operations of `routes/payments.ts`. */
export const paymentOperations: readonly DescribedOperation[] = [
  {
    method: "get",
    path: PATHS.payments,
    operationId: "listPayments",
    tag,
    summary: "List payments",
    description: "Newest first. All filters that are given must match.",
    callers: ["secretKey"],
    query: ListPaymentsQuery,
    answers: {
      200: {
        description: "A page.",
        schema: PaymentPage,
        example: { data: [{ ...payment, orderId: "1001" }], next: null },
      },
    },
  },
  {
    method: "get",
    path: PATHS.payment(":id"),
    operationId: "readPayment",
    tag,
    summary: "Read a payment",
    callers: ["secretKey"],
    answers: { 200: { description: "The payment.", schema: ListedPayment, example: payment } },
    problems: ["not_found"],
  },
  {
    method: "post",
    path: `${PATHS.payment(":id")}/capture`,
    operationId: "capturePayment",
    tag,
    summary: "Capture an authorized payment",
    description: "Without `amount` all of it. What is not captured is given up.",
    callers: ["secretKey"],
    isIdempotent: true,
    body: {
      schema: OperatePaymentRequest,
      examples: { "All of it": {}, "A part": { amount: 2000 } },
      isOptional: true,
    },
    answers: { 200: { description: "It is captured.", schema: Payment, example: payment }, 202: underWay },
    problems: [...refusals, "amount_too_large"],
  },
  {
    method: "post",
    path: `${PATHS.payment(":id")}/void`,
    operationId: "voidPayment",
    tag,
    summary: "Void a payment that was not taken yet",
    callers: ["secretKey"],
    isIdempotent: true,
    body: nothing,
    answers: {
      200: {
        description: "It is void.",
        schema: Payment,
        example: { ...payment, state: "authorization_voided", capturedAmount: 0, balance: 0 },
      },
      202: underWay,
    },
    problems: refusals,
  },
  {
    method: "post",
    path: `${PATHS.payment(":id")}/refund`,
    operationId: "refundPayment",
    tag,
    summary: "Refund a payment, or a part of it",
    description: "Without `amount` the whole balance; above the balance it is refused. As often as there is a balance.",
    callers: ["secretKey"],
    isIdempotent: true,
    body: {
      schema: OperatePaymentRequest,
      examples: { "A part": { amount: 1000 }, "All of it": {} },
      isOptional: true,
    },
    answers: { 200: { description: "It is refunded.", schema: Payment, example: refundedPayment }, 202: underWay },
    problems: [...refusals, "amount_too_large"],
  },
  {
    method: "post",
    path: `${PATHS.payment(":id")}/receive`,
    operationId: "receivePayment",
    tag,
    summary: "Say that a manual payment has arrived",
    callers: ["secretKey"],
    isIdempotent: true,
    body: nothing,
    answers: { 200: { description: "The payment.", schema: Payment, example: payment } },
    problems: ["not_found", "invalid_state", "unsupported_operation"],
  },
  {
    method: "post",
    path: `${PATHS.payment(":id")}/refresh`,
    operationId: "refreshPayment",
    tag,
    summary: "Ask the provider how a payment stands",
    callers: ["secretKey"],
    isIdempotent: true,
    body: nothing,
    answers: { 200: { description: "The payment as it is now.", schema: Payment, example: payment }, 202: underWay },
    problems: ["not_found", "unsupported_operation", "gateway_declined", "gateway_unavailable", "circuit_open"],
  },
];
