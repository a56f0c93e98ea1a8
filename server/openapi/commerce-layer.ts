import {
  CapturePayload,
  CommerceLayerFailure,
  CommerceLayerSavedSource,
  CommerceLayerSuccess,
  ExternalPaymentPayload,
  RefundPayload,
  VoidPayload,
  type CommerceLayerAction,
} from "../../shared/commerce-layer.ts";
import { PATHS } from "../../shared/paths.ts";
import type { ProblemCode } from "../../shared/problems.ts";
import { payment, paymentSource } from "./examples.ts";
import type { DescribedOperation } from "./operation.ts";

const ORDER = {
  id: "wBXVhKzrnq",
  type: "orders",
  attributes: { currency_code: payment.currency, total_amount_with_taxes_cents: payment.amount },
};
const externalPayment = {
  data: { id: "ZNKjeUYepv", type: "external_payments", attributes: { payment_source_token: payment.sessionId } },
  included: [ORDER],
};
const savedSource = {
  ...externalPayment,
  data: { ...externalPayment.data, attributes: { payment_source_token: paymentSource.id } },
};
const authorization = (attributes: object = {}) => ({
  data: { id: "yGzeUJxRJj", type: "authorizations", attributes: { token: payment.id, ...attributes } },
  included: [ORDER],
});
const capture = {
  data: { id: "yJQDUVndWj", type: "captures", attributes: { token: "op_capture", refund_amount_cents: 100 } },
  included: [ORDER],
};
const done = {
  success: true,
  data: { transaction_token: payment.id, amount_cents: payment.amount, metadata: { gateway: payment.gateway } },
};
const transactionAnswers = {
  200: { description: "It is done.", schema: CommerceLayerSuccess, example: done },
  202: {
    description: "It is under way, or its outcome is in doubt: the webhook tells its end, and names `action_id`.",
    schema: CommerceLayerSuccess,
    example: { success: true, data: { ...done.data, action_id: payment.id } },
  },
};

const describe = (
  action: CommerceLayerAction,
  summary: string,
  rest: Pick<DescribedOperation, "body" | "answers"> & { problems?: readonly ProblemCode[] },
): DescribedOperation => ({
  method: "post",
  path: `${PATHS.commerceLayer}/${action}`,
  operationId: `commerceLayer${action.charAt(0).toUpperCase()}${action.slice(1)}`,
  tag: "Commerce Layer",
  summary,
  description:
    "Signed: `X-CommerceLayer-Signature` is the base64 of HMAC-SHA256 over the body, keyed with the shared secret.",
  callers: ["anyone"],
  failure: CommerceLayerFailure,
  ...rest,
  problems: ["signature_invalid", "not_found", "invalid_state", ...(rest.problems ?? [])],
});
const operationProblems = [
  "operation_in_doubt",
  "idempotency_key_in_use",
  "amount_too_large",
  "unsupported_operation",
  "gateway_declined",
  "gateway_unavailable",
  "circuit_open",
] as const;
const MEDIA_TYPES = ["application/vnd.api+json", "application/json"] as const;

/** The operations of `routes/commerce-layer.ts`. */
export const commerceLayerOperations: readonly DescribedOperation[] = [
  describe("authorize", "An order names the checkout session that pays for it, or a saved source to charge", {
    body: {
      schema: ExternalPaymentPayload,
      examples: { "An order": externalPayment, "With a saved source": savedSource },
      mediaTypes: MEDIA_TYPES,
    },
    answers: transactionAnswers,
    problems: [
      "session_closed",
      "operation_in_doubt",
      "idempotency_key_in_use",
      "unsupported_operation",
      "rate_limited",
      "gateway_declined",
      "gateway_unavailable",
      "circuit_open",
    ],
  }),
  describe("capture", "Capture an authorization, whole or in part", {
    body: {
      schema: CapturePayload,
      examples: { "A part": authorization({ capture_amount_cents: 100 }), "All of it": authorization() },
      mediaTypes: MEDIA_TYPES,
    },
    answers: transactionAnswers,
    problems: operationProblems,
  }),
  describe("void", "Void an authorization", {
    body: { schema: VoidPayload, examples: { "An authorization": authorization() }, mediaTypes: MEDIA_TYPES },
    answers: transactionAnswers,
    problems: operationProblems,
  }),
  describe("refund", "Refund a capture, whole or in part", {
    body: { schema: RefundPayload, examples: { "A part": capture }, mediaTypes: MEDIA_TYPES },
    answers: transactionAnswers,
    problems: operationProblems,
  }),
  describe("token", "Save what an order was paid with", {
    body: { schema: ExternalPaymentPayload, examples: { "An order": externalPayment }, mediaTypes: MEDIA_TYPES },
    answers: {
      200: {
        description: "It is saved.",
        schema: CommerceLayerSavedSource,
        example: { success: true, data: { payment_source_token: paymentSource.id } },
      },
    },
    problems: ["unsupported_operation", "gateway_declined", "gateway_unavailable", "circuit_open"],
  }),
];
