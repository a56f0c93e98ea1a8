import type { Client } from "pg";
import { StoreError } from "../../errors.ts";
import type { ArchiveMode, ArchiveOptions, RecordArchive, StoreRecord } from "../archive.ts";
import {
  ledgerKeys,
  type EventRecord,
  type IdempotencyRecord,
  type Ledger,
  type NewEvent,
  type PaymentRecord,
} from "../ledger.ts";
import { parsePostgresAddress } from "./address.ts";
import { cleanUp } from "./claims.ts";
import { decodeText, digestKey, digestText, encodeText } from "./encoding.ts";
import { toStoreError } from "./failures.ts";
import { LATEST_VERSION, migrate, readVersion } from "./migrations.ts";
import { findDeliveryFaults, insertDeliveries, readDeliveryRow } from "./outbox.ts";
import { Primary } from "./primary.ts";
import { findListingFaults, LISTING_COLUMNS, listingValues, toColumns } from "./rows.ts";

const BATCH_RECORDS = 500;
const TABLES = [
  "checkout_sessions",
  "checkout_payments",
  "checkout_names",
  "checkout_events",
  "checkout_answers",
  "checkout_claims",
  "checkout_counters",
  "checkout_deliveries",
];

/** Opens a PostgreSQL store as an archive: see `openArchive`. */
export async function openPostgresArchive(
  address: string,
  mode: ArchiveMode,
  { log, now = () => new Date() }: ArchiveOptions,
): Promise<RecordArchive> {
  const primary = new Primary(parsePostgresAddress(address), log);
  try {
    const client = await primary.connectAlone({ isPatient: true });
    try {
      if (mode === "create") await migrate(client, log);
      else await assertTables(client);
    } catch (error) {
      await client.end();
      throw toStoreError(error);
    }
    return new PostgresArchive(primary, client, now);
  } catch (error) {
    await primary.close();
    throw error;
  }
}

class PostgresArchive implements RecordArchive {
  readonly #primary: Primary;
  readonly #client: Client;
  readonly #now: () => Date;

  constructor(primary: Primary, client: Client, now: () => Date) {
    this.#primary = primary;
    this.#client = client;
    this.#now = now;
  }

  async isEmpty(): Promise<boolean> {
    const counts = TABLES.map((table) => `EXISTS (SELECT FROM ${table})`).join(" OR ");
    const { rows } = await this.#client.query<{ taken: boolean }>(`SELECT ${counts} AS taken`);
    return rows[0]?.taken === false;
  }

