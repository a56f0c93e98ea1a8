/**
 * An external payment gateway in the sense of Commerce Layer (seed 002): we play Commerce Layer's part towards any
 * service that speaks that protocol.
 *
 * 1. `start` sends the customer to the provider's page at `frameUrl`; nothing is asked of the provider beforehand.
 * 2. The page sends the customer back with a `payment_source_token`. That is no proof of anything: `checkout/` stores it.
 * 3. `fetchPayment` asks for the money: it posts the external payment to `authorizeUrl`. An answer that never came is
 *    asked for again with the same `Idempotency-Key`, the attempt's id.
 * 4. Where the session is to be paid at once, `checkout/` captures at once; capture, void and refund are posted alike,
 *    each with the operation's id as its key.
 * 5. Where there is a `tokenUrl`, what the customer paid with can be saved: it answers with a token that is good for
 *    more than one order, and the customer's e-mail address serves where it gives no `customer_token`.
 * 6. What is answered with 202 is pending until the signed webhook at `/notify/<id>` ends it.
 */
import { z } from "zod";
import type { Presentation } from "../../shared/states.ts";
import { GatewayError } from "../errors.ts";
import { parseForm } from "../parse.ts";
import { ALWAYS_CLOSED } from "./circuit.ts";
import { CallTimeout, gatewayLabel, gatewayPresentations, ProviderSecret } from "./config-fields.ts";
import { createExternalApi, type ExternalAnswer } from "./external-api.ts";
import {
  authorizationPayload,
  authorizePayload,
  capturePayload,
  DEFAULT_INCLUDES,
  ExternalInclude,
  type PayloadSource,
} from "./external-payload.ts";
import { readPaymentSourceToken } from "./external-token.ts";
import { readWebhook } from "./external-webhook.ts";
import type {
  Gateway,
  GatewayContext,
  GatewayType,
  OperationReport,
  OperationRequest,
  Report,
  Trip,
  TripUrls,
} from "./gateway.ts";
import { ProviderAddress } from "./provider-address.ts";
import { readMessageBody } from "./provider-message.ts";

/** The configuration of one external gateway. */
export interface ExternalConfig {
  type: "external";
  label: string;
  presentations: Presentation[];
  /** Signs in both directions. */
  sharedSecret: string;
  authorizeUrl: string;
  captureUrl: string;
  voidUrl: string;
  refundUrl: string;
  tokenUrl?: string | undefined;
  /** The page on which the customer leaves what to pay with. */
  frameUrl: string;
  timeoutMs: number;
  externalIncludes?: ExternalInclude[] | undefined;
}

const ExternalConfig: z.ZodType<ExternalConfig> = z.strictObject({
  type: z.literal("external"),
  label: gatewayLabel("Pay online"),
  presentations: gatewayPresentations(["iframe", "redirect", "popup"], ["iframe", "redirect", "popup"]),
  sharedSecret: ProviderSecret,
  authorizeUrl: ProviderAddress,
  captureUrl: ProviderAddress,
  voidUrl: ProviderAddress,
  refundUrl: ProviderAddress,
  tokenUrl: ProviderAddress.optional(),
  frameUrl: ProviderAddress,
  timeoutMs: CallTimeout.unwrap().default(5000),
  externalIncludes: z.array(ExternalInclude).optional(),
});

/** The gateway type `external`. */
export const external: GatewayType<ExternalConfig> = {
  type: "external",
  configSchema: ExternalConfig,
  addresses: ({ authorizeUrl, captureUrl, voidUrl, refundUrl, tokenUrl, frameUrl }) => ({
    authorizeUrl,
    captureUrl,
    voidUrl,
    refundUrl,
    ...(tokenUrl === undefined ? {} : { tokenUrl }),
    frameUrl,
  }),
  create: (config, context) => createExternal(config, context),
};

