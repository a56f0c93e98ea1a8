import type { CheckoutEvent } from "../../../shared/events.ts";
import type { CheckoutSession, Operation, Payment } from "../../../shared/records.ts";
import type { GatewayView } from "../client.ts";

/** What sentences are about, and how they write amounts and times. */
export interface Scene {
  session: CheckoutSession;
  /** Of this session, oldest first. */
  events: readonly CheckoutEvent[];
  gateways: readonly GatewayView[];
  money: (amount: number, currency: string) => string;
  time: (iso: string) => string;
}

/** The name of a gateway as the operator knows it; one that is no longer configured has only its id. */
export function gatewayLabel({ gateways }: Pick<Scene, "gateways">, id: string | undefined): string {
  return gateways.find((gateway) => gateway.id === id)?.label ?? id ?? "The provider";
}

/** Tells whether a gateway can do something. */
export function can({ gateways }: Pick<Scene, "gateways">, id: string, ability: string): boolean {
  return gateways.find((gateway) => gateway.id === id)?.abilities.includes(ability) === true;
}

/** The gateway that an event is about. */
export function gatewayOf(scene: Scene, { attemptId, paymentId }: CheckoutEvent): string {
  const { attempts = [], payments = [], gateway } = scene.session;
  const payment = payments.find(({ id }) => id === paymentId);
  const attempt = attempts.find(({ id }) => id === (attemptId ?? payment?.attemptId));
  return gatewayLabel(scene, payment?.gateway ?? attempt?.gateway ?? gateway);
}

/** The payment that an event is about. */
export function paymentOf({ session }: Scene, { paymentId }: CheckoutEvent): Payment | undefined {
  return session.payments?.find(({ id }) => id === paymentId);
}

/** The operation that an event is about. */
export function operationOf(scene: Scene, event: CheckoutEvent): Operation | undefined {
  return paymentOf(scene, event)?.operations.find(({ id }) => id === event.operationId);
}
