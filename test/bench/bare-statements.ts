import { Pool } from "pg";
import type { Step } from "./lifecycle.ts";

/** The reads by key and the changes under a row lock that each step of a lifecycle needs at least. */
const STATEMENTS: Readonly<Record<Step, { reads: number; changes: number }>> = {
  create: { reads: 0, changes: 1 },
  start: { reads: 2, changes: 2 },
  notify: { reads: 2, changes: 1 },
  return: { reads: 2, changes: 0 },
  read: { reads: 2, changes: 0 },
};
/** As many as the records of a paid session have. */
const RECORD = "x".repeat(2000);
const POOL_SIZE = 10;

/** Sends PostgreSQL the least that a step needs, through `pg` and nothing else. */
export class BareStatements {
  readonly #pool: Pool;
  #made = 0;

  private constructor(pool: Pool) {
    this.#pool = pool;
  }

  static async open(address: string): Promise<BareStatements> {
    const pool = new Pool({ connectionString: address, max: POOL_SIZE });
    await pool.query("CREATE TABLE bare (id text PRIMARY KEY, record text NOT NULL)");
    return new BareStatements(pool);
  }

  async run(step: Step): Promise<void> {
    if (step === "create") this.#made += 1;
    // Any of those that there are, so that clients rarely wait for the same one.
    const id = `cs_${step === "create" ? this.#made : Math.ceil(Math.random() * this.#made)}`;
    const { reads, changes } = STATEMENTS[step];
    for (let read = 0; read < reads; read += 1) {
      await this.#pool.query({ name: "read", text: "SELECT record FROM bare WHERE id = $1", values: [id] });
    }
    for (let change = 0; change < changes; change += 1) await this.#change(id);
  }

  async #change(id: string): Promise<void> {
    const client = await this.#pool.connect();
    try {
      await client.query("BEGIN");
      await client.query({ name: "lock", text: "SELECT record FROM bare WHERE id = $1 FOR UPDATE", values: [id] });
      await client.query({
        name: "write",
        text: "INSERT INTO bare (id, record) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET record = excluded.record",
        values: [id, RECORD],
      });
      await client.query("COMMIT");
    } finally {
      client.release();
    }
  }
}
