import { PaymentSourcePage } from "../../shared/answers.ts";
import { PATHS } from "../../shared/paths.ts";
import { ListPaymentSourcesQuery, PaymentSource, SavePaymentSourceRequest } from "../../shared/payment-sources.ts";
import { payment, paymentSource } from "./examples.ts";
import type { DescribedOperation } from "./operation.ts";

const tag = "Payment sources";

/** The operations of `routes/payment-sources.ts`. */
export const paymentSourceOperations: readonly DescribedOperation[] = [
  {
    method: "post",
    path: PATHS.paymentSources,
    operationId: "savePaymentSource",
    tag,
    summary: "Save what a payment was made with",
    description: "A session that is created with it as `paymentSource` is charged at once, without the customer.",
    callers: ["secretKey"],
    isIdempotent: true,
    body: {
      schema: SavePaymentSourceRequest,
      examples: { "With the customer's consent": { paymentId: payment.id, consent: true, label: paymentSource.label } },
    },
    answers: { 201: { description: "The source.", schema: PaymentSource, example: paymentSource } },
    problems: [
      "not_found",
      "invalid_state",
      "unsupported_operation",
      "gateway_declined",
      "gateway_unavailable",
      "circuit_open",
    ],
  },
  {
    method: "get",
    path: PATHS.paymentSources,
    operationId: "listPaymentSources",
    tag,
    summary: "List saved sources",
    description: "Newest first.",
    callers: ["secretKey"],
    query: ListPaymentSourcesQuery,
    answers: {
      200: { description: "A page.", schema: PaymentSourcePage, example: { data: [paymentSource], next: null } },
    },
  },
  {
    method: "get",
    path: PATHS.paymentSource(":id"),
    operationId: "readPaymentSource",
    tag,
    summary: "Read a saved source",
    callers: ["secretKey"],
    answers: { 200: { description: "The source.", schema: PaymentSource, example: paymentSource } },
    problems: ["not_found"],
  },
  {
    method: "delete",
    path: PATHS.paymentSource(":id"),
    operationId: "deletePaymentSource",
    tag,
    summary: "Forget a saved source",
    callers: ["secretKey"],
    answers: { 204: { description: "It is forgotten." } },
    problems: ["not_found", "gateway_declined", "gateway_unavailable", "circuit_open"],
  },
];