  async *read(): AsyncGenerator<StoreRecord[]> {
    // Everything is seen as it was at one moment, whoever goes on writing.
    await this.#client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    try {
      yield* this.#fetch("SELECT ledger, retired FROM checkout_sessions ORDER BY created_at, id", toSession);
      yield* this.#fetch("SELECT sequence, event FROM checkout_events ORDER BY sequence", toEvent);
      yield* this.#fetch("SELECT record FROM checkout_answers", toAnswer);
      yield* this.#fetch("SELECT name, count::text FROM checkout_counters WHERE count <> 0", toCounter);
      yield* this.#fetch("SELECT record, sequence::text FROM checkout_deliveries", toDelivery);
    } finally {
      await this.#client.query("ROLLBACK");
    }
  }

  async write(batches: AsyncIterable<StoreRecord[]>): Promise<void> {
    try {
      await this.#client.query("BEGIN");
      for await (const batch of batches) {
        await this.#insertSessions(batch.flatMap((record) => (record.kind === "session" ? [record] : [])));
        await this.#insertEvents(batch.flatMap((record) => (record.kind === "event" ? [record.event] : [])));
        await this.#insertAnswers(batch.flatMap((record) => (record.kind === "answer" ? [record.answer] : [])));
        await this.#insertCounters(batch.flatMap((record) => (record.kind === "counter" ? [record] : [])));
        const deliveries = batch.flatMap((record) => (record.kind === "delivery" ? [record.delivery] : []));
        await insertDeliveries(this.#client, deliveries);
      }
      // What happens from now on comes after what happened before.
      await this.#client.query(
        "UPDATE checkout_event_base SET base = greatest(base, (SELECT max(sequence) FROM checkout_events))",
      );
      await this.#client.query("COMMIT");
    } catch (error) {
      await this.#client.query("ROLLBACK").catch(() => undefined);
      throw toStoreError(error);
    }
    await this.#client.query(`ANALYZE ${TABLES.join(", ")}`);
  }

  async findFaults(batch: readonly StoreRecord[]): Promise<string[]> {
    const deliveries = batch.flatMap((record) => (record.kind === "delivery" ? [record.delivery] : []));
    if (deliveries.length > 0) return await findDeliveryFaults(this.#primary, deliveries);
    const sessions = batch.flatMap((record) => (record.kind === "session" ? [record] : []));
    if (sessions.length === 0) return [];
    const names = namesOf(sessions);
    const payments = paymentsOf(sessions);
    // Another connection: this one is in the middle of `read`.
    return await this.#primary.run(async ({ client }) => {
      const owners = await client.query<{ digest: Buffer; session_id: string }>(
        "SELECT digest, session_id FROM checkout_names WHERE digest = ANY ($1::bytea[])",
        [names.map(({ name }) => digestText(name))],
      );
      const owner = new Map(owners.rows.map((row) => [row.digest.toString("hex"), decodeText(row.session_id)]));
      const listed = await client.query<{ id: string; row: string }>(
        `SELECT id, concat_ws(' ', session_id, encode(order_digest, 'hex'), created_at, gateway, state,
          needs_attention, amount, currency) AS row
        FROM checkout_payments WHERE session_id = ANY ($1::text[])`,
        [sessions.map(({ ledger }) => encodeText(ledger.session.id))],
      );
      const rows = new Map(listed.rows.map(({ id, row }) => [id, row]));
      return [
        ...(await findListingFaults(client, sessions)),
        ...names.flatMap(({ name, id }) => {
          const found = owner.get(digestText(name).toString("hex"));
          return found === id ? [] : [`${name} of session ${id} leads to ${found ?? "nothing"}`];
        }),
        ...payments.flatMap(({ payment, ledger }) => {
          const values = [ledger.session.id, digestOrder(ledger)?.toString("hex"), payment.createdAt, payment.gateway];
          const sign = payment.attention === undefined ? "f" : "t";
          const money = [payment.amount, encodeText(payment.currency)];
          const known = values.filter((value) => value !== undefined).map(encodeText);
          const row = [...known, payment.state, sign, ...money].join(" ");
          return rows.get(encodeText(payment.id)) === row ? [] : [`payment ${payment.id} is listed as something else`];
        }),
        ...(rows.size === payments.length ? [] : [`${rows.size} payments are listed of ${payments.length}`]),
      ];
    });
  }

  async compact(): Promise<void> {
    await cleanUp(this.#primary, this.#now());
    for (const table of TABLES) await this.#client.query(`VACUUM (ANALYZE) ${table}`);
  }

  async close(): Promise<void> {
    await this.#client.end();
    await this.#primary.close();
  }

  async *#fetch(query: string, read: (row: Row) => StoreRecord): AsyncGenerator<StoreRecord[]> {
    await this.#client.query(`DECLARE listed CURSOR FOR ${query}`);
    for (;;) {
      const { rows } = await this.#client.query<Row>(`FETCH ${BATCH_RECORDS} FROM listed`);
      if (rows.length === 0) break;
      yield rows.map(read);
    }
    await this.#client.query("CLOSE listed");
  }

  async #insertSessions(records: { ledger: Ledger; retired: string[] }[]): Promise<void> {
    if (records.length === 0) return;
    await this.#client.query(
      `INSERT INTO checkout_sessions (id, ledger, retired, created_at, order_digest, due_at,
        ${LISTING_COLUMNS.map(([name]) => name).join(", ")})
      SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bytea[], $6::text[],
        ${LISTING_COLUMNS.map(([, type], index) => `$${index + 7}::${type}[]`).join(", ")})`,
      [
        records.map(({ ledger }) => encodeText(ledger.session.id)),
        records.map(({ ledger }) => JSON.stringify(ledger)),
        records.map(({ retired }) => (retired.length === 0 ? null : JSON.stringify(retired))),
        records.map(({ ledger }) => encodeText(ledger.session.createdAt)),
        records.map(({ ledger }) => digestOrder(ledger)),
        records.map(({ ledger }) => (ledger.dueAt === undefined ? null : encodeText(ledger.dueAt))),
        ...toColumns(
          records.map(({ ledger }) => listingValues(ledger)),
          LISTING_COLUMNS.length,
        ),
      ],
    );
    const names = namesOf(records);
    await this.#client.query(
      "INSERT INTO checkout_names (digest, session_id) SELECT * FROM unnest($1::bytea[], $2::text[])",
      [names.map(({ name }) => digestText(name)), names.map(({ id }) => encodeText(id))],
    );
    const payments = paymentsOf(records);
    await this.#client.query(
      `INSERT INTO checkout_payments (id, session_id, order_digest, created_at, gateway, state, needs_attention,
        amount, currency)
      SELECT * FROM unnest($1::text[], $2::text[], $3::bytea[], $4::text[], $5::text[], $6::text[], $7::boolean[],
        $8::bigint[], $9::text[])`,
      [
        payments.map(({ payment }) => encodeText(payment.id)),
        payments.map(({ ledger }) => encodeText(ledger.session.id)),
        payments.map(({ ledger }) => digestOrder(ledger)),
        payments.map(({ payment }) => encodeText(payment.createdAt)),
        payments.map(({ payment }) => encodeText(payment.gateway)),
        payments.map(({ payment }) => payment.state),
        payments.map(({ payment }) => payment.attention !== undefined),
        payments.map(({ payment }) => payment.amount),
        payments.map(({ payment }) => encodeText(payment.currency)),
      ],
    );
  }

  async #insertEvents(records: EventRecord[]): Promise<void> {
    if (records.length === 0) return;
    await this.#client.query(
      `INSERT INTO checkout_events (sequence, event, session_id)
      SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[])`,
      [
        records.map(({ sequence }) => sequence),
        records.map((record) => JSON.stringify({ ...record, sequence: undefined })),
        records.map(({ sessionId }) => encodeText(sessionId)),
      ],
    );
  }

  async #insertAnswers(records: IdempotencyRecord[]): Promise<void> {
    if (records.length === 0) return;
    await this.#client.query(
      `INSERT INTO checkout_answers (digest, request_hash, record, expires_at)
      SELECT * FROM unnest($1::bytea[], $2::text[], $3::text[], $4::text[])`,
      [
        records.map(digestKey),
        records.map(({ requestHash }) => encodeText(requestHash)),
        records.map((record) => JSON.stringify(record)),
        records.map(({ expiresAt }) => encodeText(expiresAt)),
      ],
    );
  }

  async #insertCounters(records: { name: string; count: number }[]): Promise<void> {
    if (records.length === 0) return;
    await this.#client.query(
      "INSERT INTO checkout_counters (name, count) SELECT * FROM unnest($1::text[], $2::int[])",
      [records.map(({ name }) => encodeText(name)), records.map(({ count }) => count)],
    );
  }
}

