import type { Ledger } from "../ledger.ts";
import { NameHistory } from "../name-history.ts";
import type { Commit } from "../store.ts";
import { writeAnswer } from "./answers.ts";
import type { Mark } from "./doubt.ts";
import { digestText, encodeText } from "./encoding.ts";
import { SEQUENCES_PER_TRANSACTION } from "./migrations.ts";
import { writeDeliveries } from "./outbox.ts";
import { listingValues } from "./rows.ts";
import { INSERT_NAMES, type Statement } from "./transaction.ts";

/**
 * Locks a session, whether it is there or not, until the transaction ends. A row's lock would not do: PostgreSQL numbers
 * a transaction before it waits for one, and a session's events would come in another order than its changes.
 */
export function lockSession(sessionId: string): Statement {
  return {
    name: "lock-session",
    text: "SELECT pg_advisory_xact_lock($1)",
    values: [digestText(sessionId).readBigInt64BE().toString()],
  };
}

/** Reads a locked session's records, and locks its row against whoever would lease it just now. */
export function readSession(sessionId: string): Statement {
  return {
    name: "read-session",
    text: "SELECT ledger, retired FROM checkout_sessions WHERE id = $1 FOR UPDATE",
    values: [encodeText(sessionId)],
  };
}

/** What is known of a session before it is changed. */
export interface Before {
  isNew: boolean;
  names: NameHistory;
  /** Id and text of each row of its payments. */
  payments: ReadonlyMap<string, string>;
}

/** Takes down what a change must not be able to alter: `ledger` is the copy that it gets. */
export function describeBefore(ledger: Ledger | null, retired: readonly string[]): Before {
  const rows = ledger === null ? [] : paymentRows(ledger);
  return {
    isNew: ledger === null,
    names: new NameHistory(ledger, retired),
    payments: new Map(rows.map((row) => [row.id, JSON.stringify(row)])),
  };
}

/**
 * Makes the statements that write a commit, in an order that is the same for all, so that no two wait for each other;
 * the names that it adds; and how it would be known.
 */
export function writeCommit(
  sessionId: string,
  { ledger, events = [], deliveries = [], idempotency }: Commit<unknown>,
  before: Before,
): { statements: Statement[]; added: string[]; findMark: (number: string) => Mark } {
  const statements: Statement[] = [];
  let added: string[] = [];
  let findMark = (_number: string): Mark => ({ text: "SELECT 1", values: [], isLasting: false });
  if (ledger !== undefined) {
    const names = before.names.after(ledger);
    ({ added } = names);
    const text = JSON.stringify(ledger);
    statements.push(writeSession(sessionId, ledger, { text, isNew: before.isNew, retired: names.retired }));
    if (added.length > 0) statements.push(writeNames(sessionId, added));
    statements.push(...writePayments(sessionId, before.payments, ledger));
    const values = [encodeText(sessionId), text];
    const query = "SELECT 1 FROM checkout_sessions WHERE id = $1 AND ledger = $2";
    findMark = () => ({ text: query, values, isLasting: false });
  }
  if (idempotency !== undefined) {
    const answer = writeAnswer(idempotency);
    statements.push(...answer.statements);
    findMark = () => answer.mark;
  }
  if (deliveries.length > 0) statements.push(writeDeliveries(deliveries, events));
  const [first] = events;
  if (first !== undefined) {
    statements.push(
      writeEvents(
        sessionId,
        events.map((event) => JSON.stringify(event)),
      ),
    );
    const text = JSON.stringify(first);
    findMark = (number) => ({ text: FIND_EVENT, values: [number, text], isLasting: true });
  }
  return { statements, added, findMark };
}

const FIND_EVENT = `
  SELECT 1 FROM checkout_events, checkout_event_base
  WHERE sequence = base + $1::bigint * ${SEQUENCES_PER_TRANSACTION} AND event = $2`;

