import { ledgerKey, type Ledger } from "../stores/ledger.ts";
import type { Checkout } from "./checkout.ts";

/** The most sessions that a search shows. */
const SEARCH_LIMIT = 20;

/**
 * Finds the sessions that a text names exactly: by the id of the session, of a payment or of what a provider calls
 * them, by the order's id, or by the customer's reference or e-mail address. Each is looked up in an index.
 */
export async function searchSessions(checkout: Checkout, text: string): Promise<Ledger[]> {
  const { store, environment } = checkout;
  const names = [
    ledgerKey.payment(text),
    ...[...checkout.gateways.keys()].flatMap((gateway) => [
      ledgerKey.remotePayment(gateway, environment, text),
      ledgerKey.remoteAttempt(gateway, environment, text),
      ledgerKey.action(gateway, environment, text),
      ledgerKey.reference(gateway, text),
    ]),
  ];
  const [owners, byOrder, byCustomer] = await Promise.all([
    Promise.all(names.map((name) => store.findSessionId(name))),
    store.listSessions({ orderId: text }, { limit: SEARCH_LIMIT }),
    store.listSessions({ customer: text }, { limit: SEARCH_LIMIT }),
  ]);
  const ids = new Set([text, ...owners.filter((id) => id !== null)]);
  const named = await Promise.all([...ids].map((id) => store.readLedger(id)));
  const found = [...named.filter((ledger) => ledger !== null), ...byOrder.items, ...byCustomer.items];
  const byId = new Map(found.map((ledger) => [ledger.session.id, ledger]));
  return [...byId.values()].slice(0, SEARCH_LIMIT);
}
