import { setImmediate } from "node:timers/promises";
import { comparePlaces, decodeCursor, encodeCursor, type Place } from "../cursor.ts";
import type { DeliveryFilter, DeliveryRecord } from "../delivery.ts";
import type { Ledger, PaymentRecord } from "../ledger.ts";
import type { ListFilter, Page, PageRequest, PaymentFilter, SessionFilter } from "../store.ts";
import type { LedgerDocument } from "./document.ts";
import { DELIVERY_ORDER, type StoredDelivery } from "./outbox.ts";
import type { ListOrder } from "./sorted-list.ts";

/** So many are looked at before everybody else gets a turn: what is rare may be far down a long list. */
const LOOKED_AT_AT_ONCE = 10_000;

/** Where to look for what a list shows: candidates newest first, and which of them belong to it. */
interface Search<Item, Found> {
  order: ListOrder<Item>;
  candidates: (after: Place | undefined) => Iterable<Item>;
  matches: (item: Item) => boolean;
  read: (item: Item) => Found;
}

/** Lists sessions, newest first. */
export function listSessions(
  document: LedgerDocument,
  filter: SessionFilter,
  request: PageRequest,
): Promise<Page<Ledger>> {
  const { orderId, customer, gateway, status, needsAttention, hasSource } = filter;
  const { sessions, lists } = document;
  return takePage<number, Ledger>(filter, request, {
    order: sessions.order,
    candidates: (after) => {
      const group = groupOf(document, filter);
      if (group !== undefined) return newestFirst(sessions.order, group, after);
      if (hasSource === true) return lists.sessionsWithSource.newestFirst(after);
      return (needsAttention === true ? lists.sessionsToLookAt : lists.sessions).newestFirst(after);
    },
    matches: (session) =>
      (gateway === undefined || sessions.gateway(session) === gateway) &&
      (status === undefined || sessions.status(session) === status) &&
      (needsAttention !== true || sessions.needsAttention(session)) &&
      (hasSource !== true || sessions.hasSource(session)) &&
      belongsTo(document, session, { orderId, customer }),
    read: (session) => sessions.readLedger(session),
  });
}

/** Lists payments, newest first. */
export function listPayments(
  document: LedgerDocument,
  filter: PaymentFilter,
  request: PageRequest,
): Promise<Page<PaymentRecord & { orderId?: string }>> {
  const { orderId, customer, gateway, state, needsAttention } = filter;
  const { payments, lists } = document;
  return takePage<number, PaymentRecord & { orderId?: string }>(filter, request, {
    order: payments.order,
    candidates: (after) => {
      const group = groupOf(document, filter);
      if (group === undefined)
        return (needsAttention === true ? lists.paymentsToLookAt : lists.payments).newestFirst(after);
      const ofGroup = group.flatMap((session) => payments.of(session));
      return newestFirst(payments.order, ofGroup, after);
    },
    matches: (payment) =>
      (gateway === undefined || payments.gateway(payment) === gateway) &&
      (state === undefined || payments.state(payment) === state) &&
      (needsAttention !== true || payments.needsAttention(payment)) &&
      belongsTo(document, payments.session(payment), { orderId, customer }),
    read: (payment) => document.readPayment(payment),
  });
}

/** Lists deliveries, newest first. */
export function listDeliveries(
  { outbox }: LedgerDocument,
  { eventId, sessionId, status }: DeliveryFilter,
  request: PageRequest,
): Promise<Page<DeliveryRecord>> {
  return takePage<StoredDelivery, DeliveryRecord>({}, request, {
    order: DELIVERY_ORDER,
    candidates: (after) => outbox.newestFirst(after),
    matches: (delivery) =>
      (eventId === undefined || delivery.eventId === eventId) &&
      (sessionId === undefined || delivery.sessionId === sessionId) &&
      (status === undefined || delivery.status === status),
    read: (delivery) => outbox.parse(delivery),
  });
}

/** Gives the sessions among which all must be that a filter names by an id, an order or a customer. */
function groupOf(
  { sessions, sessionsByOrder, sessionsByCustomer }: LedgerDocument,
  { sessionId, orderId, customer }: ListFilter & { sessionId?: string },
): number[] | undefined {
  if (sessionId !== undefined) {
    const session = sessions.find(sessionId);
    return session === undefined ? [] : [session];
  }
  if (orderId !== undefined) return sessionsByOrder.of(orderId);
  return customer === undefined ? undefined : sessionsByCustomer.of(customer);
}

function belongsTo(
  { sessions }: LedgerDocument,
  session: number,
  { orderId, customer }: Record<"orderId" | "customer", string | undefined>,
): boolean {
  if (orderId === undefined && customer === undefined) return true;
  const index = sessions.readIndex(session);
  return (
    (orderId === undefined || index.orderId === orderId) &&
    (customer === undefined || index.customers?.includes(customer) === true)
  );
}

async function takePage<Item, Found>(
  { createdFrom, createdBefore }: ListFilter,
  { limit, after }: PageRequest,
  { order, candidates, matches, read }: Search<Item, Found>,
): Promise<Page<Found>> {
  const items: Found[] = [];
  const start = createdFrom === undefined ? undefined : { createdAt: createdFrom, id: "" };
  let last: Place | undefined;
  let place = after === undefined ? undefined : decodeCursor(after);
  if (createdBefore !== undefined) {
    const end = { createdAt: createdBefore, id: "" };
    place = place === undefined || comparePlaces(end, place) < 0 ? end : place;
  }
  for (;;) {
    let lookedAt = 0;
    let latest: Item | undefined;
    for (const item of candidates(place)) {
      if (start !== undefined && order.compareWith(item, start) < 0) return { items, next: null };
      if (lookedAt === LOOKED_AT_AT_ONCE) break;
      lookedAt += 1;
      latest = item;
      if (!matches(item)) continue;
      if (items.length === limit && last !== undefined) return { items, next: encodeCursor(last) };
      items.push(read(item));
      last = order.placeOf(item);
    }
    if (lookedAt < LOOKED_AT_AT_ONCE || latest === undefined) return { items, next: null };
    place = order.placeOf(latest);
    await setImmediate();
  }
}

function newestFirst(order: ListOrder<number>, items: readonly number[], after?: Place): number[] {
  const older = after === undefined ? [...items] : items.filter((item) => order.compareWith(item, after) < 0);
  return older.sort((one, other) => order.compare(other, one));
}
