import { isDeepStrictEqual } from "node:util";
import type { ClientBase } from "pg";
import {
  endpointName,
  type ChangeDelivery,
  type DeliveryFilter,
  type DeliveryRecord,
  type NewDelivery,
  type OutboxState,
} from "../delivery.ts";
import type { Page, PageRequest, Store } from "../store.ts";
import { writeAnswer } from "./answers.ts";
import { decodeText, digestText, encodeText } from "./encoding.ts";
import { ListQuery, toPage } from "./lists.ts";
import { SEQUENCES_PER_TRANSACTION } from "./migrations.ts";
import type { Primary } from "./primary.ts";
import { toColumns } from "./rows.ts";
import { runTransaction, type Statement } from "./transaction.ts";

/** How many rows one cleaning removes at most. */
const CLEANING_LIMIT = 5000;

/** Finds a delivery as it was to be stored. */
const FIND_RECORD = "SELECT 1 FROM checkout_deliveries WHERE id = $1 AND record = $2";

/** What is read of a delivery's row. */
interface Row {
  record: string;
  sequence: string | null;
}

/** The columns that a delivery's record fills, each with its type; its sequence stands in a column alone. */
const COLUMNS = [
  ["id", "text"],
  ["endpoint_digest", "bytea"],
  ["endpoint", "text"],
  ["status", "text"],
  ["event_id", "text"],
  ["session_id", "text"],
  ["created_at", "text"],
  ["due_at", "text"],
  ["keep_until", "text"],
  ["record", "text"],
] as const;

const NAMES = COLUMNS.map(([name]) => name).join(", ");

/** Gives a delivery's values of {@link COLUMNS}. */
function deliveryValues(delivery: NewDelivery & { sequence?: number | undefined }) {
  const endpoint = endpointName(delivery);
  const isDue = delivery.status === "due" && delivery.nextAttemptAt !== undefined;
  return [
    encodeText(delivery.id),
    digestText(endpoint),
    encodeText(endpoint),
    delivery.status,
    encodeText(delivery.eventId),
    encodeText(delivery.sessionId),
    encodeText(delivery.createdAt),
    isDue ? encodeText(delivery.nextAttemptAt ?? "") : null,
    delivery.keepUntil === undefined ? null : encodeText(delivery.keepUntil),
    writeRecord(delivery),
  ];
}

function writeRecord(delivery: NewDelivery & { sequence?: number | undefined }): string {
  return JSON.stringify({ ...delivery, sequence: undefined });
}

function updateDelivery(delivery: DeliveryRecord): Statement {
  const sets = COLUMNS.map(([name], index) => `${name} = $${index + 1}`).join(", ");
  const text = `UPDATE checkout_deliveries SET lease_until = NULL, ${sets} WHERE id = $1`;
  return { name: "update-delivery", text, values: deliveryValues(delivery) };
}

/** Makes the statement that writes new deliveries, each with the sequence of its event in the same transaction. */
export function writeDeliveries(deliveries: readonly NewDelivery[], events: readonly { id: string }[]): Statement {
  const columns = toColumns(deliveries.map(deliveryValues), COLUMNS.length);
  const positions = deliveries.map(({ eventId }) => events.findIndex(({ id }) => id === eventId));
  const types = COLUMNS.map(([, type], index) => `$${index + 2}::${type}[]`).join(", ");
  return {
    name: "insert-deliveries",
    text: `
      INSERT INTO checkout_deliveries (sequence, ${NAMES})
      SELECT CASE WHEN position >= 0
          THEN base + pg_current_xact_id()::text::bigint * ${SEQUENCES_PER_TRANSACTION} + position END, ${NAMES}
      FROM checkout_event_base, unnest($1::int[], ${types}) AS given (position, ${NAMES})`,
    values: [positions, ...columns],
  };
}

/** Names the endpoints of which deliveries are due: see `Store`. Its cost grows with their number alone. */
export async function listDueEndpoints(primary: Primary, now: string): Promise<string[]> {
  const { rows } = await primary.run(({ client }) =>
    client.query<{ endpoint: string }>({
      name: "list-due-endpoints",
      text: `
        WITH RECURSIVE found AS (
          (SELECT endpoint_digest FROM checkout_deliveries WHERE due_at IS NOT NULL ORDER BY endpoint_digest LIMIT 1)
          UNION ALL
          SELECT (
            SELECT endpoint_digest FROM checkout_deliveries
            WHERE due_at IS NOT NULL AND endpoint_digest > found.endpoint_digest ORDER BY endpoint_digest LIMIT 1
          ) FROM found WHERE found.endpoint_digest IS NOT NULL
        )
        SELECT first.endpoint FROM found CROSS JOIN LATERAL (
          SELECT endpoint FROM checkout_deliveries delivery
          WHERE delivery.endpoint_digest = found.endpoint_digest AND due_at <= $1
            AND (lease_until IS NULL OR lease_until <= $1)
          ORDER BY due_at LIMIT 1
        ) first`,
      values: [encodeText(now)],
    }),
  );
  return rows.map(({ endpoint }) => decodeText(endpoint));
}

