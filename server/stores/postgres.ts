import type { BaseLogger } from "pino";
import { StoreError } from "../errors.ts";
import type { ChangeDelivery, DeliveryFilter, DeliveryRecord, OutboxState } from "./delivery.ts";
import type { EventRecord, Ledger } from "./ledger.ts";
import { parsePostgresAddress } from "./postgres/address.ts";
import { Announcements } from "./postgres/announcements.ts";
import { changeSession } from "./postgres/change-session.ts";
import { claimDue, claimIdempotencyKey, cleanUp, readOldestDue, releaseIdempotencyKey } from "./postgres/claims.ts";
import { increaseCounter, readCounter, resetCounter } from "./postgres/counters.ts";
import { decodeText, digestText, encodeText } from "./postgres/encoding.ts";
import { listEvents, listPayments, listSessions, sumPayments } from "./postgres/lists.ts";
import { migrate } from "./postgres/migrations.ts";
import {
  changeDelivery,
  claimDeliveries,
  listDeliveries,
  listDueEndpoints,
  readDelivery,
  readOutboxState,
} from "./postgres/outbox.ts";
import { Primary } from "./postgres/primary.ts";
import { SerialQueues } from "./serial-queues.ts";
import type {
  Commit,
  CounterReset,
  IdempotencyClaim,
  Page,
  PageRequest,
  PaymentFilter,
  PaymentSum,
  SessionFilter,
  Store,
} from "./store.ts";

/** Where a PostgreSQL store is and what it works with. */
export interface PostgresStoreOptions {
  /** `postgres://user:password@host:port,host:port/database?…` */
  address: string;
  log: Pick<BaseLogger, "info" | "warn" | "error">;
  now?: () => Date;
}

const CLEANING_INTERVAL_MS = 600_000;

/**
 * Opens the store that keeps everything in a PostgreSQL database, for any number of processes.
 *
 * The tables are made, or brought to this version, at once. Of several servers the primary is found, and found again
 * after a standby was promoted; while there is none, every call throws `storage_unavailable` with `Retry-After`.
 *
 * @throws StoreError where there is no primary, or a newer version made the tables
 * @throws RangeError where the address cannot be read
 */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<Store> {
  const { address, log, now = () => new Date() } = options;
  const primary = new Primary(parsePostgresAddress(address), log);
  try {
    // Another process may be altering large tables.
    const client = await primary.connectAlone({ isPatient: true });
    try {
      await migrate(client, log);
    } finally {
      await client.end();
    }
  } catch (error) {
    await primary.close();
    throw error;
  }
  return new PostgresStore(primary, log, now);
}

class PostgresStore implements Store {
  readonly #primary: Primary;
  readonly #announcements: Announcements;
  /** Changes of one session in this process wait here, and not each with a connection of its own. */
  readonly #sessions = new SerialQueues();
  readonly #cleaning: NodeJS.Timeout;
  #closing: Promise<void> | null = null;

