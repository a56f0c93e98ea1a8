import { isDeepStrictEqual } from "node:util";
import type { ClientBase } from "pg";
import { listSession, type Ledger } from "../ledger.ts";
import { digestText, encodeText } from "./encoding.ts";

/** How many sessions are filled in by one statement. */
const FILL_ROWS = 500;

/** The columns by which sessions are listed, beside order and age, each with its type. */
export const LISTING_COLUMNS = [
  ["status", "text"],
  ["gateway", "text"],
  ["customer", "bytea"],
  ["customer_also", "bytea"],
  ["needs_attention", "boolean"],
  ["has_source", "boolean"],
] as const;

/** Gives a session's values of {@link LISTING_COLUMNS}; customers are digests, as their names may be anything. */
export function listingValues(ledger: Ledger): [string, string | null, Buffer | null, Buffer | null, boolean, boolean] {
  const { status, gateway, customers, needsAttention, hasSource } = listSession(ledger);
  const [customer, also] = customers;
  return [
    status,
    gateway === undefined ? null : encodeText(gateway),
    customer === undefined ? null : digestText(customer),
    also === undefined ? null : digestText(also),
    needsAttention,
    hasSource,
  ];
}

/** Turns the values of several rows into one array for each column. */
export function toColumns(rows: readonly (readonly unknown[])[], width: number): unknown[][] {
  return Array.from({ length: width }, (_, index) => rows.map((row) => row[index]));
}

/** Fills the columns of sessions that were stored before they were listed by them. */
export async function fillListing(client: ClientBase): Promise<void> {
  const names = LISTING_COLUMNS.map(([name]) => name);
  const types = LISTING_COLUMNS.map(([, type], index) => `$${index + 2}::${type}[]`);
  for (let last = ""; ;) {
    const { rows } = await client.query<{ id: string; ledger: string }>(
      "SELECT id, ledger FROM checkout_sessions WHERE id > $1 ORDER BY id LIMIT $2",
      [last, FILL_ROWS],
    );
    const end = rows.at(-1);
    if (end === undefined) return;
    await client.query(
      `UPDATE checkout_sessions SET ${names.map((name) => `${name} = given.${name}`).join(", ")}
      FROM unnest($1::text[], ${types.join(", ")}) AS given (id, ${names.join(", ")})
      WHERE checkout_sessions.id = given.id`,
      [
        rows.map(({ id }) => id),
        ...toColumns(
          rows.map(({ ledger }) => listingValues(JSON.parse(ledger) as Ledger)),
          names.length,
        ),
      ],
    );
    last = end.id;
  }
}

/** Compares sessions with the columns that they are listed by; gives each fault, in words. */
export async function findListingFaults(
  client: ClientBase,
  sessions: readonly { ledger: Ledger }[],
): Promise<string[]> {
  const columns = LISTING_COLUMNS.map(([name]) => name).join(", ");
  const { rows } = await client.query<Record<string, unknown>>(
    `SELECT id, ${columns} FROM checkout_sessions WHERE id = ANY ($1::text[])`,
    [sessions.map(({ ledger }) => encodeText(ledger.session.id))],
  );
  const listed = new Map(rows.map((row) => [row["id"], LISTING_COLUMNS.map(([name]) => row[name])]));
  return sessions.flatMap(({ ledger }) => {
    const { id } = ledger.session;
    const isRight = isDeepStrictEqual(listed.get(encodeText(id)), listingValues(ledger));
    return isRight ? [] : [`session ${id} is listed as something else`];
  });
}
