import { createHash } from "node:crypto";
import { join } from "node:path";
import { Client } from "pg";

/** Whether the test servers of this run keep their records on PostgreSQL. */
export const isOnPostgres = process.env["TEST_POSTGRES_PORT"] !== undefined;

/**
 * Gives a test server's store: in its folder, or on PostgreSQL where the run is to be there. The same folder is the
 * same store.
 */
export async function storeAddress(folder: string): Promise<string> {
  const port = process.env["TEST_POSTGRES_PORT"];
  if (port === undefined) return `json:${join(folder, "data")}`;
  const server = `postgres://postgres@127.0.0.1:${port}`;
  const database = `test_${createHash("sha256").update(folder).digest("hex").slice(0, 24)}`;
  const original = process.env["TEST_POSTGRES_ORIGINAL"] ?? "template1";
  const client = new Client(`${server}/postgres`);
  await client.connect();
  try {
    const { rowCount } = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [database]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${database} TEMPLATE ${original}`);
  } finally {
    await client.end();
  }
  return `${server}/${database}`;
}
