import { setImmediate } from "node:timers/promises";
import { comparePlaces, decodeCursor, encodeCursor, type Place } from "../cursor.ts";
import type { DeliveryFilter, DeliveryRecord } from "../delivery.ts";
import type { Ledger, PaymentRecord } from "../ledger.ts";
import type { ListFilter, Page, PageRequest, PaymentFilter, SessionFilter } from "../store.ts";
import type { LedgerDocument, StoredPayment, StoredSession } from "./document.ts";
import type { StoredDelivery } from "./outbox.ts";

/** So many are looked at before everybody else gets a turn: what is rare may be far down a long list. */
const LOOKED_AT_AT_ONCE = 10_000;

/** Where to look for what a list shows: candidates newest first, and which of them belong to it. */
interface Search<Item, Found> {
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
  return takePage<StoredSession, Ledger>(filter, request, {
    candidates: (after) => {
      if (orderId !== undefined) return newestFirst(document.sessionsByOrder.of(orderId), after);
      if (customer !== undefined) return newestFirst(document.sessionsByCustomer.of(customer), after);
      if (hasSource === true) return document.sessionsWithSource.newestFirst(after);
      return (needsAttention === true ? document.sessionsToLookAt : document.sessionsByAge).newestFirst(after);
    },
    matches: (session) =>
      belongsTo(session, filter) &&
      (gateway === undefined || session.gateway === gateway) &&
      (status === undefined || session.status === status) &&
      (needsAttention !== true || session.needsAttention) &&
      (hasSource !== true || session.hasSource),
    read: ({ id }) => readLedger(document, id),
  });
}

/** Lists payments, newest first. */
export function listPayments(
  document: LedgerDocument,
  filter: PaymentFilter,
  request: PageRequest,
): Promise<Page<PaymentRecord & { orderId?: string }>> {
  const { sessionId, orderId, customer, gateway, state, needsAttention } = filter;
  const ofSessions = (sessions: readonly StoredSession[], after: Place | undefined) =>
    newestFirst(
      sessions.flatMap(({ payments }) => payments),
      after,
    );
  return takePage<StoredPayment, PaymentRecord & { orderId?: string }>(filter, request, {
    candidates: (after) => {
      if (sessionId !== undefined) return newestFirst(document.sessions.get(sessionId)?.payments ?? [], after);
      if (orderId !== undefined) return ofSessions(document.sessionsByOrder.of(orderId), after);
      if (customer !== undefined) return ofSessions(document.sessionsByCustomer.of(customer), after);
      return (needsAttention === true ? document.paymentsToLookAt : document.paymentsByAge).newestFirst(after);
    },
    matches: (payment) =>
      belongsTo(payment.session, filter) &&
      (gateway === undefined || payment.gateway === gateway) &&
      (state === undefined || payment.state === state) &&
      (needsAttention !== true || payment.attention === true),
    read: (payment) => readPayment(document, payment),
  });
}

/** Lists deliveries, newest first. */
export function listDeliveries(
  { outbox }: LedgerDocument,
  { eventId, sessionId, status }: DeliveryFilter,
  request: PageRequest,
): Promise<Page<DeliveryRecord>> {
  return takePage<StoredDelivery, DeliveryRecord>({}, request, {
    candidates: (after) => outbox.newestFirst(after),
    matches: (delivery) =>
      (eventId === undefined || delivery.eventId === eventId) &&
      (sessionId === undefined || delivery.sessionId === sessionId) &&
      (status === undefined || delivery.status === status),
    read: (delivery) => outbox.parse(delivery),
  });
}

function belongsTo(session: StoredSession, { orderId, customer }: ListFilter): boolean {
  return (
    (orderId === undefined || session.orderId === orderId) &&
    (customer === undefined || session.customers.includes(customer))
  );
}

async function takePage<Item extends Place, Found>(
  { createdFrom, createdBefore }: ListFilter,
  { limit, after }: PageRequest,
  { candidates, matches, read }: Search<Item, Found>,
): Promise<Page<Found>> {
  const items: Found[] = [];
  let last: Place | undefined;
  let place = after === undefined ? undefined : decodeCursor(after);
  if (createdBefore !== undefined) {
    const end = { createdAt: createdBefore, id: "" };
    place = place === undefined || comparePlaces(end, place) < 0 ? end : place;
  }
  for (;;) {
    let lookedAt = 0;
    for (const item of candidates(place)) {
      if (createdFrom !== undefined && item.createdAt < createdFrom) return { items, next: null };
      if (lookedAt === LOOKED_AT_AT_ONCE) break;
      lookedAt += 1;
      place = { createdAt: item.createdAt, id: item.id };
      if (!matches(item)) continue;
      if (items.length === limit && last !== undefined) return { items, next: encodeCursor(last) };
      items.push(read(item));
      last = place;
    }
    if (lookedAt < LOOKED_AT_AT_ONCE) return { items, next: null };
    await setImmediate();
  }
}

function readLedger(document: LedgerDocument, id: string): Ledger {
  const ledger = document.readLedger(id);
  if (ledger === null) throw new TypeError(`the index names a session ${id} that is not there`);
  return ledger;
}

function readPayment(document: LedgerDocument, { id, session }: StoredPayment): PaymentRecord & { orderId?: string } {
  const ledger = readLedger(document, session.id);
  const payment = ledger.payments.find((candidate) => candidate.id === id);
  if (payment === undefined) throw new TypeError(`the index names a payment ${id} that its session does not have`);
  const { orderId } = ledger.session;
  return orderId === undefined ? payment : { ...payment, orderId };
}

function newestFirst<Item extends StoredSession | StoredPayment>(items: readonly Item[], after?: Place): Item[] {
  const older = after === undefined ? [...items] : items.filter((item) => comparePlaces(item, after) < 0);
  return older.sort((one, other) => comparePlaces(other, one));
}
