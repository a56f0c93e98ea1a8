import { z } from "zod";
import { CheckoutEvent } from "./events.ts";
import { PaymentSource } from "./payment-sources.ts";
import { PROBLEMS, type ProblemCode } from "./problems.ts";
import { CheckoutSession, Payment } from "./records.ts";
import { PRESENTATIONS } from "./states.ts";

const PROBLEM_CODES = Object.keys(PROBLEMS) as ProblemCode[];

/** An error answer, `application/problem+json` (RFC 9457). */
export const ProblemAnswer = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  code: z.enum(PROBLEM_CODES),
  requestId: z.string(),
  /** Every fault of the input; `path` is a JSON Pointer into the body, or names a parameter. */
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});

/** A payment as the merchant reads it, with its order where the session has one. */
export const ListedPayment = Payment.extend({ orderId: z.string().optional() });

const page = <Item extends z.ZodType>(item: Item) => z.object({ data: z.array(item), next: z.string().nullable() });

/** The answer of `GET /v1/checkout-sessions`, newest first. */
export const SessionPage = page(CheckoutSession);
/** The answer of `GET /v1/payments`, newest first. */
export const PaymentPage = page(ListedPayment);
/** The answer of `GET /v1/events`, oldest first. */
export const EventPage = page(CheckoutEvent);

/** The answer of `GET /v1/payment-sources`, newest first. */
export const PaymentSourcePage = page(PaymentSource);
/** The answer of `GET /v1/search`. */
export const FoundSessions = z.object({ data: z.array(CheckoutSession) });

/** A configured gateway, what it can do and how its circuit stands. */
export const ConfiguredGateway = z.object({
  id: z.string(),
  type: z.string(),
  label: z.string(),
  presentations: z.array(z.enum(PRESENTATIONS)),
  abilities: z.array(z.string()),
  circuit: z.object({ state: z.enum(["closed", "open"]), failures: z.number().int() }),
});
export type ConfiguredGateway = z.infer<typeof ConfiguredGateway>;

/** The answer of `GET /v1/gateways`, in the order in which customers see them. */
export const GatewayList = z.object({ data: z.array(ConfiguredGateway) });

/** The answer of `GET /healthz`. */
export const Alive = z.object({ status: z.literal("alive") });
/** The answer of `GET /readyz`. */
export const Ready = z.object({ status: z.literal("ready") });