/** A row of any query of `read`, whose columns are all text. */
type Row = Record<string, string | null>;

function toSession({ ledger, retired }: Row): StoreRecord {
  return {
    kind: "session",
    ledger: JSON.parse(ledger ?? "") as Ledger,
    retired: JSON.parse(retired ?? "[]") as string[],
  };
}

function toEvent({ sequence, event }: Row): StoreRecord {
  return { kind: "event", event: { ...(JSON.parse(event ?? "") as NewEvent), sequence: Number(sequence) } };
}

function toAnswer({ record }: Row): StoreRecord {
  return { kind: "answer", answer: JSON.parse(record ?? "") as IdempotencyRecord };
}

function toCounter({ name, count }: Row): StoreRecord {
  return { kind: "counter", name: decodeText(name ?? ""), count: Number(count) };
}

function toDelivery({ record, sequence }: Row): StoreRecord {
  return { kind: "delivery", delivery: readDeliveryRow({ record: record ?? "", sequence: sequence ?? null }) };
}

function namesOf(records: readonly { ledger: Ledger; retired: string[] }[]): { name: string; id: string }[] {
  return records.flatMap(({ ledger, retired }) =>
    [...new Set([...ledgerKeys(ledger), ...retired])].map((name) => ({ name, id: ledger.session.id })),
  );
}

function paymentsOf(records: readonly { ledger: Ledger }[]): { payment: PaymentRecord; ledger: Ledger }[] {
  return records.flatMap(({ ledger }) => ledger.payments.map((payment) => ({ payment, ledger })));
}

async function assertTables(client: Client): Promise<void> {
  const version = await readVersion(client);
  if (version === 0) throw new StoreError("storage_unavailable", "there is no store in this database");
  if (version === LATEST_VERSION) return;
  throw new StoreError(
    "storage_unavailable",
    `the database is at version ${version}, and ${LATEST_VERSION} is needed: a server that is started brings it there`,
  );
}

function digestOrder({ session }: Ledger): Buffer | null {
  return session.orderId === undefined ? null : digestText(session.orderId);
}
