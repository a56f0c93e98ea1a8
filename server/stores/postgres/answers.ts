import type { IdempotencyRecord } from "../ledger.ts";
import type { Mark } from "./doubt.ts";
import { digestKey, encodeText } from "./encoding.ts";
import { INSERT_ANSWER, type Statement } from "./transaction.ts";

/** Makes the statements that keep an answer under its key, and the query by which their commit would be known. */
export function writeAnswer(record: IdempotencyRecord): { statements: Statement[]; mark: Mark } {
  const digest = digestKey(record);
  const text = JSON.stringify(record);
  return {
    statements: [
      {
        name: "delete-expired-answer",
        text: "DELETE FROM checkout_answers WHERE digest = $1 AND expires_at <= $2",
        values: [digest, encodeText(record.createdAt)],
      },
      {
        name: INSERT_ANSWER,
        text: "INSERT INTO checkout_answers (digest, request_hash, record, expires_at) VALUES ($1, $2, $3, $4)",
        values: [digest, encodeText(record.requestHash), text, encodeText(record.expiresAt)],
      },
    ],
    mark: {
      text: "SELECT 1 FROM checkout_answers WHERE digest = $1 AND record = $2",
      values: [digest, text],
      isLasting: true,
    },
  };
}