  constructor(primary: Primary, log: PostgresStoreOptions["log"], now: () => Date) {
    this.#primary = primary;
    this.#announcements = new Announcements(primary, log);
    this.#cleaning = setInterval(() => {
      cleanUp(primary, now()).catch((error: unknown) => log.warn({ err: error }, "old answers could not be removed"));
    }, CLEANING_INTERVAL_MS);
    this.#cleaning.unref();
  }

  async transact<Result>(sessionId: string, change: (ledger: Ledger | null) => Commit<Result>): Promise<Result> {
    this.#assertOpen();
    return await this.#sessions.run(sessionId, async () => {
      const { result, hasChanged } = await changeSession(this.#primary, sessionId, change);
      if (hasChanged) this.#announcements.announce(sessionId);
      return result;
    });
  }

  async readLedger(sessionId: string): Promise<Ledger | null> {
    this.#assertOpen();
    const { rows } = await this.#primary.run(({ client }) =>
      client.query<{ ledger: string }>({
        name: "read-ledger",
        text: "SELECT ledger FROM checkout_sessions WHERE id = $1",
        values: [encodeText(sessionId)],
      }),
    );
    return rows[0] === undefined ? null : (JSON.parse(rows[0].ledger) as Ledger);
  }

  async findSessionId(key: string): Promise<string | null> {
    this.#assertOpen();
    const { rows } = await this.#primary.run(({ client }) =>
      client.query<{ session_id: string }>({
        name: "find-session",
        text: "SELECT session_id FROM checkout_names WHERE digest = $1",
        values: [digestText(key)],
      }),
    );
    return rows[0] === undefined ? null : decodeText(rows[0].session_id);
  }

  async listSessions(filter: SessionFilter, page: PageRequest): Promise<Page<Ledger>> {
    this.#assertOpen();
    return await listSessions(this.#primary, filter, page);
  }

  async listPayments(filter: PaymentFilter, page: PageRequest): ReturnType<Store["listPayments"]> {
    this.#assertOpen();
    return await listPayments(this.#primary, filter, page);
  }

  async sumPayments(from: string): Promise<PaymentSum[]> {
    this.#assertOpen();
    return await sumPayments(this.#primary, from);
  }

  async listEvents(after: number, limit: number, sessionId?: string): Promise<EventRecord[]> {
    this.#assertOpen();
    return await listEvents(this.#primary, after, limit, sessionId);
  }

  async claimIdempotencyKey(claim: Parameters<Store["claimIdempotencyKey"]>[0]): Promise<IdempotencyClaim> {
    this.#assertOpen();
    return await claimIdempotencyKey(this.#primary, claim);
  }

  async releaseIdempotencyKey(scope: string, key: string): Promise<void> {
    this.#assertOpen();
    await releaseIdempotencyKey(this.#primary, scope, key);
  }

  async claimDue(claim: Parameters<Store["claimDue"]>[0]): Promise<string[]> {
    this.#assertOpen();
    return await claimDue(this.#primary, claim);
  }

  async listDueEndpoints(now: string): Promise<string[]> {
    this.#assertOpen();
    return await listDueEndpoints(this.#primary, now);
  }

  async claimDeliveries(claim: Parameters<Store["claimDeliveries"]>[0]): Promise<DeliveryRecord[]> {
    this.#assertOpen();
    return await claimDeliveries(this.#primary, claim);
  }

  async changeDelivery(id: string, change: ChangeDelivery): Promise<DeliveryRecord | null> {
    this.#assertOpen();
    return await this.#sessions.run(`delivery:${id}`, () => changeDelivery(this.#primary, id, change));
  }

  async readDelivery(id: string): Promise<DeliveryRecord | null> {
    this.#assertOpen();
    return await readDelivery(this.#primary, id);
  }

  async listDeliveries(filter: DeliveryFilter, page: PageRequest): Promise<Page<DeliveryRecord>> {
    this.#assertOpen();
    return await listDeliveries(this.#primary, filter, page);
  }

  async readOutboxState(): Promise<OutboxState> {
    this.#assertOpen();
    return await readOutboxState(this.#primary);
  }

  async readOldestDue(): Promise<string | null> {
    this.#assertOpen();
    return await readOldestDue(this.#primary);
  }

  async readCounter(name: string): Promise<number> {
    this.#assertOpen();
    return await readCounter(this.#primary, name);
  }

  async increaseCounter(name: string): Promise<number> {
    this.#assertOpen();
    return await increaseCounter(this.#primary, name);
  }

  async resetCounter(name: string, reset?: CounterReset): Promise<number> {
    this.#assertOpen();
    return await resetCounter(this.#primary, name, reset);
  }

  subscribe(listener: (sessionId: string) => void): () => void {
    this.#assertOpen();
    return this.#announcements.subscribe(listener);
  }

  async checkReady(): Promise<void> {
    this.#assertOpen();
    await this.#primary.run(({ client }) => client.query("SELECT FROM checkout_event_base FOR UPDATE"));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    clearInterval(this.#cleaning);
    await this.#sessions.finish();
    await this.#announcements.close();
    await this.#primary.close();
  }

  #assertOpen(): void {
    if (this.#closing !== null) throw new StoreError("storage_unavailable", "the store is closed");
  }
}
