import { comparePlaces, decodeCursor, encodeCursor, type Place } from "../cursor.ts";
import type { Ledger, PaymentRecord } from "../ledger.ts";
import type { Page, PageRequest, PaymentFilter } from "../store.ts";
import type { LedgerDocument, StoredPayment, StoredSession } from "./document.ts";

/** Lists sessions, newest first. */
export function listSessions(
  document: LedgerDocument,
  { orderId }: { orderId?: string },
  request: PageRequest,
): Page<Ledger> {
  const after = request.after === undefined ? undefined : decodeCursor(request.after);
  const sessions =
    orderId === undefined
      ? document.sessionsByAge.newestFirst(after)
      : newestFirst(document.sessionsOfOrder(orderId), after);
  return takePage(sessions, request.limit, ({ id }) => readLedger(document, id));
}

/** Lists payments, newest first. */
export function listPayments(
  document: LedgerDocument,
  filter: PaymentFilter,
  request: PageRequest,
): Page<PaymentRecord & { orderId?: string }> {
  const after = request.after === undefined ? undefined : decodeCursor(request.after);
  return takePage(matchingPayments(document, filter, after), request.limit, (payment) =>
    readPayment(document, payment),
  );
}

function* matchingPayments(
  document: LedgerDocument,
  { sessionId, orderId, gateway, state }: PaymentFilter,
  after: Place | undefined,
): Generator<StoredPayment> {
  let payments: Iterable<StoredPayment>;
  if (sessionId !== undefined) payments = newestFirst(document.sessions.get(sessionId)?.payments ?? [], after);
  else if (orderId !== undefined) {
    const sessions = document.sessionsOfOrder(orderId);
    payments = newestFirst(
      sessions.flatMap((session) => session.payments),
      after,
    );
  } else payments = document.paymentsByAge.newestFirst(after);
  for (const payment of payments) {
    if (orderId !== undefined && payment.session.orderId !== orderId) continue;
    if (gateway !== undefined && payment.gateway !== gateway) continue;
    if (state !== undefined && payment.state !== state) continue;
    yield payment;
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

function takePage<Item extends Place, Record>(
  items: Iterable<Item>,
  limit: number,
  read: (item: Item) => Record,
): Page<Record> {
  const page: Item[] = [];
  for (const item of items) {
    const last = page.at(-1);
    if (page.length === limit && last !== undefined) return { items: page.map(read), next: encodeCursor(last) };
    page.push(item);
  }
  return { items: page.map(read), next: null };
}
