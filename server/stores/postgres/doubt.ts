import { StoreError } from "../../errors.ts";
import { errorCode, inDoubt, unavailable } from "./failures.ts";
import type { Primary, PrimaryClient } from "./primary.ts";

/** A commit whose answer never came, and the rows by which it would be known. */
export interface Doubt {
  /** The transaction's number. */
  number: string;
  /** The timeline of the server that was asked for it. */
  timeline: string;
  mark: Mark;
}

/** A query that finds a row where the commit happened; `isLasting` where no later commit can have replaced it. */
export interface Mark {
  text: string;
  values: unknown[];
  isLasting: boolean;
}

/** How long the database is asked, in milliseconds. */
const PATIENCE_MS = 10_000;
const PAUSE_MS = 100;
/** A transaction number that the server has not given yet. */
const IN_FUTURE = "22023";

/**
 * Finds out whether a commit happened whose answer never came, and returns only if it did.
 *
 * While the server that was asked still works on the transaction, it is waited for. Then the commit's own mark decides,
 * and not the transaction's number, which may be given again after a crash or a promotion.
 *
 * @throws StoreError where it did not happen; StoreDoubtError where nobody could be asked for longer than a caller waits
 */
export async function assureOutcome(primary: Primary, doubt: Doubt, cause: unknown): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (performance.now() < end) {
    const outcome = await primary.run((connection) => ask(connection, doubt)).catch(waitForPrimary);
    if (outcome === "committed") return;
    if (outcome === "aborted") throw unavailable("the connection broke before the commit", cause);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  throw inDoubt("the connection broke, and the database could not be asked what became of the commit", cause);
}

type Outcome = "committed" | "aborted" | "unknown";

function waitForPrimary(error: unknown): Outcome {
  if (error instanceof StoreError) return "unknown";
  throw error;
}

async function ask({ client, timeline }: PrimaryClient, doubt: Doubt): Promise<Outcome> {
  const { mark } = doubt;
  const status = timeline === doubt.timeline ? await askStatus(client, doubt.number) : "aborted";
  if (status === "in progress") return "unknown";
  const { rows } = await client.query(mark.text, mark.values);
  if (rows.length > 0) return "committed";
  // Without a mark that lasts, the number is the better witness.
  return status === "committed" && !mark.isLasting ? "committed" : "aborted";
}

async function askStatus(client: PrimaryClient["client"], number: string): Promise<string> {
  try {
    const { rows } = await client.query<{ status: string | null }>("SELECT pg_xact_status($1::xid8) AS status", [
      number,
    ]);
    return rows[0]?.status ?? "aborted";
  } catch (error) {
    if (errorCode(error) === IN_FUTURE) return "aborted";
    throw error;
  }
}
