/**
 * Serves a Commerce Layer organization whose external payment gateway is this server (seed 002):
 *
 * 1. The signature is over the bytes that came, and is checked before anything of them is read.
 * 2. The payload is checked against its shape, and the order is found in `included`.
 * 3. `checkout/` decides; its answer, and every error, is put into the protocol's words.
 */
import type Router from "@koa/router";
import type { Context } from "koa";
import type { z } from "zod";
import {
  CapturePayload,
  COMMERCE_LAYER_ACTIONS,
  ExternalPaymentPayload,
  IncludedOrder,
  RefundPayload,
  VoidPayload,
  type CommerceLayerAction,
  type CommerceLayerFailure,
  type CommerceLayerSavedSource,
  type CommerceLayerSuccess,
} from "../../shared/commerce-layer.ts";
import { PATHS } from "../../shared/paths.ts";
import { PROBLEMS } from "../../shared/problems.ts";
import { OPERATION_TYPES, type OperationType } from "../../shared/states.ts";
import type { Checkout } from "../checkout/checkout.ts";
import {
  authorizeOrder,
  operateForOrder,
  saveSourceForOrder,
  type NamedOrder,
  type OrderAnswer,
} from "../checkout/commerce-layer.ts";
import { hashSecret } from "../checkout/ids.ts";
import { InputError, RequestError, VerificationError, type CheckoutError } from "../errors.ts";
import { SIGNATURE_HEADER } from "../gateways/external-webhook.ts";
import { hmacBase64, isSameDigest } from "../gateways/signature.ts";
import { bodyBytes, readAs, requireMediaType } from "../http/body.ts";
import { exposedDetail } from "../http/problems.ts";
import { parseJson } from "../parse.ts";
import { newRouter, ofRequest, type RouteContext } from "./route-context.ts";

const MEDIA_TYPES = ["application/json", "application/vnd.api+json"];
const OPERATION_PAYLOADS = { capture: CapturePayload, void: VoidPayload, refund: RefundPayload } as const;

/** What an answer is about: kept with the request as soon as it is known, for every answer says it. */
type Transaction = CommerceLayerSuccess["data"];

/** Serves `/commerce-layer/…`; without a configuration of its own there is nothing there. */
export function commerceLayerRoutes({ checkout }: RouteContext): Router {
  const router = newRouter();

  router.post(pathOf("authorize"), async (ctx) => {
    const payload = readSigned(ctx, checkout, ExternalPaymentPayload);
    const order = readOrder(payload.included, payload.data.meta);
    const { payment_source_token: token } = payload.data.attributes;
    if (order === undefined) throw new InputError([{ path: "/included", message: "must include the order" }]);
    keepTransaction(ctx, { transaction_token: token, amount_cents: order.amount });
    answer(ctx, await authorizeOrder(ofRequest(checkout, ctx), token, order));
  });

  router.post(pathOf("token"), async (ctx) => {
    const { data, included } = readSigned(ctx, checkout, ExternalPaymentPayload);
    const order = readOrder(included, data.meta);
    const { id, customer } = await saveSourceForOrder(ofRequest(checkout, ctx), data.attributes.payment_source_token, {
      orderId: order?.id,
      email: order?.email,
    });
    const { reference } = customer;
    ctx.body = {
      success: true,
      data: { ...(reference === undefined ? {} : { customer_token: reference }), payment_source_token: id },
    } satisfies CommerceLayerSavedSource;
  });

  for (const type of OPERATION_TYPES) {
    router.post(pathOf(type), async (ctx) => {
      const { token, amount, currency, order } = readOperation(ctx, checkout, type);
      keepTransaction(ctx, { transaction_token: token, amount_cents: amount ?? order?.amount ?? 0 });
      const requestHash = hashSecret(Buffer.concat([Buffer.from(`${type}\n`), bodyBytes(ctx) ?? Buffer.alloc(0)]));
      answer(
        ctx,
        await operateForOrder(ofRequest(checkout, ctx), { type, token, amount, currency, order, requestHash }),
      );
    });
  }

  return router;
}

/** Tells whether a request is in this protocol. */
export function isCommerceLayer({ path }: Context): boolean {
  return COMMERCE_LAYER_ACTIONS.some((action) => path === pathOf(action));
}