function createExternal(config: ExternalConfig, context: GatewayContext): Gateway {
  const { id, environment, fetch, circuit = ALWAYS_CLOSED } = context;
  const { label, sharedSecret, timeoutMs, frameUrl, tokenUrl, externalIncludes } = config;
  const api = createExternalApi({ sharedSecret, timeoutMs, fetch, circuit });
  const sourceOf = (trip: Trip): PayloadSource => ({
    trip,
    gateway: { id, label },
    includes: externalIncludes ?? DEFAULT_INCLUDES,
  });
  const authorize = async (trip: Trip, token: string): Promise<Report> => {
    const { attempt } = trip;
    const answer = await api.call(config.authorizeUrl, authorizePayload(sourceOf(trip), token), attempt.id);
    if (answer.outcome === "refused") {
      const { errorCode: remoteState, message } = answer;
      return { outcome: "declined", code: "gateway_declined", remoteState, message, environment };
    }
    const isPending = answer.outcome === "pending";
    return {
      outcome: isPending ? "pending" : "authorized",
      remoteState: isPending ? "pending" : "authorized",
      remoteId: answer.transactionToken,
      amount: answer.amount,
      // The answer names none: it is the one that was asked for.
      currency: attempt.currency,
      environment,
      ...(isPending ? { actionId: answer.actionId } : {}),
      ...detailsOf(answer),
    };
  };
  return {
    id,
    type: config.type,
    label,
    presentations: config.presentations,
    origins: [new URL(frameUrl).origin],
    capturesSeparately: true,
    repeatsCalls: true,
    checkSession: () => [],
    start: async (trip, urls) => ({ handoff: { method: "GET", url: frameAddress(frameUrl, trip, urls) } }),
    verifyReturn: async (request) => {
      const fields =
        request.method === "GET"
          ? request.query
          : readMessageBody(request, "application/x-www-form-urlencoded", parseForm);
      return { proof: "token", paymentSourceToken: readPaymentSourceToken(fields["payment_source_token"]) };
    },
    verifyNotification: async (request) => readWebhook(request, sharedSecret),
    fetchPayment: async (trip) => {
      const { paymentSourceToken } = trip.attempt;
      return paymentSourceToken === undefined ? "unpaid" : authorize(trip, paymentSourceToken);
    },
    ...(tokenUrl === undefined
      ? {}
      : ({
          createPaymentSource: async (payment, { sourceId, customer }, { session, attempt }) => {
            const { paymentSourceToken } = attempt;
            if (paymentSourceToken === undefined) {
              throw new GatewayError("unsupported_operation", `${payment.id} was made without a token`);
            }
            const source = sourceOf({
              session: { ...session, customer: { ...session.customer, ...customer } },
              attempt,
            });
            const saved = await api.saveToken(tokenUrl, authorizePayload(source, paymentSourceToken), sourceId);
            return { ...(customer.email === undefined ? {} : { customerToken: customer.email }), ...saved };
          },
          chargePaymentSource: (trip) => authorize(trip, trip.attempt.paymentSourceToken ?? ""),
        } satisfies Partial<Gateway>)),
    capture: async (payment, request, trip) => {
      const payload = authorizationPayload(sourceOf(trip), payment, request.amount);
      return toReport(await api.call(config.captureUrl, payload, request.operationId), request, "captured");
    },
    void: async (payment, request, trip) => {
      const payload = authorizationPayload(sourceOf(trip), payment);
      return toReport(await api.call(config.voidUrl, payload, request.operationId), request, "voided");
    },
    refund: async (payment, request, trip) => {
      const capture = payment.operations.find(({ type, status }) => type === "capture" && status === "succeeded");
      if (capture?.remoteId === undefined) {
        throw new GatewayError("unsupported_operation", `${payment.id} has no capture that could be refunded`);
      }
      const payload = capturePayload(sourceOf(trip), payment, {
        captureId: capture.id,
        captureToken: capture.remoteId,
        refundAmount: request.amount,
      });
      return toReport(await api.call(config.refundUrl, payload, request.operationId), request, "refunded");
    },
  };
}

function frameAddress(frameUrl: string, { attempt }: Trip, { returnUrl, cancelUrl }: TripUrls): string {
  const url = new URL(frameUrl);
  url.searchParams.set("return_url", returnUrl);
  url.searchParams.set("cancel_url", cancelUrl);
  url.searchParams.set("reference", attempt.reference);
  url.searchParams.set("amount_cents", String(attempt.amount));
  url.searchParams.set("currency", attempt.currency);
  return url.href;
}

/** @throws GatewayError in doubt where the provider did another amount than it was asked to */
function toReport(
  answer: ExternalAnswer,
  { amount }: OperationRequest,
  done: "captured" | "voided" | "refunded",
): OperationReport {
  if (answer.outcome === "refused") {
    const { errorCode, message } = answer;
    return { status: "failed", errorCode, message };
  }
  if (answer.amount !== amount) {
    const what = `the external gateway answered that ${answer.amount} was ${done}, not ${amount}`;
    throw new GatewayError("gateway_unavailable", what, { inDoubt: true });
  }
  const told = { remoteId: answer.transactionToken, ...detailsOf(answer) };
  return answer.outcome === "pending"
    ? { status: "pending", actionId: answer.actionId, ...told }
    : { status: "succeeded", remoteState: done, ...told };
}

function detailsOf(answer: Exclude<ExternalAnswer, { outcome: "refused" }>): Pick<OperationReport, "details"> {
  return answer.details === undefined ? {} : { details: answer.details };
}
