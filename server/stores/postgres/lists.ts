import type { PaymentState } from "../../../shared/states.ts";
import { decodeCursor, encodeCursor } from "../cursor.ts";
import type { EventRecord, Ledger, PaymentRecord } from "../ledger.ts";
import type { ListFilter, Page, PageRequest, PaymentFilter, PaymentSum, SessionFilter } from "../store.ts";
import { decodeText, digestText, encodeText } from "./encoding.ts";
import { SEQUENCES_PER_TRANSACTION } from "./migrations.ts";
import type { Primary, PrimaryClient } from "./primary.ts";

/** How long the list of events waits for transactions that were under way when it was asked for, in milliseconds. */
const EVENT_PATIENCE_MS = 250;
const EVENT_PAUSE_MS = 3;

/** Lists sessions, newest first. */
export async function listSessions(
  primary: Primary,
  { status, hasSource, ...filter }: SessionFilter,
  request: PageRequest,
): Promise<Page<Ledger>> {
  const query = new ListQuery();
  if (status !== undefined) query.add("list.status = ?", status);
  if (hasSource === true) query.add("list.has_source");
  addCommon(query, filter, "list");
  const rows = await query.run<{ ledger: string }>(
    primary,
    "list.id, list.created_at, list.ledger FROM checkout_sessions list",
    request,
  );
  return toPage(rows, request.limit, ({ ledger }) => JSON.parse(ledger) as Ledger);
}

/** Lists payments, newest first. */
export async function listPayments(
  primary: Primary,
  { sessionId, state, ...filter }: PaymentFilter,
  request: PageRequest,
): Promise<Page<PaymentRecord & { orderId?: string }>> {
  const query = new ListQuery();
  if (sessionId !== undefined) query.add("list.session_id = ?", encodeText(sessionId));
  if (state !== undefined) query.add("list.state = ?", state);
  addCommon(query, filter, "session");
  const source = `
    list.id, list.created_at, session.ledger
    FROM checkout_payments list JOIN checkout_sessions session ON session.id = list.session_id`;
  const rows = await query.run<{ ledger: string }>(primary, source, request);
  return toPage(rows, request.limit, readPayment);
}

/** Sums up the payments created from a time on. */
export async function sumPayments(primary: Primary, from: string): Promise<PaymentSum[]> {
  const { rows } = await primary.run(({ client }) =>
    client.query<{ day: string; state: PaymentState; currency: string; count: string; amount: string }>({
      name: "sum-payments",
      text: `
        SELECT left(created_at, 10) AS day, state, currency, count(*) AS count, sum(amount) AS amount
        FROM checkout_payments WHERE created_at >= $1 GROUP BY 1, 2, 3`,
      values: [from],
    }),
  );
  return rows.map(({ currency, count, amount, ...row }) => ({
    ...row,
    currency: decodeText(currency),
    count: Number(count),
    amount: Number(amount),
  }));
}

/**
 * Lists events above a sequence, oldest first.
 *
 * Transactions commit in another order than they were numbered in: what is above the oldest one still under way is
 * held back, so that nobody who goes on from the last event that he saw misses one. What was committed before the call
 * is waited for, unless somebody keeps a transaction open for longer than {@link EVENT_PATIENCE_MS}.
 */
export async function listEvents(
  primary: Primary,
  after: number,
  limit: number,
  sessionId?: string,
): Promise<EventRecord[]> {
  const end = performance.now() + EVENT_PATIENCE_MS;
  let goal: bigint | undefined;
  for (;;) {
    const { events, oldest, next } = await primary.run((connection) => readEvents(connection, after, limit, sessionId));
    goal ??= next;
    if (events.length === limit || oldest >= goal || performance.now() > end) return events;
    await new Promise((resolve) => setTimeout(resolve, EVENT_PAUSE_MS));
  }
}

