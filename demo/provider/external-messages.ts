import { createHmac, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import type { SimulatedPayment } from "./payment.ts";

/** A merchant's account for Commerce Layer's external gateway protocol. */
export interface ExternalAccount {
  id: string;
  /** Signs in both directions. */
  secret: string;
  /** The merchant's name, for people. */
  merchant: string;
  /** Where what was promised is told. */
  webhookUrl: string;
}

/** What is read of a call's payload (JSON:API): the resource that it is about, and the order. */
export const ExternalPayload = z.object({
  data: z.object({
    id: z.string().optional(),
    attributes: z.object({
      payment_source_token: z.string().optional(),
      token: z.string().optional(),
      capture_amount_cents: z.number().int().optional(),
      refund_amount_cents: z.number().int().optional(),
    }),
  }),
  included: z.array(z.object({ type: z.string(), attributes: z.record(z.string(), z.unknown()) })),
});
export type ExternalPayload = z.infer<typeof ExternalPayload>;

/** One answer of the external gateway's interface. */
export interface ExternalAnswer {
  status: number;
  body: Readonly<Record<string, unknown>>;
}

/** Signs a body: HMAC-SHA256 in base64. */
export function signExternal(body: string, secret: string): string {
  return createHmac("sha256", secret).update(body).digest("base64");
}

/** Tells whether a body carries its right signature. */
export function isSignedExternal(body: string, secret: string, signature: string): boolean {
  const expected = Buffer.from(signExternal(body, secret));
  const given = Buffer.from(signature);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** Words a success, or with an action's id a promise. */
export function agree(transactionToken: string, amount: number, actionId?: string): ExternalAnswer {
  return {
    status: actionId === undefined ? 200 : 202,
    body: {
      success: true,
      data: {
        transaction_token: transactionToken,
        amount_cents: amount,
        ...(actionId === undefined ? {} : { action_id: actionId }),
        metadata: { simulated: "true" },
      },
    },
  };
}

/** Words the answer to a call for a token that may be charged again. */
export function agreeToToken(paymentSourceToken: string): ExternalAnswer {
  return { status: 200, body: { success: true, data: { payment_source_token: paymentSourceToken } } };
}

/** Words the refusal of what a payment's state does not allow. */
export function refuseState({ id, state, amount }: SimulatedPayment): ExternalAnswer {
  return refuse("wrong_state", `The payment is ${state}.`, { token: id, amount });
}

/** Words a refusal. */
export function refuse(code: string, message: string, { token = "", amount = 0, status = 422 } = {}): ExternalAnswer {
  const data = { transaction_token: token, amount_cents: amount };
  return { status, body: { success: false, data, error: { code, message } } };
}
