import { StoreDoubtError, StoreError } from "../../errors.ts";

/** How many seconds a caller is asked to wait while no primary is there. */
const RETRY_AFTER_SECONDS = "2";

const LOST_CODES = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOENT",
  // The server stops, has crashed, is starting, or became a standby.
  "57P01",
  "57P02",
  "57P03",
  "25006",
  // The server ended the connection, which had a transaction open for too long.
  "25P03",
]);

const LOST_MESSAGES = /^Connection terminated|^timeout expired|^Query read timeout|not queryable|after calling end/;
const BUSY_MESSAGE = "timeout exceeded when trying to connect";

/** Gives PostgreSQL's or the system's code of an error. */
export function errorCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : undefined;
}

/** Tells whether an error is PostgreSQL's own answer to a statement, so that its transaction is surely rolled back. */
export function isAnswer(error: unknown): boolean {
  return !isConnectionLost(error) && /^[0-9A-Z]{5}$/.test(errorCode(error) ?? "");
}

/** Tells whether an error says that the server cannot be reached or is no longer the primary. */
export function isConnectionLost(error: unknown): boolean {
  const code = errorCode(error);
  if (code !== undefined) return LOST_CODES.has(code) || code.startsWith("08");
  // What `pg` says itself carries no code. That no connection of a busy pool became free is another matter.
  return error instanceof Error && LOST_MESSAGES.test(error.message);
}

/** Tells whether a transaction failed only because of another one, and may be tried again as a whole. */
export function isTransient(error: unknown): boolean {
  // Deadlock, serialization failure.
  return ["40P01", "40001"].includes(errorCode(error) ?? "");
}

/** Makes the error that says that no primary is there. */
export function unavailable(message: string, cause?: unknown): StoreError {
  return new StoreError("storage_unavailable", message, { cause, headers: { "Retry-After": RETRY_AFTER_SECONDS } });
}

/** Makes the error that says that a commit may have happened. */
export function inDoubt(message: string, cause?: unknown): StoreDoubtError {
  return new StoreDoubtError("storage_unavailable", message, {
    cause,
    headers: { "Retry-After": RETRY_AFTER_SECONDS },
  });
}

/** Makes a StoreError of what `pg` threw; anything else stays what it is. */
export function toStoreError(error: unknown): unknown {
  if (error instanceof StoreError) return error;
  const code = errorCode(error);
  if (code === "53100") return new StoreError("storage_full", "the database's disk is full", { cause: error });
  if (isConnectionLost(error)) return unavailable("the database cannot be reached", error);
  if (error instanceof Error && error.message === BUSY_MESSAGE) {
    return unavailable("all connections to the database are busy", error);
  }
  // 53: no connections or memory left; 55P03: a lock was not given in time; 57014: cancelled.
  if (code !== undefined && /^(53|55P03|57|58|XX|40)/.test(code)) {
    return unavailable(`the database refused with ${code}`, error);
  }
  if (isAnswer(error))
    return new StoreError("storage_unavailable", `the database refused with ${code}`, { cause: error });
  return error;
}
