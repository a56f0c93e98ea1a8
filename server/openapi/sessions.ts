import { z } from "zod";
import { SessionPage } from "../../shared/answers.ts";
import { PATHS } from "../../shared/paths.ts";
import { ListSessionsQuery } from "../../shared/queries.ts";
import { CheckoutSession, CreatedCheckoutSession, StartedAttempt } from "../../shared/records.ts";
import { CreateSessionRequest, StartAttemptRequest } from "../../shared/requests.ts";
import { CartSessionRequest, SkuSessionRequest } from "../../shared/storefront-requests.ts";
import { attempt, completeSession, createdSession, newSession, openSession } from "./examples.ts";
import { NoFields } from "./no-fields.ts";
import type { DescribedOperation } from "./operation.ts";

const tag = "Checkout sessions";

/** The operations of `routes/sessions.ts`, and the stream of `routes/events.ts`. */
export const sessionOperations: readonly DescribedOperation[] = [
  {
    method: "post",
    path: PATHS.sessions,
    operationId: "createCheckoutSession",
    tag,
    summary: "Create a checkout session",
    description:
      "Call this from your own server, where the price is. Give `amount`, or `items` of which it is computed: " +
      "Σ quantity × unitAmount + shipping + tax + discount; given both, they must agree. Hand `id` and `clientSecret` " +
      "to your page, or send the customer to `url`. The `clientSecret` is in no other answer. A storefront's page calls " +
      "this without a key and names SKUs, which the server's catalogue prices, or hands over a `cart` that you have signed; one address may do so 60 times a minute.",
    callers: ["secretKey", "anyone"],
    isIdempotent: true,
    body: {
      schema: z.union([CreateSessionRequest, SkuSessionRequest, CartSessionRequest]),
      examples: {
        "An order of items": newSession,
        "An amount alone": { amount: 4300, currency: "EUR", returnUrl: "https://shop.example/thanks" },
        "A signed cart": { cart: "eyJhbGciOiJIUzI1NiJ9.eyJjdXJyZW5jeSI6IkVVUiJ9.c2lnbmF0dXJl" },
        "From a storefront's page": { items: [{ sku: "mug", quantity: 2 }], returnUrl: "https://shop.example/thanks" },
      },
    },
    answers: { 201: { description: "The session.", schema: CreatedCheckoutSession, example: createdSession } },
    problems: [
      "not_found",
      "unsupported_operation",
      "forbidden",
      "rate_limited",
      "signature_invalid",
      "session_closed",
      "invalid_state",
    ],
  },
  {
    method: "get",
    path: PATHS.sessions,
    operationId: "listCheckoutSessions",
    tag,
    summary: "List checkout sessions",
    description: "Newest first. All filters that are given must match.",
    callers: ["secretKey"],
    query: ListSessionsQuery,
    answers: { 200: { description: "A page.", schema: SessionPage, example: { data: [completeSession], next: null } } },
  },
  {
    method: "get",
    path: PATHS.session(":id"),
    operationId: "readCheckoutSession",
    tag,
    summary: "Read a checkout session",
    description:
      "Deliver when your server reads `status: complete` here: what came back in the customer's browser is a hint and " +
      "no result. To the client secret `customer`, `metadata`, `attempts`, `payments` and `attention` are not shown.",
    callers: ["secretKey", "clientSecret"],
    answers: { 200: { description: "The session.", schema: CheckoutSession, example: completeSession } },
    problems: ["not_found"],
  },
  {
    method: "get",
    path: PATHS.sessionEvents(":id"),
    operationId: "watchCheckoutSession",
    tag,
    summary: "Watch a checkout session",
    description:
      "Server-sent events: event `session`, data the session as JSON as the caller may see it, id its `version`; at " +
      "once, and at each change. A comment every 15 seconds keeps the connection; it ends after 10 minutes, and you " +
      "ask again.",
    callers: ["secretKey", "clientSecret"],
    answers: { 200: { description: "The stream.", mediaType: "text/event-stream" } },
    problems: ["not_found"],
  },
  {
    method: "post",
    path: PATHS.attempts(":id"),
    operationId: "startAttempt",
    tag,
    summary: "Send the customer to a provider",
    description:
      "What the element calls. Send the customer to `handoff.url`: with GET as it is, with POST as a form of " +
      "`handoff.fields`. An earlier attempt that is still live is asked about first.",
    callers: ["secretKey", "clientSecret"],
    isIdempotent: true,
    body: { schema: StartAttemptRequest, examples: { "By redirect": { gateway: "card", presentation: "redirect" } } },
    answers: {
      201: {
        description: "The attempt, and what sends the customer there.",
        schema: StartedAttempt,
        example: {
          attempt,
          handoff: {
            method: "POST",
            url: "https://provider.example/pay",
            fields: { x_reference: "5f0c1d2e3b4a59687786958493a2b1c0", x_amount: "43.00" },
          },
        },
      },
    },
    problems: [
      "not_found",
      "session_complete",
      "session_closed",
      "invalid_state",
      "forbidden",
      "rate_limited",
      "gateway_declined",
      "gateway_unavailable",
      "circuit_open",
    ],
  },
  {
    method: "post",
    path: PATHS.cancelSession(":id"),
    operationId: "cancelCheckoutSession",
    tag,
    summary: "Call a checkout session off",
    description: "The provider of a live attempt is asked first: a session that turns out to be paid is not cancelled.",
    callers: ["secretKey"],
    isIdempotent: true,
    body: { schema: NoFields, examples: { "No fields": {} }, isOptional: true },
    answers: {
      200: {
        description: "The session.",
        schema: CheckoutSession,
        example: { ...openSession, status: "cancelled", version: 2 },
      },
    },
    problems: [
      "not_found",
      "session_complete",
      "session_closed",
      "gateway_unavailable",
      "gateway_declined",
      "circuit_open",
    ],
  },
  {
    method: "post",
    path: PATHS.refreshSession(":id"),
    operationId: "refreshCheckoutSession",
    tag,
    summary: "Ask the providers now",
    description: "Asks the provider of every trip that may still bring news, and settles what it says.",
    callers: ["secretKey"],
    isIdempotent: true,
    body: { schema: NoFields, examples: { "No fields": {} }, isOptional: true },
    answers: { 200: { description: "The session.", schema: CheckoutSession, example: completeSession } },
    problems: ["not_found", "unsupported_operation", "gateway_unavailable", "gateway_declined", "circuit_open"],
  },
  {
    method: "post",
    path: PATHS.acknowledgeSession(":id"),
    operationId: "acknowledgeCheckoutSession",
    tag,
    summary: "Say that you have looked at it",
    description: "What is in `attention` now is not brought up again, but for an operation in doubt.",
    callers: ["secretKey"],
    isIdempotent: true,
    body: { schema: NoFields, examples: { "No fields": {} }, isOptional: true },
    answers: { 200: { description: "The session.", schema: CheckoutSession, example: completeSession } },
    problems: ["not_found"],
  },
];
