import type { ClientBase } from "pg";
import type { BaseLogger } from "pino";
import { StoreError } from "../../errors.ts";
import { fillEventSessions, fillPaymentAmounts } from "./fill.ts";
import { fillListing } from "./rows.ts";

/** One step of the tables' history; once released it is never altered. */
interface Migration {
  version: number;
  sql: string;
  /** What SQL alone cannot do to the rows that are there. */
  fill?: (client: ClientBase) => Promise<void>;
}

/** The number of event sequences that one transaction has to give. */
export const SEQUENCES_PER_TRANSACTION = 256;

/** Held while tables are made or altered: any number that nobody else is likely to take. */
const MIGRATION_LOCK = 7_205_114_001;

/*
 * Texts that may be anything are encoded (`encoding.ts`) or digested; times are ISO 8601 as in the records. All are
 * compared byte by byte. A ledger is text, not `jsonb`: it comes back with its keys in order and every character.
 */
const MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    sql: `
      CREATE TABLE checkout_sessions (
        id text COLLATE "C" PRIMARY KEY,
        ledger text NOT NULL,
        retired text,
        created_at text COLLATE "C" NOT NULL,
        order_digest bytea,
        due_at text COLLATE "C",
        lease_until text COLLATE "C"
      ) WITH (fillfactor = 70, toast_tuple_target = 8160);
      CREATE INDEX checkout_sessions_by_age ON checkout_sessions (created_at, id);
      CREATE INDEX checkout_sessions_by_order ON checkout_sessions (order_digest, created_at, id)
        WHERE order_digest IS NOT NULL;
      CREATE INDEX checkout_sessions_due ON checkout_sessions (due_at, id) WHERE due_at IS NOT NULL;

      CREATE TABLE checkout_payments (
        id text COLLATE "C" PRIMARY KEY,
        session_id text COLLATE "C" NOT NULL REFERENCES checkout_sessions,
        order_digest bytea,
        created_at text COLLATE "C" NOT NULL,
        gateway text COLLATE "C" NOT NULL,
        state text COLLATE "C" NOT NULL
      ) WITH (fillfactor = 80);
      CREATE INDEX checkout_payments_by_age ON checkout_payments (created_at, id);
      CREATE INDEX checkout_payments_by_session ON checkout_payments (session_id);
      CREATE INDEX checkout_payments_by_order ON checkout_payments (order_digest, created_at, id)
        WHERE order_digest IS NOT NULL;
      CREATE INDEX checkout_payments_by_state ON checkout_payments (state, created_at, id);

      CREATE TABLE checkout_names (
        digest bytea PRIMARY KEY,
        session_id text COLLATE "C" NOT NULL
      );

      CREATE TABLE checkout_events (
        sequence bigint PRIMARY KEY,
        event text NOT NULL
      );
      CREATE TABLE checkout_event_base (
        is_single boolean PRIMARY KEY DEFAULT true CHECK (is_single),
        base bigint NOT NULL
      );
      INSERT INTO checkout_event_base (base) VALUES (0);

      CREATE TABLE checkout_answers (
        digest bytea PRIMARY KEY,
        request_hash text NOT NULL,
        record text NOT NULL,
        expires_at text COLLATE "C" NOT NULL
      );
      CREATE INDEX checkout_answers_by_expiry ON checkout_answers (expires_at);
      CREATE TABLE checkout_claims (
        digest bytea PRIMARY KEY,
        request_hash text NOT NULL,
        lease_until text COLLATE "C" NOT NULL
      );
      CREATE INDEX checkout_claims_by_lease ON checkout_claims (lease_until);
    `,
  },
  {
    version: 2,
    sql: `CREATE TABLE checkout_counters (name text COLLATE "C" PRIMARY KEY, count int NOT NULL)`,
  },
  {
    version: 3,
    sql: `
      ALTER TABLE checkout_sessions
        ADD status text COLLATE "C",
        ADD gateway text COLLATE "C",
        ADD customer bytea,
        ADD customer_also bytea,
        ADD needs_attention boolean NOT NULL DEFAULT false,
        ADD has_source boolean NOT NULL DEFAULT false;
      CREATE INDEX checkout_sessions_by_status ON checkout_sessions (status, created_at, id);
      CREATE INDEX checkout_sessions_by_gateway ON checkout_sessions (gateway, created_at, id);
      CREATE INDEX checkout_sessions_by_customer ON checkout_sessions (customer) WHERE customer IS NOT NULL;
      CREATE INDEX checkout_sessions_by_customer_also ON checkout_sessions (customer_also)
        WHERE customer_also IS NOT NULL;
      CREATE INDEX checkout_sessions_to_look_at ON checkout_sessions (created_at, id) WHERE needs_attention;
      CREATE INDEX checkout_sessions_with_source ON checkout_sessions (created_at, id) WHERE has_source;
      ALTER TABLE checkout_payments ADD needs_attention boolean NOT NULL DEFAULT false;
      CREATE INDEX checkout_payments_by_gateway ON checkout_payments (gateway, created_at, id);
      CREATE INDEX checkout_payments_to_look_at ON checkout_payments (created_at, id) WHERE needs_attention;
    `,
    fill: fillListing,
  },
  {
    version: 4,
    sql: `
      ALTER TABLE checkout_events ADD session_id text COLLATE "C";
      CREATE INDEX checkout_events_by_session ON checkout_events (session_id, sequence);
      ALTER TABLE checkout_payments ADD amount bigint, ADD currency text COLLATE "C";
    `,
    fill: async (client) => {
      await fillEventSessions(client);
      await fillPaymentAmounts(client);
    },
  },
  {
    version: 5,
    sql: `
      CREATE TABLE checkout_deliveries (
        id text COLLATE "C" PRIMARY KEY,
        endpoint_digest bytea NOT NULL,
        endpoint text NOT NULL,
        status text COLLATE "C" NOT NULL,
        event_id text COLLATE "C" NOT NULL,
        session_id text COLLATE "C" NOT NULL,
        created_at text COLLATE "C" NOT NULL,
        due_at text COLLATE "C",
        lease_until text COLLATE "C",
        keep_until text COLLATE "C",
        sequence bigint,
        record text NOT NULL
      ) WITH (fillfactor = 70);
      CREATE INDEX checkout_deliveries_due ON checkout_deliveries (endpoint_digest, due_at, sequence, id)
        WHERE due_at IS NOT NULL;
      CREATE INDEX checkout_deliveries_by_age ON checkout_deliveries (created_at, id);
      CREATE INDEX checkout_deliveries_by_event ON checkout_deliveries (event_id);
      CREATE INDEX checkout_deliveries_by_session ON checkout_deliveries (session_id, created_at, id);
      CREATE INDEX checkout_deliveries_unsettled ON checkout_deliveries (status, created_at, id)
        WHERE status <> 'delivered';
      CREATE INDEX checkout_deliveries_to_keep ON checkout_deliveries (keep_until) WHERE keep_until IS NOT NULL;
    `,
  },
];