async function readEvents(
  { client }: PrimaryClient,
  after: number,
  limit: number,
  sessionId: string | undefined,
): Promise<{ events: EventRecord[]; oldest: bigint; next: bigint }> {
  interface Row {
    sequence: string | null;
    event: string | null;
    oldest: string;
    next: string;
  }
  const isOfOne = sessionId !== undefined;
  const { rows } = await client.query<Row>({
    name: isOfOne ? "list-session-events" : "list-events",
    text: `
      WITH horizon AS (
        SELECT base, pg_snapshot_xmin(pg_current_snapshot())::text AS oldest,
          pg_snapshot_xmax(pg_current_snapshot())::text AS next
        FROM checkout_event_base
      )
      SELECT sequence, event, oldest, next
      FROM horizon LEFT JOIN LATERAL (
        SELECT sequence, event FROM checkout_events
        WHERE sequence > $1 AND sequence < base + oldest::bigint * ${SEQUENCES_PER_TRANSACTION}
          ${isOfOne ? "AND session_id = $3" : ""}
        ORDER BY sequence LIMIT $2
      ) listed ON true
      ORDER BY sequence`,
    values: isOfOne ? [after, limit, encodeText(sessionId)] : [after, limit],
  });
  const events = rows.flatMap(({ sequence, event }) =>
    sequence === null || event === null
      ? []
      : [{ ...(JSON.parse(event) as Omit<EventRecord, "sequence">), sequence: Number(sequence) }],
  );
  return { events, oldest: BigInt(rows[0]?.oldest ?? 0), next: BigInt(rows[0]?.next ?? 0) };
}

/** Adds what both lists are filtered by; `owner` is the table that knows the customer. */
function addCommon(query: ListQuery, filter: ListFilter, owner: "list" | "session"): void {
  const { orderId, gateway, customer, createdFrom, createdBefore, needsAttention } = filter;
  if (orderId !== undefined) query.add("list.order_digest = ?", digestText(orderId));
  if (gateway !== undefined) query.add("list.gateway = ?", encodeText(gateway));
  if (customer !== undefined) query.add(`(${owner}.customer = ? OR ${owner}.customer_also = ?)`, digestText(customer));
  if (createdFrom !== undefined) query.add("list.created_at >= ?", encodeText(createdFrom));
  if (createdBefore !== undefined) query.add("list.created_at < ?", encodeText(createdBefore));
  if (needsAttention === true) query.add("list.needs_attention");
}

/** A list with its conditions. */
export class ListQuery {
  readonly #conditions: string[] = [];
  readonly #values: unknown[] = [];

  /** Adds a condition in which each `?` stands for the value. */
  add(condition: string, value?: unknown): void {
    const place = value === undefined ? "" : `$${this.#values.push(value)}`;
    this.#conditions.push(condition.replaceAll("?", place));
  }

  /** Gives one row more than the page has room for, where there is one. */
  async run<Row>(primary: Primary, source: string, { limit, after }: PageRequest): Promise<(Row & PlaceRow)[]> {
    if (after !== undefined) {
      const place = decodeCursor(after);
      const createdAt = `$${this.#values.push(encodeText(place.createdAt))}`;
      this.add(`(list.created_at, list.id) < (${createdAt}, ?)`, encodeText(place.id));
    }
    const where = this.#conditions.length === 0 ? "" : `WHERE ${this.#conditions.join(" AND ")}`;
    const order = `ORDER BY list.created_at DESC, list.id DESC LIMIT $${this.#values.push(limit + 1)}`;
    const text = `SELECT ${source} ${where} ${order}`;
    const { rows } = await primary.run(({ client }) => client.query<Row & PlaceRow>(text, this.#values));
    return rows;
  }
}

interface PlaceRow {
  id: string;
  created_at: string;
}

/** Makes a page of the rows that {@link ListQuery.run} gave. */
export function toPage<Row extends PlaceRow, Item>(rows: Row[], limit: number, read: (row: Row) => Item): Page<Item> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const isMore = rows.length > limit && last !== undefined;
  const next = isMore ? encodeCursor({ createdAt: decodeText(last.created_at), id: decodeText(last.id) }) : null;
  return { items: items.map(read), next };
}

function readPayment({ id, ledger }: { id: string; ledger: string }): PaymentRecord & { orderId?: string } {
  const { session, payments } = JSON.parse(ledger) as Ledger;
  const payment = payments.find((candidate) => encodeText(candidate.id) === id);
  if (payment === undefined) throw new TypeError(`a row names a payment ${id} that its session does not have`);
  return session.orderId === undefined ? payment : { ...payment, orderId: session.orderId };
}
