import type { PoolClient, QueryConfig, QueryResult, QueryResultRow } from "pg";
import { KeyConflictError } from "../../errors.ts";
import { answeredAlready } from "../commit.ts";
import { assureOutcome, type Mark } from "./doubt.ts";
import { digestText } from "./encoding.ts";
import { errorCode, inDoubt, isAnswer, isTransient, toStoreError, unavailable } from "./failures.ts";
import type { Primary, PrimaryClient } from "./primary.ts";

/** How often a transaction is tried that others got in the way of. */
const MAX_ROUNDS = 5;
/** A statement of a transaction in which an earlier one has failed. */
const ABORTED = "25P02";
const UNIQUE_VIOLATION = "23505";

/** The statement that writes the names of a session: a unique key refuses one that another session has. */
export const INSERT_NAMES = "insert-names";
/** The statement that writes an answer: a unique key refuses a second one. */
export const INSERT_ANSWER = "insert-answer";

/** A statement that each connection prepares once. */
export type Statement = QueryConfig & { name: string };

/** What one transaction does. */
export interface Work<Row extends QueryResultRow, Result> {
  /** What it changes, for whoever is told that it could not be. */
  subject: string;
  /** Locks that until the transaction ends, and reads it. */
  lock: readonly Statement[];
  /** Says what is written, of the row that the last statement of `lock` gave, if any. What it throws is thrown. */
  decide(row: Row | undefined): Decision<Result>;
}

/** What a transaction gives when all that it writes is committed. */
export interface Decision<Result> {
  result: Result;
  /** Absent, or without statements, where nothing is to be written. */
  writes?: Writes;
}

/** What a transaction writes. */
export interface Writes {
  statements: readonly Statement[];
  /** Makes the query by which the commit would be known, of the transaction's number. */
  findMark: (number: string) => Mark;
  /** The names of `ledgerKeys` that are given away. */
  names?: readonly string[];
}

/** What a try came to: the result, or the wish for another try. */
type Try<Result> = { result: Result } | "again";

/**
 * Changes something, in one transaction:
 *
 * 1. It is locked, whether it is there or not; then it is read, and the transaction numbered.
 * 2. The change is decided on a copy of what was read.
 * 3. All that it wants is written and committed in one go; where any of it is refused, none is written.
 * 4. Where the connection breaks before the answer, the database is asked whether it was committed (`doubt.ts`).
 *
 * Where another transaction got in the way, all of it is done again.
 *
 * @throws KeyConflictError, StateError `idempotency_key_in_use`, StoreError, StoreDoubtError where it may have happened,
 * or what `decide` throws
 */
export async function runTransaction<Row extends QueryResultRow, Result>(
  primary: Primary,
  work: Work<Row, Result>,
): Promise<Result> {
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const tried = await tryOnce(primary, await primary.connect(), work);
    if (tried !== "again") return tried.result;
  }
  throw unavailable(`others changed ${work.subject} again and again`);
}

async function tryOnce<Row extends QueryResultRow, Result>(
  primary: Primary,
  connection: PrimaryClient,
  work: Work<Row, Result>,
): Promise<Try<Result>> {
  let locked: Locked<Row>;
  try {
    locked = await lock<Row>(connection, work.lock);
  } catch (error) {
    primary.release(connection, error);
    if (isTransient(error)) return "again";
    throw toStoreError(error);
  }
  let decision: Decision<Result>;
  try {
    decision = work.decide(locked.row);
  } catch (error) {
    await rollBack(primary, connection);
    throw error;
  }
  const { result, writes } = decision;
  if (writes === undefined || writes.statements.length === 0) {
    await rollBack(primary, connection);
    return { result };
  }
  const { statements, findMark, names = [] } = writes;
  const mark = findMark(locked.number);
  const results = await runAll(connection.client, [...statements, "COMMIT"]);
  const failure = findFailure(results);
  primary.release(connection, failure);
  if (failure === undefined) {
    if (connection.isUnreplicated()) throw inDoubt("the commit is on the primary alone");
    return { result };
  }
  if (isTransient(failure)) return "again";
  if (isAnswer(failure)) {
    const refused = results.findIndex((one) => one.status === "rejected" && one.reason === failure);
    throw toRefusal(failure, statements[refused]?.name, names);
  }
  await assureOutcome(primary, { number: locked.number, timeline: connection.timeline, mark }, failure);
  return { result };
}

/** What was read of what is locked, and the number of the transaction that holds the lock. */
interface Locked<Row> {
  row: Row | undefined;
  number: string;
}

/** Asks for the transaction's number, which it gets at the latest by this. */
const NUMBER_TRANSACTION: Statement = {
  name: "number-transaction",
  text: "SELECT pg_current_xact_id()::text AS number",
};

async function lock<Row extends QueryResultRow>(
  { client }: PrimaryClient,
  statements: readonly Statement[],
): Promise<Locked<Row>> {
  const results = await runAll<Row & { number: string }>(client, ["BEGIN", ...statements, NUMBER_TRANSACTION]);
  const failure = findFailure(results);
  if (failure !== undefined) {
    await client.query("ROLLBACK").catch(() => undefined);
    throw failure;
  }
  const [row, numbered] = results
    .slice(-2)
    .map((result) => (result.status === "fulfilled" ? result.value.rows[0] : undefined));
  if (numbered === undefined) throw unavailable("the database did not number a transaction");
  return { row, number: numbered.number };
}

async function rollBack(primary: Primary, connection: PrimaryClient): Promise<void> {
  try {
    await connection.client.query("ROLLBACK");
    primary.release(connection);
  } catch (error) {
    primary.release(connection, error);
  }
}

/** Runs statements one behind the other without waiting in between; all have ended when it resolves. */
function runAll<Row extends QueryResultRow>(
  client: PoolClient,
  statements: readonly (Statement | string)[],
): Promise<PromiseSettledResult<QueryResult<Row>>[]> {
  const { stream } = client.connection;
  // Each statement would be a packet of its own, which costs both ends more than most of what it says.
  stream.cork();
  try {
    return Promise.allSettled(statements.map((statement) => client.query<Row>(statement as QueryConfig)));
  } finally {
    stream.uncork();
  }
}

/** Gives what the first statement failed with that did not fail because of another. */
function findFailure(results: (PromiseSettledResult<QueryResult> | undefined)[]): unknown {
  const failures = results.flatMap((result) => (result?.status === "rejected" ? [result.reason as unknown] : []));
  return failures.find((failure) => errorCode(failure) !== ABORTED) ?? failures[0];
}

/** Says what was refused: by the statement, for the constraints of a table's partitions may have any names. */
function toRefusal(failure: unknown, statement: string | undefined, names: readonly string[]): unknown {
  if (errorCode(failure) !== UNIQUE_VIOLATION) return toStoreError(failure);
  if (statement === INSERT_ANSWER) return answeredAlready();
  if (statement === INSERT_NAMES) {
    return new KeyConflictError(findConflictingName((failure as { detail?: string }).detail, names));
  }
  return toStoreError(failure);
}

/** Finds which of the names a refused insertion was about. */
function findConflictingName(detail: string | undefined, names: readonly string[]): string {
  const digest = /\\x([0-9a-f]{64})/.exec(detail ?? "")?.[1];
  return names.find((name) => digestText(name).toString("hex") === digest) ?? names[0] ?? "";
}
