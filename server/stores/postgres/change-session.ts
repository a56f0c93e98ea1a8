import { assertCommit } from "../commit.ts";
import type { Ledger } from "../ledger.ts";
import type { Commit } from "../store.ts";
import type { Primary } from "./primary.ts";
import { describeBefore, lockSession, readSession, writeCommit } from "./statements.ts";
import { runTransaction } from "./transaction.ts";

/** What is read of a session's row. */
interface Row {
  ledger: string;
  retired: string | null;
}

/**
 * Changes one session, in one transaction: see `Store`.
 *
 * @returns the change's result, and whether the session's records have changed
 */
export function changeSession<Result>(
  primary: Primary,
  sessionId: string,
  change: (ledger: Ledger | null) => Commit<Result>,
): Promise<{ result: Result; hasChanged: boolean }> {
  return runTransaction(primary, {
    subject: sessionId,
    lock: [lockSession(sessionId), readSession(sessionId)],
    decide: (row: Row | undefined) => {
      const ledger = row === undefined ? null : (JSON.parse(row.ledger) as Ledger);
      const retired = row === undefined || row.retired === null ? [] : (JSON.parse(row.retired) as string[]);
      const before = describeBefore(ledger, retired);
      const commit = change(ledger);
      assertCommit(sessionId, commit);
      const { statements, added, findMark } = writeCommit(sessionId, commit, before);
      const result = { result: commit.result, hasChanged: commit.ledger !== undefined };
      return { result, writes: { statements, findMark, names: added } };
    },
  });
}
