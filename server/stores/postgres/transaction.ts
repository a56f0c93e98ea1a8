import type { QueryResult } from "pg";
import { KeyConflictError } from "../../errors.ts";
import { answeredAlready, assertCommit } from "../commit.ts";
import type { Ledger } from "../ledger.ts";
import type { Commit } from "../store.ts";
import { assureOutcome } from "./doubt.ts";
import { errorCode, inDoubt, isAnswer, isTransient, toStoreError, unavailable } from "./failures.ts";
import type { Primary, PrimaryClient } from "./primary.ts";
import {
  describeBefore,
  findConflictingName,
  lockSession,
  NUMBER_TRANSACTION,
  readSession,
  runAll,
  writeCommit,
} from "./statements.ts";

/** How often a transaction is tried that others got in the way of. */
const MAX_ROUNDS = 5;
/** A statement of a transaction in which an earlier one has failed. */
const ABORTED = "25P02";
const UNIQUE_VIOLATION = "23505";

/** What a try came to: the change's result, or the wish for another try. */
type Try<Result> = { result: Result; hasChanged: boolean } | "again";

/**
 * Changes one session, in one transaction:
 *
 * 1. The session is locked, whether it is there or not; then it is read, and the transaction numbered.
 * 2. The change runs on a copy of its records.
 * 3. All that it wants is written and committed in one go; where any of it is refused, none is written.
 * 4. Where the connection breaks before the answer, the database is asked whether it was committed (`doubt.ts`).
 *
 * @returns the change's result, and whether the session's records have changed
 * @throws KeyConflictError, StoreError, StoreDoubtError where it may have happened, or what `change` throws
 */
export async function changeSession<Result>(
  primary: Primary,
  sessionId: string,
  change: (ledger: Ledger | null) => Commit<Result>,
): Promise<{ result: Result; hasChanged: boolean }> {
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const connection = await primary.connect();
    const tried = await tryChange(primary, connection, sessionId, change);
    if (tried !== "again") return tried;
  }
  throw unavailable(`others changed ${sessionId} again and again`);
}

async function tryChange<Result>(
  primary: Primary,
  connection: PrimaryClient,
  sessionId: string,
  change: (ledger: Ledger | null) => Commit<Result>,
): Promise<Try<Result>> {
  let locked: LockedSession;
  try {
    locked = await lock(connection, sessionId);
  } catch (error) {
    primary.release(connection, error);
    if (isTransient(error)) return "again";
    throw toStoreError(error);
  }
  let commit: Commit<Result>;
  const before = describeBefore(locked.ledger, locked.retired);
  try {
    commit = change(locked.ledger);
    assertCommit(sessionId, commit);
  } catch (error) {
    await rollBack(primary, connection);
    throw error;
  }
  const { result, ledger } = commit;
  const { statements, added, findMark } = writeCommit(sessionId, commit, before);
  if (statements.length === 0) {
    await rollBack(primary, connection);
    return { result, hasChanged: false };
  }
  const hasChanged = ledger !== undefined;
  const mark = findMark(locked.number);
  const failure = findFailure(await runAll(connection.client, [...statements, "COMMIT"]));
  primary.release(connection, failure);
  if (failure === undefined) {
    if (connection.isUnreplicated()) throw inDoubt("the commit is on the primary alone");
    return { result, hasChanged };
  }
  if (isTransient(failure)) return "again";
  if (isAnswer(failure)) throw toRefusal(failure, added);
  await assureOutcome(primary, { number: locked.number, timeline: connection.timeline, mark }, failure);
  return { result, hasChanged };
}

/** A session's records, locked, and the number of the transaction that holds the lock. */
interface LockedSession {
  ledger: Ledger | null;
  retired: string[];
  number: string;
}

async function lock({ client }: PrimaryClient, sessionId: string): Promise<LockedSession> {
  const results = await runAll<{ ledger: string; retired: string | null; number: string }>(client, [
    "BEGIN",
    lockSession(sessionId),
    readSession(sessionId),
    NUMBER_TRANSACTION,
  ]);
  const [, , read, numbered] = results;
  const failure = findFailure(results);
  if (failure !== undefined) {
    await client.query("ROLLBACK").catch(() => undefined);
    throw failure;
  }
  const row = read?.status === "fulfilled" ? read.value.rows[0] : undefined;
  const number = numbered?.status === "fulfilled" ? numbered.value.rows[0]?.number : undefined;
  if (number === undefined) throw unavailable("the database did not number a transaction");
  if (row === undefined) return { ledger: null, retired: [], number };
  const retired = row.retired === null ? [] : (JSON.parse(row.retired) as string[]);
  return { ledger: JSON.parse(row.ledger) as Ledger, retired, number };
}

async function rollBack(primary: Primary, connection: PrimaryClient): Promise<void> {
  try {
    await connection.client.query("ROLLBACK");
    primary.release(connection);
  } catch (error) {
    primary.release(connection, error);
  }
}

/** Gives what the first statement failed with that did not fail because of another. */
function findFailure(results: (PromiseSettledResult<QueryResult> | undefined)[]): unknown {
  const failures = results.flatMap((result) => (result?.status === "rejected" ? [result.reason as unknown] : []));
  return failures.find((failure) => errorCode(failure) !== ABORTED) ?? failures[0];
}

function toRefusal(failure: unknown, names: readonly string[]): unknown {
  if (errorCode(failure) !== UNIQUE_VIOLATION) return toStoreError(failure);
  if (constraintOf(failure) === "checkout_answers_pkey") return answeredAlready();
  if (constraintOf(failure) === "checkout_names_pkey") {
    return new KeyConflictError(findConflictingName((failure as { detail?: string }).detail, names));
  }
  return toStoreError(failure);
}

function constraintOf(failure: unknown): string | undefined {
  return (failure as { constraint?: string }).constraint;
}
