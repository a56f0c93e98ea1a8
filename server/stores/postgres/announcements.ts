import { randomUUID } from "node:crypto";
import type { Client } from "pg";
import type { BaseLogger } from "pino";
import { Listeners } from "../listeners.ts";
import type { Primary } from "./primary.ts";

const CHANNEL = "checkout_changes";
const RECONNECT_PAUSE_MS = 500;
/** The most that one notification carries, in bytes; PostgreSQL takes 8000. */
const MAX_PAYLOAD_LENGTH = 7000;

/**
 * Tells listeners in this process, and in all others on the same database, which sessions have changed.
 *
 * Notifications are sent behind the commits, and many together: within a transaction each would hold a lock of the
 * whole database until its commit is on disk, and so let only one commit at a time. News that a crash swallows in
 * between is lost, and so is what happens while the connection is being made again: they are hints to look, no record.
 */
export class Announcements {
  readonly #primary: Primary;
  readonly #log: Pick<BaseLogger, "warn" | "error">;
  /** Tells our own notifications, which our listeners have heard already. */
  readonly #origin = randomUUID();
  readonly #listeners: Listeners;
  #waiting = new Set<string>();
  #sending: Promise<void> | null = null;
  #client: Client | null = null;
  #listening: Promise<void> | null = null;
  #isClosed = false;

  constructor(primary: Primary, log: Pick<BaseLogger, "warn" | "error">) {
    this.#primary = primary;
    this.#log = log;
    this.#listeners = new Listeners(log);
  }

  /** Adds a listener; gives the way to stop. The first one makes the connection on which others are heard. */
  subscribe(listener: (sessionId: string) => void): () => void {
    this.#listening ??= this.#listen();
    return this.#listeners.add(listener);
  }

  /** Resolves when changes in other processes are heard. */
  async ready(): Promise<void> {
    await this.#listening;
  }

  /** Tells that a session has changed; called when its commit is acknowledged. */
  announce(sessionId: string): void {
    this.#listeners.tell(sessionId);
    this.#waiting.add(sessionId);
    this.#sending ??= this.#send().finally(() => {
      this.#sending = null;
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    while (this.#sending !== null) await this.#sending;
    await this.#listening?.catch(() => undefined);
    await this.#client?.end().catch(() => undefined);
    this.#listeners.clear();
  }

  async #send(): Promise<void> {
    // What is committed in the same turn goes together.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#waiting.size > 0) {
      const payloads = this.#takePayloads();
      try {
        await this.#primary.run(({ client }) =>
          client.query("SELECT pg_notify($1, payload) FROM unnest($2::text[]) AS payload", [CHANNEL, payloads]),
        );
      } catch (error) {
        this.#log.warn({ err: error }, "other processes could not be told of changes");
      }
    }
  }

  #takePayloads(): string[] {
    const payloads: string[] = [];
    let ids: string[] = [];
    let length = 0;
    const finish = () => {
      if (ids.length > 0) payloads.push(JSON.stringify([this.#origin, ...ids]));
      ids = [];
      length = 0;
    };
    for (const id of this.#waiting) {
      length += Buffer.byteLength(JSON.stringify(id)) + 1;
      if (length > MAX_PAYLOAD_LENGTH) finish();
      ids.push(id);
    }
    finish();
    this.#waiting = new Set();
    return payloads;
  }

  async #listen(): Promise<void> {
    while (!this.#isClosed) {
      try {
        const client = await this.#primary.connectAlone();
        client.on("notification", ({ payload }) => this.#hear(payload ?? ""));
        client.once("end", () => this.#listenAgain(client));
        await client.query(`LISTEN ${CHANNEL}`);
        this.#client = client;
        return;
      } catch (error) {
        this.#log.warn({ err: error }, "changes in other processes cannot be heard");
        await new Promise((resolve) => setTimeout(resolve, RECONNECT_PAUSE_MS));
      }
    }
  }

  #listenAgain(client: Client): void {
    if (this.#isClosed || this.#client !== client) return;
    this.#client = null;
    this.#listening = this.#listen();
  }

  #hear(payload: string): void {
    const [origin, ...sessionIds] = JSON.parse(payload) as string[];
    if (origin !== this.#origin) for (const sessionId of sessionIds) this.#listeners.tell(sessionId);
  }
}