/** The version that this code knows. */
export const LATEST_VERSION = MIGRATIONS.at(-1)?.version ?? 0;

/** Tells the version of a database's tables; 0 where there are none. */
export async function readVersion(client: ClientBase): Promise<number> {
  const { rows: tables } = await client.query<{ is_there: boolean }>(
    "SELECT to_regclass('checkout_migrations') IS NOT NULL AS is_there",
  );
  if (tables[0]?.is_there !== true) return 0;
  const { rows } = await client.query<{ version: number | null }>(
    "SELECT max(version) AS version FROM checkout_migrations",
  );
  return rows[0]?.version ?? 0;
}

/**
 * Brings the tables to the version that this code knows, one process at a time.
 *
 * @throws StoreError where a newer version was there, or the database's encoding is not UTF-8
 */
export async function migrate(client: ClientBase, log: Pick<BaseLogger, "info">): Promise<void> {
  await client.query("SELECT pg_advisory_lock($1)", [MIGRATION_LOCK]);
  try {
    await assertEncoding(client);
    await client.query(
      "CREATE TABLE IF NOT EXISTS checkout_migrations (version int PRIMARY KEY, applied_at timestamptz DEFAULT now())",
    );
    const current = await readVersion(client);
    if (current > LATEST_VERSION) {
      throw new StoreError(
        "storage_unavailable",
        `the database is at version ${current}, which a newer version made; this one knows ${LATEST_VERSION}`,
      );
    }
    for (const { version, sql, fill } of MIGRATIONS) {
      if (version <= current) continue;
      await client.query(`BEGIN; ${sql}`);
      await fill?.(client);
      await client.query(`INSERT INTO checkout_migrations (version) VALUES (${version}); COMMIT`);
      log.info({ version }, "the database was brought to a new version");
    }
    await raiseEventBase(client);
  } finally {
    // The end of the connection frees it, too, where a failed transaction lets nothing else through.
    await client.query("SELECT pg_advisory_unlock($1)", [MIGRATION_LOCK]).catch(() => undefined);
  }
}

async function assertEncoding(client: ClientBase): Promise<void> {
  const { rows } = await client.query<{ encoding: string }>("SELECT current_setting('server_encoding') AS encoding");
  const encoding = rows[0]?.encoding;
  if (encoding !== "UTF8") {
    throw new StoreError("storage_unavailable", `the database's encoding is ${encoding}; it must be UTF8`);
  }
}

/**
 * Sequences of events come of transaction numbers. Where the events were restored into another cluster, whose numbers
 * may be lower, the base is raised, so that sequences go on growing.
 */
async function raiseEventBase(client: ClientBase): Promise<void> {
  const isBehind = `
    SELECT coalesce(max(sequence), 0) AS last,
      coalesce(max(sequence), 0) >= (SELECT base FROM checkout_event_base)
        + pg_snapshot_xmax(pg_current_snapshot())::text::bigint * ${SEQUENCES_PER_TRANSACTION} AS is_behind
    FROM checkout_events`;
  const { rows } = await client.query<{ last: string; is_behind: boolean }>(isBehind);
  if (rows[0]?.is_behind !== true) return;
  await client.query(`
    BEGIN;
    LOCK TABLE checkout_events IN EXCLUSIVE MODE;
    UPDATE checkout_event_base SET base = greatest(base, (SELECT max(sequence) FROM checkout_events));
    COMMIT`);
}
