import { Client, Pool, type ClientConfig, type PoolClient } from "pg";
import type { BaseLogger } from "pino";
import type { PostgresAddress, PostgresServer } from "./address.ts";
import { isConnectionLost, toStoreError, unavailable } from "./failures.ts";

/** A connection to the primary, and which primary that is. */
export interface PrimaryClient {
  client: PoolClient;
  pool: Pool;
  /** Grows whenever a standby is promoted. */
  timeline: string;
  /** Whether a commit on it was acknowledged although no standby has it, because somebody cancelled the wait. */
  isUnreplicated(): boolean;
}

const CONNECT_TIMEOUT_MS = 3000;
/** Longer than any statement of ours takes; a connection that is silent for so long is given up. */
const QUERY_TIMEOUT_MS = 15_000;
const LOCK_TIMEOUT_MS = 8000;
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 15_000;
/** After a search that found no primary the next one waits a little, whoever asks. */
const SEARCH_PAUSE_MS = 250;

/**
 * Finds the server that takes writes, and finds it again when another one was promoted:
 *
 * 1. All servers are asked whether they take writes; of several that say so the one with the highest timeline is the
 *    primary, for the others were left behind by a promotion.
 * 2. Connections to it are pooled. An error that says it is gone, or a standby now, drops the pool.
 * 3. Whoever wants a connection then starts the search again, and is refused where it finds none.
 */
export class Primary {
  readonly #address: PostgresAddress;
  readonly #log: Pick<BaseLogger, "info" | "warn">;
  #found: { pool: Pool; timeline: string; server: PostgresServer } | null = null;
  readonly #unreplicated = new WeakSet<object>();
  #searching: Promise<void> | null = null;
  #nextSearchAt = 0;
  #isClosed = false;

  constructor(address: PostgresAddress, log: Pick<BaseLogger, "info" | "warn">) {
    this.#address = address;
    this.#log = log;
  }

  /** Runs something on a connection of the pool. @throws StoreError, or what `work` throws */
  async run<Result>(work: (primary: PrimaryClient) => Promise<Result>): Promise<Result> {
    const primary = await this.connect();
    try {
      const result = await work(primary);
      primary.client.release();
      return result;
    } catch (error) {
      this.release(primary, error);
      throw toStoreError(error);
    }
  }

  /** Takes a connection from the pool; it must be given to `release`. @throws StoreError where there is no primary */
  async connect(): Promise<PrimaryClient> {
    // The second round is for a pool whose server turned out to be gone.
    for (let round = 0; round < 2; round += 1) {
      const found = await this.#find();
      try {
        const client = await found.pool.connect();
        const { pool, timeline } = found;
        return { client, pool, timeline, isUnreplicated: () => this.#unreplicated.has(client) };
      } catch (error) {
        if (!isConnectionLost(error)) throw toStoreError(error);
        this.#drop(found.pool, error);
      }
    }
    throw unavailable("no primary of the database can be reached");
  }

  /** Gives a connection back; one that failed is closed, and the pool with it where the server is gone. */
  release({ client, pool }: PrimaryClient, error?: unknown): void {
    const isLost = error !== undefined && isConnectionLost(error);
    client.release(isLost || this.#unreplicated.has(client));
    if (isLost) this.#drop(pool, error);
  }

  /** Opens a connection of its own to the primary, outside the pool; a patient one has no time limits. */
  async connectAlone({ isPatient = false } = {}): Promise<Client> {
    const { server } = await this.#find();
    const config = clientConfig(server);
    const limits = { query_timeout: 0, lock_timeout: 0, idle_in_transaction_session_timeout: 0 };
    const client = new Client(isPatient ? { ...config, ...limits } : config);
    client.on("error", () => undefined);
    try {
      await client.connect();
    } catch (error) {
      throw toStoreError(error);
    }
    return client;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#searching?.catch(() => undefined);
    await this.#found?.pool.end();
    this.#found = null;
  }

  async #find(): Promise<{ pool: Pool; timeline: string; server: PostgresServer }> {
    if (this.#found === null) {
      this.#searching ??= this.#search().finally(() => {
        this.#searching = null;
      });
      await this.#searching;
    }
    if (this.#found === null) throw unavailable("no primary of the database can be reached");
    return this.#found;
  }

  async #search(): Promise<void> {
    const pause = this.#nextSearchAt - performance.now();
    if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
    const answers = await Promise.allSettled(this.#address.servers.map(askServer));
    this.#nextSearchAt = performance.now() + SEARCH_PAUSE_MS;
    const primaries = answers
      .flatMap((answer) => (answer.status === "fulfilled" && answer.value !== null ? [answer.value] : []))
      .sort((one, other) => (one.timeline < other.timeline ? 1 : -1));
    const [primary] = primaries;
    if (primary === undefined || this.#isClosed) {
      const causes = answers.flatMap((answer) => (answer.status === "rejected" ? [answer.reason as unknown] : []));
      throw unavailable("no primary of the database can be reached", new AggregateError(causes));
    }
    const pool = new Pool({ ...clientConfig(primary.server), max: this.#address.poolSize, pipeline: true });
    // A pooled connection that breaks while nobody uses it only leaves the pool.
    pool.on("error", (error) => this.#drop(pool, error));
    // One that breaks in use tells whoever waits for its answer; without a listener it would end the process.
    pool.on("connect", (client) => {
      client.on("error", () => undefined);
      client.on("notice", ({ routine }) => {
        if (routine === "SyncRepWaitForLSN") this.#unreplicated.add(client);
      });
    });
    this.#found = { pool, ...primary };
    this.#log.info({ server: primary.server.name, timeline: primary.timeline }, "connected to the database's primary");
  }

  #drop(pool: Pool, error: unknown): void {
    if (this.#found?.pool !== pool || this.#isClosed || !isConnectionLost(error)) return;
    this.#log.warn({ server: this.#found.server.name, err: error }, "the database's primary is gone");
    this.#found = null;
    pool.end().catch(() => undefined);
  }
}

/** Asks a server for its timeline; `null` where it takes no writes. */
async function askServer(server: PostgresServer): Promise<{ server: PostgresServer; timeline: string } | null> {
  const client = new Client({ ...clientConfig(server), query_timeout: CONNECT_TIMEOUT_MS });
  client.on("error", () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ timeline: string | null }>(`
      SELECT CASE WHEN pg_is_in_recovery() OR current_setting('default_transaction_read_only')::bool THEN NULL
        ELSE left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) END AS timeline`);
    const timeline = rows[0]?.timeline ?? null;
    return timeline === null ? null : { server, timeline };
  } finally {
    await client.end().catch(() => undefined);
  }
}

function clientConfig({ config }: PostgresServer): ClientConfig {
  return {
    ...config,
    application_name: "offsite-checkout",
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    // No statement_timeout: cancelling a commit that waits for its standby would acknowledge it all the same.
    lock_timeout: LOCK_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
    keepAlive: true,
  };
}
