/** What a shop and its customers do with a gateway called `external`. */
import assert from "node:assert/strict";
import type { CheckoutSession, CreatedCheckoutSession, Handoff, Payment } from "../../shared/records.ts";
import { bringBack } from "./external-endpoint.ts";
import { eventually, expectStatus, type TestAnswer, type TestServer } from "./server.ts";

/** Creates a session over 129.00 and sends its customer to the provider. */
export async function beginExternal(
  server: TestServer,
  fields: Record<string, unknown> = {},
): Promise<{ session: CreatedCheckoutSession; handoff: Handoff }> {
  const session = await server.createSession({ amount: 12_900, ...fields });
  return { session, handoff: (await server.startAttempt(session, { gateway: "external" })).handoff };
}

/** Reads a session as the merchant. */
export async function readSession(server: TestServer, { id }: { id: string }): Promise<CheckoutSession> {
  return (await server.call<CheckoutSession>(`/v1/checkout-sessions/${id}`)).body;
}

/** Gives the payment that a session must have. */
export function paymentIn({ payment }: CheckoutSession): Payment {
  assert.ok(payment);
  return payment;
}

/** Waits, without a clock, until a session's payment is as it must be: whoever does what is due may be at it. */
export async function paymentOnce(
  server: TestServer,
  session: { id: string },
  holds: (payment: Payment) => boolean,
): Promise<Payment> {
  let current = await readSession(server, session);
  await eventually(async () => {
    current = await readSession(server, session);
    return current.payment !== undefined && holds(current.payment);
  });
  return paymentIn(current);
}

/** Pays with a session that is captured by hand. */
export async function authorizeExternal(
  server: TestServer,
): Promise<{ session: CreatedCheckoutSession; payment: Payment }> {
  const { session, handoff } = await beginExternal(server, { capture: "manual" });
  expectStatus(await bringBack(server, handoff), 303);
  return { session, payment: paymentIn(await readSession(server, session)) };
}

/** Carries out an operation as the merchant. */
export function operateExternal(
  server: TestServer,
  payment: Payment,
  operation: string,
  body: object = {},
): Promise<TestAnswer<Payment & { code: string }>> {
  return server.call(`/v1/payments/${payment.id}/${operation}`, { json: body });
}