/** Takes deliveries that are due: see `Store`. Those that are being changed just now are left for the next time. */
export async function claimDeliveries(
  primary: Primary,
  { endpoint, now, leaseUntil, limit }: Parameters<Store["claimDeliveries"]>[0],
): Promise<DeliveryRecord[]> {
  const { rows } = await primary.run(({ client }) =>
    client.query<Row & { due_at: string }>({
      name: "claim-deliveries",
      text: `
        UPDATE checkout_deliveries SET lease_until = $3
        WHERE id IN (
          SELECT id FROM checkout_deliveries
          WHERE endpoint_digest = $1 AND due_at <= $2 AND (lease_until IS NULL OR lease_until <= $2)
          ORDER BY due_at, sequence, id LIMIT $4 FOR UPDATE SKIP LOCKED
        )
        RETURNING record, sequence, due_at`,
      values: [digestText(endpoint), encodeText(now), encodeText(leaseUntil), limit],
    }),
  );
  const claimed = rows.map((row) => ({ dueAt: row.due_at, delivery: readDeliveryRow(row) }));
  return claimed
    .sort((one, other) => {
      if (one.dueAt !== other.dueAt) return one.dueAt < other.dueAt ? -1 : 1;
      return (one.delivery.sequence ?? 0) - (other.delivery.sequence ?? 0);
    })
    .map(({ delivery }) => delivery);
}

/** Changes one delivery: see `Store`. */
export function changeDelivery(primary: Primary, id: string, change: ChangeDelivery): Promise<DeliveryRecord | null> {
  const text = "SELECT record, sequence FROM checkout_deliveries WHERE id = $1 FOR UPDATE";
  return runTransaction(primary, {
    subject: id,
    lock: [{ name: "lock-delivery", text, values: [encodeText(id)] }],
    decide: (row: Row | undefined) => {
      const before = row === undefined ? null : readDeliveryRow(row);
      const commit = before === null ? null : change(structuredClone(before));
      if (commit === null) return { result: before };
      const { delivery, idempotency } = commit;
      const answer = idempotency === undefined ? undefined : writeAnswer(idempotency);
      const statements = [updateDelivery(delivery), ...(answer?.statements ?? [])];
      const isThere = { text: FIND_RECORD, values: [encodeText(id), writeRecord(delivery)], isLasting: false };
      return { result: delivery, writes: { statements, findMark: () => answer?.mark ?? isThere } };
    },
  });
}

/** Reads one delivery. */
export async function readDelivery(primary: Primary, id: string): Promise<DeliveryRecord | null> {
  const { rows } = await primary.run(({ client }) =>
    client.query<Row>("SELECT record, sequence FROM checkout_deliveries WHERE id = $1", [encodeText(id)]),
  );
  return rows[0] === undefined ? null : readDeliveryRow(rows[0]);
}

/** Lists deliveries, newest first. */
export async function listDeliveries(
  primary: Primary,
  { eventId, sessionId, status }: DeliveryFilter,
  request: PageRequest,
): Promise<Page<DeliveryRecord>> {
  const query = new ListQuery();
  if (eventId !== undefined) query.add("list.event_id = ?", encodeText(eventId));
  if (sessionId !== undefined) query.add("list.session_id = ?", encodeText(sessionId));
  if (status !== undefined) query.add("list.status = ?", status);
  const source = "list.id, list.created_at, list.record, list.sequence FROM checkout_deliveries list";
  const rows = await query.run<Row>(primary, source, request);
  return toPage(rows, request.limit, readDeliveryRow);
}

/** Tells how much is on its way. */
export async function readOutboxState(primary: Primary): Promise<OutboxState> {
  const { rows } = await primary.run(({ client }) =>
    client.query<{ due: number; dead: number; oldest: string | null }>(`
      SELECT count(*) FILTER (WHERE status = 'due')::int AS due, count(*) FILTER (WHERE status = 'dead')::int AS dead,
        min(created_at) FILTER (WHERE status = 'due') AS oldest
      FROM checkout_deliveries WHERE status IN ('due', 'dead')`),
  );
  const { due = 0, dead = 0, oldest = null } = rows[0] ?? {};
  return { due, dead, oldestDueAt: oldest === null ? null : decodeText(oldest) };
}

/** Removes deliveries that need not be kept any more, a part of them at a time. */
export async function cleanUpDeliveries(primary: Primary, now: Date): Promise<void> {
  await primary.run(({ client }) =>
    client.query(
      `DELETE FROM checkout_deliveries WHERE id IN (
        SELECT id FROM checkout_deliveries WHERE keep_until <= $1 LIMIT ${CLEANING_LIMIT} FOR UPDATE SKIP LOCKED
      )`,
      [encodeText(now.toISOString())],
    ),
  );
}

/** Reads a delivery of its row. */
export function readDeliveryRow({ record, sequence }: Row): DeliveryRecord {
  const delivery = JSON.parse(record) as DeliveryRecord;
  return sequence === null ? delivery : { ...delivery, sequence: Number(sequence) };
}

/** Inserts deliveries of another store, with the sequences that they have. */
export async function insertDeliveries(client: ClientBase, deliveries: readonly DeliveryRecord[]): Promise<void> {
  if (deliveries.length === 0) return;
  const types = COLUMNS.map(([, type], index) => `$${index + 2}::${type}[]`).join(", ");
  await client.query(
    `INSERT INTO checkout_deliveries (sequence, ${NAMES}) SELECT * FROM unnest($1::bigint[], ${types})`,
    [deliveries.map(({ sequence }) => sequence ?? null), ...toColumns(deliveries.map(deliveryValues), COLUMNS.length)],
  );
}

/** Compares deliveries with the columns by which they are found. */
export async function findDeliveryFaults(primary: Primary, deliveries: readonly DeliveryRecord[]): Promise<string[]> {
  const { rows } = await primary.run(({ client }) =>
    client.query<Record<string, unknown>>(`SELECT ${NAMES} FROM checkout_deliveries WHERE id = ANY ($1::text[])`, [
      deliveries.map(({ id }) => encodeText(id)),
    ]),
  );
  const found = new Map(rows.map((row) => [row["id"], COLUMNS.map(([name]) => row[name])]));
  return deliveries.flatMap((delivery) =>
    isDeepStrictEqual(found.get(encodeText(delivery.id)), deliveryValues(delivery))
      ? []
      : [`delivery ${delivery.id} is found by something else`],
  );
}