function writeEvents(sessionId: string, events: string[]): Statement {
  return {
    name: "insert-events",
    text: `
      INSERT INTO checkout_events (sequence, event, session_id)
      SELECT base + pg_current_xact_id()::text::bigint * ${SEQUENCES_PER_TRANSACTION} + position - 1, event, $2
      FROM checkout_event_base, unnest($1::text[]) WITH ORDINALITY AS given (event, position)`,
    values: [events, encodeText(sessionId)],
  };
}

function writeSession(
  sessionId: string,
  ledger: Ledger,
  { text, isNew, retired }: { text: string; isNew: boolean; retired: readonly string[] },
): Statement {
  const { session, dueAt } = ledger;
  const values = [
    encodeText(sessionId),
    text,
    retired.length === 0 ? null : JSON.stringify(retired),
    encodeText(session.createdAt),
    session.orderId === undefined ? null : digestText(session.orderId),
    dueAt === undefined ? null : encodeText(dueAt),
    ...listingValues(ledger),
  ];
  if (isNew) {
    const query = `
      INSERT INTO checkout_sessions (id, ledger, retired, created_at, order_digest, due_at,
        status, gateway, customer, customer_also, needs_attention, has_source)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`;
    return { name: "insert-session", text: query, values };
  }
  const query = `
    UPDATE checkout_sessions SET ledger = $2, retired = $3, created_at = $4, order_digest = $5, due_at = $6,
      status = $7, gateway = $8, customer = $9, customer_also = $10, needs_attention = $11, has_source = $12,
      lease_until = NULL
    WHERE id = $1`;
  return { name: "update-session", text: query, values };
}

function writeNames(sessionId: string, names: readonly string[]): Statement {
  return {
    name: INSERT_NAMES,
    text: "INSERT INTO checkout_names (digest, session_id) SELECT unnest($2::bytea[]), $1",
    values: [encodeText(sessionId), names.map(digestText).sort((one, other) => one.compare(other))],
  };
}

function writePayments(sessionId: string, before: ReadonlyMap<string, string>, after: Ledger): Statement[] {
  const rows = paymentRows(after);
  const changed = rows.filter((row) => before.get(row.id) !== JSON.stringify(row));
  const gone = [...before.keys()].filter((id) => !rows.some((row) => row.id === id));
  const order = after.session.orderId === undefined ? null : digestText(after.session.orderId);
  const statements: Statement[] = [];
  if (gone.length > 0) {
    statements.push({
      name: "delete-payments",
      text: "DELETE FROM checkout_payments WHERE session_id = $1 AND id = ANY ($2::text[])",
      values: [encodeText(sessionId), gone],
    });
  }
  if (changed.length > 0) {
    const columns = PAYMENT_COLUMNS.map((name) => changed.map((row) => row[name]));
    statements.push({
      name: "upsert-payments",
      text: `
        INSERT INTO checkout_payments (session_id, order_digest, id, created_at, gateway, state, needs_attention, amount,
          currency)
        SELECT $1, $2::bytea, *
        FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::boolean[], $8::bigint[], $9::text[])
        ON CONFLICT (id) DO UPDATE SET order_digest = excluded.order_digest, created_at = excluded.created_at,
          gateway = excluded.gateway, state = excluded.state, needs_attention = excluded.needs_attention,
          amount = excluded.amount, currency = excluded.currency`,
      values: [encodeText(sessionId), order, ...columns],
    });
  }
  return statements;
}

const PAYMENT_COLUMNS = ["id", "createdAt", "gateway", "state", "needsAttention", "amount", "currency"] as const;

function paymentRows({ session, payments }: Ledger) {
  return payments.map(({ id, createdAt, gateway, state, attention, amount, currency }) => ({
    id: encodeText(id),
    createdAt: encodeText(createdAt),
    gateway: encodeText(gateway),
    state,
    needsAttention: attention !== undefined,
    amount,
    currency: encodeText(currency),
    // Not a column of its own, but a reason to write the row again.
    orderId: session.orderId,
  }));
}
