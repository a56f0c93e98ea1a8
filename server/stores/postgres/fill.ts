import type { ClientBase } from "pg";
import type { Ledger, NewEvent } from "../ledger.ts";
import { encodeText } from "./encoding.ts";

/** How many rows are filled in by one statement. */
const FILL_ROWS = 500;

/** Fills in to which sessions the events belong that were stored before there was a column for it. */
export async function fillEventSessions(client: ClientBase): Promise<void> {
  for (let last = "0"; ;) {
    const { rows } = await client.query<{ sequence: string; event: string }>(
      "SELECT sequence, event FROM checkout_events WHERE sequence > $1 ORDER BY sequence LIMIT $2",
      [last, FILL_ROWS],
    );
    const end = rows.at(-1);
    if (end === undefined) return;
    await client.query(
      `UPDATE checkout_events SET session_id = given.session_id
      FROM unnest($1::bigint[], $2::text[]) AS given (sequence, session_id)
      WHERE checkout_events.sequence = given.sequence`,
      [
        rows.map(({ sequence }) => sequence),
        rows.map(({ event }) => encodeText((JSON.parse(event) as NewEvent).sessionId)),
      ],
    );
    last = end.sequence;
  }
}

/** Fills in the amounts of the payments that were stored before there were columns for them. */
export async function fillPaymentAmounts(client: ClientBase): Promise<void> {
  for (let last = ""; ;) {
    const { rows } = await client.query<{ id: string; ledger: string }>(
      `SELECT payment.id, ledger FROM checkout_payments payment
      JOIN checkout_sessions session ON session.id = payment.session_id
      WHERE payment.id > $1 ORDER BY payment.id LIMIT $2`,
      [last, FILL_ROWS],
    );
    const end = rows.at(-1);
    if (end === undefined) return;
    const payments = rows.map(({ id, ledger }) =>
      (JSON.parse(ledger) as Ledger).payments.find((payment) => encodeText(payment.id) === id),
    );
    await client.query(
      `UPDATE checkout_payments SET amount = given.amount, currency = given.currency
      FROM unnest($1::text[], $2::bigint[], $3::text[]) AS given (id, amount, currency)
      WHERE checkout_payments.id = given.id`,
      [
        rows.map(({ id }) => id),
        payments.map((payment) => payment?.amount ?? null),
        payments.map((payment) => (payment === undefined ? null : encodeText(payment.currency))),
      ],
    );
    last = end.id;
  }
}
