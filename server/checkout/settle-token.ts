import type { Trip } from "../gateways/gateway.ts";
import { takeToken } from "./authorization.ts";
import type { Checkout } from "./checkout.ts";
import { carryOutDueOperation } from "./due-operation.ts";
import { scheduleCheck } from "./schedule.ts";
import { askProvider, changeSession, requireTripGateway } from "./settle.ts";

/**
 * Takes what a customer left at the provider to pay with, and asks for the money: authorized, and captured at once where
 * the session is to be paid so. A token that comes again, or for a trip that is over, changes nothing.
 *
 * @throws GatewayError where the provider could not be asked; it is asked again later
 */
export async function settleToken(checkout: Checkout, trip: Trip, paymentSourceToken: string): Promise<void> {
  const gateway = requireTripGateway(checkout, trip);
  let isTaken = false;
  await changeSession(checkout, trip.session.id, "return", (change) => {
    isTaken = takeToken(change, trip.attempt.id, paymentSourceToken);
    const attempt = change.ledger.attempts.find(({ id }) => id === trip.attempt.id);
    if (!isTaken || attempt === undefined) return;
    scheduleCheck({ attempt, ledger: change.ledger, gateway }, checkout.schedule, change.now);
  });
  if (!isTaken) return;
  const { ledger } = await askProvider(checkout, trip, "return");
  for (const payment of ledger.payments) await carryOutDueOperation(checkout, payment);
}