/** Answers an error in the protocol's shape. */
export function answerCommerceLayerProblem(ctx: Context, error: CheckoutError): void {
  refuse(ctx, error.code, exposedDetail(error));
}

function pathOf(action: CommerceLayerAction): string {
  return `${PATHS.commerceLayer}/${action}`;
}

/** @throws VerificationError `signature_invalid` before anything else */
function readSigned<Schema extends z.ZodType>(
  ctx: Context,
  { commerceLayer }: Checkout,
  schema: Schema,
): z.infer<Schema> {
  if (commerceLayer === undefined) throw new RequestError("not_found", "there is nothing here");
  const bytes = bodyBytes(ctx);
  // Nothing, signed as an empty text, would have a signature like any other.
  if (bytes === null) throw new VerificationError("there is no body of which a signature could be checked");
  if (!isSameDigest(hmacBase64(commerceLayer.sharedSecret, bytes), ctx.get(SIGNATURE_HEADER))) {
    throw new VerificationError(`${SIGNATURE_HEADER} does not verify`);
  }
  requireMediaType(ctx, MEDIA_TYPES);
  return readAs(schema, parseJson(bytes));
}

function readOperation(ctx: Context, checkout: Checkout, type: OperationType) {
  const { data, included } = readSigned(ctx, checkout, OPERATION_PAYLOADS[type]);
  const {
    token,
    currency_code: currency,
    capture_amount_cents,
    refund_amount_cents,
  } = data.attributes as {
    token: string;
    currency_code?: string | null;
    capture_amount_cents?: number | null;
    refund_amount_cents?: number | null;
  };
  const amounts = { capture: capture_amount_cents, refund: refund_amount_cents, void: undefined };
  return {
    token,
    currency: currency ?? undefined,
    amount: amounts[type] ?? undefined,
    order: readOrder(included, data.meta),
  };
}

/** Finds the order among what is included. @throws InputError where there are several, or it is not understood */
function readOrder(
  included: readonly { type: string }[],
  meta: { mode?: NamedOrder["environment"] } | undefined,
): NamedOrder | undefined {
  const orders = included.filter(({ type }) => type === "orders");
  if (orders.length > 1) throw new InputError([{ path: "/included", message: "must include one order" }]);
  const [first] = orders;
  if (first === undefined) return undefined;
  const parsed = IncludedOrder.safeParse(first);
  if (!parsed.success) {
    const path = `/included/${included.indexOf(first)}`;
    throw new InputError([{ path, message: "must have its id, currency_code and total_amount_with_taxes_cents" }]);
  }
  const { id, attributes } = parsed.data;
  const { total_amount_with_taxes_cents: amount, currency_code: currency, customer_email } = attributes;
  return { id, amount, currency, environment: meta?.mode, email: customer_email ?? undefined };
}

function answer(ctx: Context, told: OrderAnswer): void {
  if (told.outcome === "refused") {
    refuse(ctx, told.code, told.message);
    return;
  }
  const { outcome, token, amount, payment } = told;
  ctx.status = outcome === "done" ? 200 : 202;
  const { sessionId, gateway, id, remoteId } = payment;
  const body: CommerceLayerSuccess = {
    success: true,
    data: {
      transaction_token: token,
      amount_cents: amount,
      ...(outcome === "promised" ? { action_id: token } : {}),
      metadata: { checkout_session: sessionId, payment: id, gateway, gateway_reference: remoteId },
    },
  };
  ctx.body = body;
}

function refuse(ctx: Context, code: string, message: string): void {
  const transaction = ctx.state["transaction"] as Transaction | undefined;
  // The reasons that only an attempt has are no problems of a request, and have no status of their own.
  ctx.status = Object.hasOwn(PROBLEMS, code) ? PROBLEMS[code as keyof typeof PROBLEMS].status : 409;
  const body: CommerceLayerFailure = {
    success: false,
    ...(transaction === undefined ? {} : { data: transaction }),
    error: { code, message },
  };
  ctx.body = body;
}

function keepTransaction(ctx: Context, transaction: Transaction): void {
  ctx.state["transaction"] = transaction;
}
